"""What a workflow's past cases are, and what is told of a new one: by the journals that there are."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from runtime.core.node import Failed, Familiarity
from runtime.engine.cage import Cage
from runtime.familiar import References, cases
from runtime.ids import first_id_at, new_id
from runtime.models import Blueprint, Entry, Run
from tests.makers.engine import seal
from tests.makers.threads import in_thread_and_close

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = (
    "invoice",
    "refund",
    "late",
    "order",
    "address",
    "wrong",
    "please",
    "send",
    "paid",
    "twice",
    "cancel",
    "change",
)
STRANGE = "Übermut tut selten gut, sagt Großmutter"
NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _threads_give_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.threads.in_any_thread", in_thread_and_close)


@pytest.fixture
def blueprint() -> Blueprint:
    return seal({"format": "interlock/1", "nodes": [], "edges": []}, "mail")


def message(chance: random.Random) -> str:
    return " ".join(chance.choices(WORDS, k=6))


def past(blueprint: Blueprint, count: int, *, seed: int = 1, **fields: Any) -> list[str]:
    """So many past cases, each with a message and a step that gave it in capitals."""
    chance, runs, entries = random.Random(seed), [], []
    for number in range(count):
        at, text = NOW + timedelta(days=seed, seconds=number), message(chance)
        about: dict[str, Any] = {"workflow": "mail", "version": 1, "status": "succeeded", "created_at": at, **fields}
        run = Run(id=first_id_at(at), blueprint=blueprint, **about)
        runs.append(run)
        given: dict[str, Any] = {"input": {"message": text, "words": text.split()}}
        entries.append(Entry(run=run, seq=1, at=at, type="run.started", data=given))
        done = {"port": "done", "output": {"text": text.upper()}}
        entries.append(Entry(run=run, seq=2, at=at, type="step.finished", node="loud", visit=1, data=done))
    Run.objects.bulk_create(runs)
    Entry.objects.bulk_create(entries)
    return [run.pk for run in runs]


def told(
    references: References, value: Any, expression: str = "input.message", min_p: float = 0.05, run: str = ""
) -> Familiarity:
    found = answered(references.familiarity("mail", run or new_id(), expression, value, min_p))
    assert isinstance(found, Familiarity)
    return found


def answered[T](work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


def test_a_strange_case_is_told_from_one_like_the_past_and_the_nearest_are_shown(blueprint: Blueprint) -> None:
    runs = past(blueprint, 150)
    references = References()
    strange = told(references, STRANGE)
    assert strange.p is not None
    assert strange.p < 0.05
    first = random.Random(1)
    known = told(references, message(first))
    assert known.p is not None
    assert known.p > 0.05
    assert known.cases == 150
    assert {near.run for near in known.nearest} <= set(runs)
    assert all(near.excerpt for near in known.nearest)


def test_too_few_past_cases_tell_nothing(blueprint: Blueprint) -> None:
    past(blueprint, 99)
    found = told(References(), STRANGE)
    assert (found.p, found.cases, found.nearest) == (None, 99, ())


def test_as_soon_as_there_are_enough_they_tell(blueprint: Blueprint) -> None:
    references = References()
    past(blueprint, 99)
    assert told(references, STRANGE).p is None
    past(blueprint, 1, seed=2)
    assert told(references, STRANGE).p is not None


@pytest.mark.parametrize("fields", [{"workflow": "other"}, {"tryout": True}, {"status": "failed"}])
def test_other_workflows_tryouts_and_runs_without_an_outcome_are_no_past(
    blueprint: Blueprint, fields: dict[str, Any]
) -> None:
    past(blueprint, 120, **fields)
    found = told(References(), STRANGE)
    assert (found.p, found.cases) == (None, 0)


def test_a_step_that_the_expression_reads_is_read_of_the_past_too(blueprint: Blueprint) -> None:
    past(blueprint, 120)
    references = References()
    loud = told(references, message(random.Random(1)).upper(), "steps.loud.output.text")
    assert loud.nearest[0].excerpt.isupper()
    assert loud.nearest[0].similarity == pytest.approx(1)
    assert told(references, "x", "steps.quiet.output.text").p is None


def test_a_costly_expression_is_computed_in_the_cage(blueprint: Blueprint) -> None:
    past(blueprint, 110)
    expression = "input.words.filter(word, word != 'late').join(' ')"

    async def whole() -> Familiarity | Failed:
        cage = Cage()
        try:
            return await References(cage).familiarity("mail", new_id(), expression, STRANGE, 0.05)
        finally:
            await cage.close()

    found = answered(whole())
    assert isinstance(found, Familiarity)
    assert found.p is not None
    assert found.cases == 110


def test_what_a_case_is_held_against_stays_for_a_while_and_is_learned_anew_after_it(blueprint: Blueprint) -> None:
    past(blueprint, 120)
    now = [0.0]
    references = References(clock=lambda: now[0])
    assert told(references, STRANGE).cases == 120
    past(blueprint, 30, seed=3)
    now[0] = 899.0
    assert told(references, STRANGE).cases == 120
    now[0] = 901.0
    assert told(references, STRANGE).cases == 150


def test_a_case_is_never_held_against_itself(blueprint: Blueprint) -> None:
    runs = past(blueprint, 120)
    references = References()
    assert told(references, STRANGE).p is not None
    assert told(references, "late order", run=runs[-1]).p is None


def test_only_the_newest_cases_count(blueprint: Blueprint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cases, "MOST_CASES", 110)
    runs = past(blueprint, 130)
    found = told(References(), message(random.Random(1)))
    assert found.cases == 110
    assert {near.run for near in found.nearest} <= set(runs[20:])


def test_many_who_ask_at_once_learn_once(blueprint: Blueprint) -> None:
    past(blueprint, 120)
    references = References()

    async def whole() -> list[Familiarity | Failed]:
        asked = (references.familiarity("mail", new_id(), "input.message", STRANGE, 0.05) for _ in range(8))
        return list(await asyncio.gather(*asked))

    found = answered(whole())
    assert len({each.p for each in found if isinstance(each, Familiarity)}) == 1
    assert len(references._kept) == 1
