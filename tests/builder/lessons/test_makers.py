"""What a case teaches: each sort of lesson as an edit of a drawing, which never breaks it and smuggles no code in."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from builder import mending
from builder.lessons import makers, rows, rules
from builder.lessons.terms import Facts, Unfit
from runtime.core.cells import Cell, parse_cell
from runtime.core.definition import parse
from runtime.core.drawing import compile_drawing
from runtime.core.expressions import evaluate
from runtime.core.state import Result
from runtime.engine.inputs import ScopedInputs
from runtime.nodes import discover
from tests.makers.lessons import INPUT, MESSAGE, TEACHABLE, drawing_of

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60)


def facts(choice: str = "small", node: str = "assign", **record: Any) -> Facts:
    """A case of the teachable workflow whose run has ended."""
    entered = {**INPUT, **record}
    scope = {"input": entered, "steps": {}, "run": {"id": "r"}}
    doubted = {"sort", "route"} if node == "assign" else {"sort"}
    names = ("data", "honest", *sorted(doubted))
    results = {name: Result("unsure" if name in doubted else "pass", {}) for name in names}
    inputs = {name: ScopedInputs(scope) for name in names}
    document = copy.deepcopy(TEACHABLE)
    return Facts(document, drawing_of(), node, choice, entered, results, inputs, "to the desk", "A case")


def config(document: Any, node: str) -> dict[str, Any]:
    """The configuration of a step of what an edit gave."""
    assert not isinstance(document, Unfit), document
    found = mending.node_of(document, node)
    assert found is not None
    return dict(found["config"])


def learnt(known: Facts, sort: Any, key: str, **posted: str) -> tuple[dict[str, Any], Any]:
    """The change, and the drawing with it."""
    change = makers.taught(known, sort, key, posted)
    assert not isinstance(change, Unfit), change
    return change, makers.edited(known.document, sort, change)


def row_of(known: Facts, **said: str) -> Any:
    """What the row becomes that a reviewer asks for."""
    posted = {"column-0": "exact", "column-1": "exact", "choice": "small", "then-0": "1", **said}
    return makers.taught(known, "row", "route", posted)


def test_a_case_offers_what_the_drawing_can_take_from_it() -> None:
    offered = [(each.sort, each.key) for each in makers.offers(facts("refund", "read"))]
    assert offered == [
        ("example", "sort"),
        ("rule", "honest:assert"),
        *[("rule", f"data:{sort}") for sort in ("required", "format", "conflict")],
        ("sample", "case"),
    ]
    assert ("row", "route") in [(each.sort, each.key) for each in makers.offers(facts())]


def test_an_example_is_the_text_as_it_came_and_stays_a_text() -> None:
    change, document = learnt(facts("refund", "read"), "example", "sort", choice="refund")
    assert change["text"] == MESSAGE
    examples = config(document, "sort")["choices"][0]["examples"]
    assert examples[-1] == MESSAGE
    drawing = drawing_of(document)
    texts = [text for text in drawing.texts["sort"] if "secret" in text]
    assert texts == []


def test_the_same_example_again_is_known_and_another_choice_of_it_contradicts() -> None:
    known = facts("refund", "read")
    change, document = learnt(known, "example", "sort", choice="refund")
    again = makers.edited(document, "example", change)
    assert isinstance(again, Unfit)
    assert again.code == "known"
    other = makers.edited(document, "example", {**change, "choice": "delivery"})
    assert isinstance(other, Unfit)
    assert other.code == "contradicts"


@pytest.mark.parametrize("posted", [{}, {"choice": "unsure"}, {"choice": "{{ input.message }}"}])
def test_only_a_choice_that_the_step_has_is_taken(posted: dict[str, str]) -> None:
    assert isinstance(makers.taught(facts("refund", "read"), "example", "sort", posted), Unfit)


def test_a_row_holds_for_the_case_as_far_as_the_reviewer_says() -> None:
    known = facts()
    change = row_of(known)
    assert change["cells"] == ["40", '"D\\"E"']
    assert change["then"] == {"team": "desk"}
    wider = row_of(known, **{"column-0": "to", "column-1": "exact", "choice": "large", "then-0": "0"})
    assert isinstance(wider, Unfit)
    assert wider.code == "contradicts"
    assert "Row 2 says otherwise" in wider.detail
    fine = row_of(known, **{"column-0": "exact", "column-1": "any"})
    assert config(makers.edited(known.document, "row", fine), "route")["rows"][-1] == {
        "when": ["40", "-"],
        "choice": "small",
        "then": {"team": "desk"},
    }


def test_a_row_for_every_case_is_refused_and_so_is_one_where_a_row_holds_already() -> None:
    refused = row_of(facts(), **{"column-0": "any", "column-1": "any"})
    assert isinstance(refused, Unfit)
    assert refused.code == "wrong"
    assert isinstance(row_of(facts(seats=5)), Unfit)
    assert isinstance(row_of(facts(seats="many")), Unfit)


def test_a_lesson_says_so_when_its_step_has_changed_or_is_gone() -> None:
    known = facts()
    change = row_of(known)
    columns = copy.deepcopy(known.document)
    mending.node_of(columns, "route")["config"]["inputs"][0]["expr"] = "input.seats + 1"  # type: ignore[index]  # it is there
    drafts: list[Any] = [columns, mending.without_node(known.document, "route"), {}, None, []]
    for document in drafts:
        refused = makers.edited(document, "row", change)
        assert isinstance(refused, Unfit)
        assert refused.code in ("gone", "changed")
    assert "“small”" in makers.told(mending.without_node(known.document, "route"), "row", change)


def test_a_field_becomes_required_and_well_formed_where_the_case_lacked_it() -> None:
    known = facts()
    assert config(learnt(known, "rule", "data:required", field="phone")[1], "data")["required"] == ["message", "phone"]
    formed = facts(email="nobody at home")
    document: Any = learnt(formed, "rule", "data:format", field="email", format="email")[1]
    assert config(document, "data")["formats"] == {"email": "email"}
    passing = makers.taught(known, "rule", "data:required", {"field": "message"})
    assert isinstance(passing, Unfit)
    assert "passed such a rule" in passing.detail


def test_contradictions_and_wrong_values_become_rules_that_catch_the_case() -> None:
    known = facts(people=12)
    document: Any = learnt(known, "rule", "data:conflict", field="seats", sign=">", other="people")[1]
    assert config(document, "data")["conflicts"][0]["when"].endswith("input.seats > input.people")
    wanted = {"field": "country", "sign": "==", "value": "DE' || true", "else": "fail"}
    change, written_down = learnt(known, "rule", "honest:assert", **wanted)
    written = config(written_down, "honest")["rules"][-1]["assert"]
    assert evaluate(written, {"input": {"country": "DE' || true"}}) is True
    assert evaluate(written, {"input": {"country": "x"}}) is False
    again = makers.edited(written_down, "rule", change)
    assert isinstance(again, Unfit)
    assert again.code == "known"


def test_a_sample_holds_what_came_in_and_where_it_ended() -> None:
    change, document = learnt(facts(), "sample", "case", name="  One  that\tno row held for ")
    assert change == {"name": "One that no row held for", "input": INPUT, "expected": "to the desk"}
    assert document == TEACHABLE
    assert makers.print_of("sample", change) == makers.print_of("sample", {**change, "name": "x"})
    assert [each for each in makers.offers(replace(facts(), outcome="")) if each.sort == "sample"] == []


@given(
    TEXTS | st.integers(-(10**14), 10**14) | st.floats(-1e14, 1e14) | st.booleans(),
    st.sampled_from(["exact", "from", "to"]),
)
def test_a_cell_is_the_value_and_nothing_else(value: Any, how: str) -> None:
    numeric = isinstance(value, int | float) and not isinstance(value, bool)
    assume(numeric or how == "exact")
    column = "number" if numeric else "boolean" if isinstance(value, bool) else "string"
    text = rows.cell(how, value, column)
    assume(not isinstance(text, Unfit))
    read = parse_cell(str(text), column)  # type: ignore[arg-type]  # one of the four
    assert isinstance(read, Cell)
    assert read.holds(value)
    if how == "exact":
        assert read.interval is None
        assert len(read.values) == 1
        assert not read.negated


@given(TEXTS | st.integers(-(2**53), 2**53) | st.booleans())
def test_a_quoted_value_is_that_very_value(value: Any) -> None:
    assert evaluate(rules.literal(value), {"input": {}}) == value


@given(TEXTS, TEXTS, TEXTS)
def test_no_text_of_a_case_breaks_the_drawing_or_becomes_code(message: str, country: str, entered: str) -> None:
    known = facts("small", "assign", message=message, country=country, seats=40)
    before = {node: drawing_of().texts[node] for node in ("sort", "route")}
    row = {"column-0": "exact", "column-1": "exact", "choice": "small", "then-0": "1"}
    asked: list[tuple[Any, str, dict[str, str]]] = [
        ("example", "sort", {"choice": "refund"}),
        ("row", "route", row),
        ("rule", "honest:assert", {"field": "country", "sign": "==", "value": entered, "else": "unsure"}),
        ("rule", "data:required", {"field": "phone"}),
    ]
    for sort, key, posted in asked:
        change = makers.taught(known, sort, key, posted)
        if isinstance(change, Unfit):
            continue
        document = makers.edited(known.document, sort, change)
        read = parse(document).document
        assert read is not None
        drawing, problems = compiled(document)
        assert problems == []
        assert all(drawing.texts[node] == before[node] for node in before)
        assert makers.told(document, sort, change)


def compiled(document: Any) -> tuple[Any, list[Any]]:
    """The drawing of a document, and what keeps its configurations from being read."""
    read = parse(document).document
    assert read is not None
    drawing, problems = compile_drawing(read, discover())
    return drawing, list(problems)
