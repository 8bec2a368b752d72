"""Claims and what backs them: word for word without a model, and with one whose passages are looked up."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.core.node import Done, ModelAnswer
from runtime.nodes._evidence import Source, claims_of, covered, numbers_in
from runtime.nodes.verify_grounded import KIND
from tests.makers.fakes import FakeContext, step

SOURCE = "Ann Lee of Acme wrote on 3 May: we do not want a call. We need 1,500 seats, budget 2.5 million."
CONFIG: dict[str, Any] = {"value": "input.text", "sources": ["input.source"], "min_supported": 1.0}


async def port(text: Any, source: Any = SOURCE, **config: Any) -> str:
    outcome = await step(KIND, {**CONFIG, **config}, {"text": text, "source": source})
    assert isinstance(outcome, Done)
    return str(outcome.port)


@pytest.mark.parametrize(
    "text",
    [
        "We need 1,500 seats",
        "WE   need 1,500 seats.",
        "we do not want a call; we need 1,500 seats!",
        {"who": "Ann Lee", "n": 3},
    ],
)
async def test_what_stands_in_a_source_is_backed(text: Any) -> None:
    assert await port(text) == "pass"


@pytest.mark.parametrize(
    "text",
    [
        "We need 1,600 seats", "We need 15 seats", "We do want a call", "Ann Lee of Acme needs a discount.",
        "budget 25 million",
        "need 1,500 sea", "We need 1,500 seats. And a gift.", {"who": "Ann", "n": 4},
    ],
)  # fmt: skip
async def test_what_stands_in_no_source_is_not_backed(text: Any) -> None:
    assert await port(text) == "fail"


async def test_the_share_that_must_be_backed_is_the_designers() -> None:
    text = "We need 1,500 seats. We want a gift."
    assert await port(text, min_supported=0.5) == "pass"
    assert await port(text, min_supported=0.6) == "fail"


@pytest.mark.parametrize(
    "text", ["", "  ", "...", None, [], {}, {"a": None}, "\n".join(f"claim {n}" for n in range(101))]
)
async def test_nothing_to_check_or_too_much_is_unsure(text: Any) -> None:
    assert await port(text) == "unsure"


async def test_a_source_that_cannot_be_computed_is_unsure() -> None:
    outcome = await step(KIND, {**CONFIG, "sources": ["input.source", "input.gone"]}, {"text": "x", "source": "x"})
    assert isinstance(outcome, Done)
    assert outcome.port == "unsure"


async def asked(text: str, claims: Any, **config: Any) -> Done:
    context = FakeContext(model_answers=[ModelAnswer({"claims": claims})])
    outcome = await step(KIND, {**CONFIG, "connection": "c", **config}, {"text": text, "source": SOURCE}, context)
    assert isinstance(outcome, Done)
    return outcome


def claim(text: str, quote: str | None, source: int | None = 0) -> dict[str, Any]:
    return {"text": text, "quote": quote, "source": source}


async def test_a_claim_is_backed_by_a_passage_that_is_there() -> None:
    text = "They refuse a call."
    outcome = await asked(text, [claim(text, "we do not want a call")])
    assert outcome.port == "pass"
    backing = {"source": 0, "quote": "we do not want a call"}
    assert isinstance(outcome.output, dict)
    assert outcome.output["claims"] == [{"text": text, "supported_by": backing}]


@pytest.mark.parametrize(
    ("quote", "source"),
    [("we do want a call", 0), ("call", 0), ("", 0), (None, None), ("we do not want a call", 1),
     ("we do not want a call", -1),
     ("we do not want a call", None)],
)  # fmt: skip
async def test_an_invented_or_empty_passage_backs_nothing(quote: str | None, source: int | None) -> None:
    assert (await asked("They refuse a call.", [claim("They refuse a call.", quote, source)])).port == "fail"


async def test_a_number_that_the_passage_does_not_have_is_not_backed() -> None:
    assert (await asked("40 seats.", [claim("40 seats.", "We need 1,500 seats")])).port == "fail"


async def test_a_sentence_that_the_model_passes_over_counts_as_not_backed() -> None:
    text = "They refuse a call. They promised us a million."
    outcome = await asked(text, [claim("They refuse a call.", "we do not want a call")])
    assert outcome.port == "fail"
    assert isinstance(outcome.output, dict)
    assert outcome.output["supported"] == 0.5


@pytest.mark.parametrize(
    "claims", [None, "x", [{}], [{"text": 1, "quote": None, "source": 0}], [claim("x", "y", 0)] * 101]
)
async def test_an_unusable_list_of_claims_is_unsure(claims: Any) -> None:
    assert (await asked("They refuse a call.", claims)).port == "unsure"


async def test_no_claims_at_all_back_nothing() -> None:
    assert (await asked("They refuse a call.", [])).port == "fail"


def test_a_dropped_not_does_not_cover_a_sentence() -> None:
    assert covered("They do not want a call.", ["They do not", "want a call"])
    assert not covered("They do not want a call.", ["They do want a call."])
    assert not covered(
        "They do not want a call.", ["They", "an essay about not one and very many other things they do want a call"]
    )


def test_numbers_are_one_whatever_their_separators() -> None:
    assert numbers_in("1,500 and 1500 and 1 500") == {"1500"}
    assert numbers_in("2.5 or 2,5") == {"2.5"}
    assert numbers_in("25") != numbers_in("2.5")


def test_claims_are_sentences_and_fields() -> None:
    assert claims_of("One. Two!\n- Three") == ["One.", "Two!", "Three"]
    assert claims_of({"a": "x", "b": [1, None, True, "x"]}) == ["x", "1"]


def test_a_short_quote_proves_nothing_unless_it_is_the_whole_source() -> None:
    assert Source("yes").has_quote("Yes.")
    assert not Source("yes, but no").has_quote("yes")
