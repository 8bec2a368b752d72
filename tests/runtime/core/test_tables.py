"""Decision tables: three values, five hit policies, and proofs that agree with trying every case."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.core.cells import ANYTHING, BadCell, Cell, ColumnType, fits, parse_cell, representatives
from runtime.core.tables import Column, Hit, Row, Table, TableResult, decide, gaps, overlaps, shadows


def cell(text: str, column: ColumnType = "number") -> Cell:
    found = parse_cell(text, column)
    assert isinstance(found, Cell), found
    return found


def table(*rows: tuple[str, ...], hit: Hit = "UNIQUE", types: tuple[ColumnType, ...] = ("number", "string")) -> Table:
    """Cells, then the choice."""
    columns = tuple(Column(f"c{number}", each) for number, each in enumerate(types))
    made = (
        Row(tuple(cell(text, each) for text, each in zip(row, types, strict=False)), row[len(types)]) for row in rows
    )
    return Table(columns, hit, tuple(made), ("a", "b"))


@pytest.mark.parametrize(
    ("text", "column", "inside", "outside"),
    [
        ("-", "number", [1, -2.5], []),
        ("3", "number", [3, 3.0], [3.1, -3]),
        ("-2.5e1", "number", [-25], [25]),
        ("= 3", "number", [3], [4]),
        ("!= 3", "number", [4], [3]),
        ("> 3", "number", [3.1], [3]),
        (">= 3", "number", [3], [2.9]),
        ("<3", "number", [2.9], [3]),
        ("<= 3", "number", [3], [3.1]),
        ("[1..5)", "number", [1, 4.9], [5, 0.9]),
        ("(1..5]", "number", [5, 1.1], [1, 5.1]),
        ("[2..2]", "integer", [2], [1, 3]),
        ("in (1, 2)", "integer", [1, 2], [3]),
        ("not in (1, 2)", "integer", [3], [1]),
        ("not [1..5)", "number", [5, 0], [1]),
        ("not (> 3)", "number", [3], [4]),
        ("not (1..3)", "number", [1, 3], [2]),
        ("not not 3", "number", [3], [4]),
        ('"x"', "string", ["x"], ["X", "y"]),
        ("'it'", "string", ["it"], ["it "]),
        (r'"a\"b, c"', "string", ['a"b, c'], ["a"]),
        ("in (\"a\", 'b')", "string", ["a", "b"], ["c"]),
        ('not ("a")', "string", ["b"], ["a"]),
        ('!= "a"', "string", ["b"], ["a"]),
        ("true", "boolean", [True], [False]),
        ("not true", "boolean", [False], [True]),
    ],
)
def test_a_cell_holds_for_what_it_says(text: str, column: ColumnType, inside: list[Any], outside: list[Any]) -> None:
    assert [value for value in inside if not cell(text, column).holds(value)] == []
    assert [value for value in outside if cell(text, column).holds(value)] == []


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("", "string"), ("x", "string"), ("3", "string"), ('"3"', "number"), ("true", "number"), ("1", "boolean"),
        ("True", "boolean"), ("2.5", "integer"), ("> 'a'", "string"), ('["a".."b"]', "string"), ("[5..1]", "number"),
        ("(1..1]", "number"), ("in ()", "number"), ("in (1,)", "number"), ("1, 2", "number"), ("in (1, 2", "number"),
        ("not", "number"), ("not -", "number"), ("1e999", "number"), ("NaN", "number"), ("Infinity", "number"),
        ("> 3 > 2", "number"), ('"\\x"', "string"), ("[1..]", "number"), ("03", "number"),
        ('"' + "x" * 600 + '"', "string"),
        ("9" * 400, "number"), ("> 3\x00", "number"),
    ],
)  # fmt: skip
def test_what_is_no_cell_is_refused_in_words(text: str, column: ColumnType) -> None:
    found = parse_cell(text, column)
    assert isinstance(found, BadCell)
    assert found.reason.endswith((".", "-."))


@pytest.mark.parametrize("text", ["[5..]", "[..]", "[5..)", "[about..]"])
def test_a_range_without_two_numbers_is_said_to_lack_them(text: str) -> None:
    found = parse_cell(text, "integer")
    assert isinstance(found, BadCell)
    assert "A range needs two numbers" in found.reason


@given(st.text(max_size=40), st.sampled_from(["string", "number", "integer", "boolean"]))
def test_no_text_raises(text: str, column: ColumnType) -> None:
    parse_cell(text, column)


@pytest.mark.parametrize("value", [None, "3", True, float("nan"), float("inf"), [], {}])
def test_a_missing_or_mistyped_input_never_yields_a_row(value: object) -> None:
    anything = table(("-", "-", "a"), hit="FIRST")
    assert decide(anything, {"c0": value, "c1": "x"}) == TableResult("unknown", missing=("c0",))
    assert decide(anything, {}).missing == ("c0", "c1")


def test_a_whole_number_may_be_written_as_a_double() -> None:
    assert fits(3.0, "integer")
    assert not fits(3.5, "integer")
    assert fits(10**400, "number")


ROWS = ((">= 1", "-", "b"), ("-", '"x"', "a"), ("> 5", "-", "b"))


@pytest.mark.parametrize(
    ("hit", "value", "status", "rows", "choice"),
    [
        ("UNIQUE", 3, "ok", (0,), "b"),
        ("UNIQUE", 6, "conflict", (0, 2), None),
        ("UNIQUE", 0, "no_match", (), None),
        ("FIRST", 6, "ok", (0,), "b"),
        ("ANY", 6, "ok", (0,), "b"),
        ("PRIORITY", 6, "ok", (0,), "b"),
        ("COLLECT", 6, "ok", (0, 2), "b"),
    ],
)
def test_the_hit_policy_says_what_several_rows_mean(
    hit: Hit, value: int, status: str, rows: tuple[int, ...], choice: str | None
) -> None:
    found = decide(table(*ROWS, hit=hit), {"c0": value, "c1": "y"})
    assert (found.status, found.rows, found.choice) == (status, rows, choice)


@pytest.mark.parametrize(
    ("hit", "status", "choice"),
    [("ANY", "conflict", None), ("COLLECT", "conflict", None), ("PRIORITY", "ok", "a"), ("FIRST", "ok", "b")],
)
def test_rows_that_choose_differently(hit: Hit, status: str, choice: str | None) -> None:
    found = decide(table(*ROWS, hit=hit), {"c0": 2, "c1": "x"})
    assert (found.status, found.choice) == (status, choice)


def test_rows_of_one_choice_that_say_different_things_contradict_each_other_under_any() -> None:
    rows = (Row((cell("-"),), "a", {"x": 1}), Row((cell("-"),), "a", {"x": True}))
    assert decide(Table((Column("c", "number"),), "ANY", rows), {"c": 1}).status == "conflict"


def test_a_gap_between_whole_numbers_is_none() -> None:
    covered = (("<= 3", "a"), (">= 4", "b"))
    assert gaps(table(*covered, types=("integer",))).examples == ()
    [example] = gaps(table(*covered, types=("number",))).examples
    assert 3 < float(example["c0"]) < 4


CELLS = {
    "number": ["-", "1", "> 1", "<= 1", "[1..2)", "not 2", "in (1, 3)"],
    "integer": ["-", "1", "> 1", "<= 1", "[1..2)", "not 2", "(1..3)"],
    "string": ["-", '"x"', 'not "x"', 'in ("x", "y")'],
    "boolean": ["-", "true", "not true"],
}


@st.composite
def tables(draw: Any) -> Table:
    types = tuple(draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=3)))
    rows = [
        (*(draw(st.sampled_from(CELLS[each])) for each in types), draw(st.sampled_from("ab")))
        for _ in range(draw(st.integers(1, 6)))
    ]
    return table(*rows, hit=draw(st.sampled_from(["UNIQUE", "FIRST", "ANY", "PRIORITY", "COLLECT"])), types=types)


POINTS: dict[str, list[Any]] = {
    "number": [0, 1, 1.5, 2, 2.5, 3, 4], "integer": [0, 1, 2, 3, 4],
    "string": ["x", "y", "z"], "boolean": [True, False],
}  # fmt: skip


@given(tables())
def test_gaps_and_overlaps_agree_with_trying_every_case(made: Table) -> None:
    names = [column.name for column in made.inputs]
    cases = [dict(zip(names, case, strict=True)) for case in itertools.product(*(POINTS[c.type] for c in made.inputs))]
    found = {decide(made, case).status for case in cases}
    uncovered = gaps(made)
    assert uncovered.complete
    assert bool(uncovered.examples) == ("no_match" in found)
    assert [example for example in uncovered.examples if decide(made, example).status != "no_match"] == []
    clashes = overlaps(made)
    assert bool(clashes) == ("conflict" in found)
    for clash in clashes:
        assert set(clash.rows) <= set(decide(made, clash.example).rows)


@given(tables())
def test_a_row_said_to_be_hidden_decides_no_case_and_one_that_hides_holds_wherever_it_does(made: Table) -> None:
    names = [column.name for column in made.inputs]
    cases = [dict(zip(names, case, strict=True)) for case in itertools.product(*(POINTS[c.type] for c in made.inputs))]
    deciding = {row for case in cases for row in decide(made, case).rows}
    found = shadows(made)
    assert found == () or made.hit == "FIRST"
    assert deciding.isdisjoint(row for shadow in found for row in shadow.hidden)
    firsts = [row for row, each in enumerate(made.rows) if all(cell == ANYTHING for cell in each.cells)]
    if made.hit == "FIRST" and firsts:
        told = {row for shadow in found for row in shadow.hidden}
        assert told >= {row for row in range(firsts[0] + 1, len(made.rows)) if _holds(made, row, cases)}


def _holds(made: Table, row: int, cases: list[dict[str, Any]]) -> bool:
    return any(
        all(cell.holds(case[c.name]) for cell, c in zip(made.rows[row].cells, made.inputs, strict=True))
        for case in cases
    )


@given(tables())
def test_one_value_stands_for_every_set_of_values_that_the_cells_tell_apart(made: Table) -> None:
    for place, column in enumerate(made.inputs):
        cells = [row.cells[place] for row in made.rows]
        sampled = {tuple(each.holds(value) for each in cells) for value in representatives(column.type, cells)}
        assert {tuple(each.holds(value) for each in cells) for value in POINTS[column.type]} <= sampled


def test_a_large_table_is_looked_at_in_no_time_or_said_to_be_too_large() -> None:
    rows = [
        tuple(f"[{(row * 7 + place) % 90}..{(row * 7 + place) % 90 + 9}]" for place in range(6)) for row in range(200)
    ]
    large = table(*((*row, "a") for row in rows), types=("number",) * 6)
    uncovered = gaps(large)
    assert uncovered.examples or not uncovered.complete
    assert overlaps(large)
