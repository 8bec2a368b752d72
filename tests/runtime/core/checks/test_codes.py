"""Every code: a drawing that has the problem, a near twin that has not, what is painted, what is said."""

from __future__ import annotations

import re

import pytest

from runtime.core.checks import CODES, check
from runtime.nodes import discover
from tests.runtime.core.checks.cases import around, beside, data, document, graph, promises, safety
from tests.runtime.core.checks.cases.parts import Case

CASES = [*document.CASES, *graph.CASES, *data.CASES, *safety.CASES, *beside.CASES, *around.CASES, *promises.CASES]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_drawing_has_the_problem_and_its_twin_has_not(case: Case) -> None:
    found = check(case.bad, discover(), case.around)
    first = next((problem for problem in found if problem.code == case.code), None)
    assert first, [problem.code for problem in found]
    assert case.says in first.message
    assert (first.nodes, first.edges, first.to_json()["path"]) == (case.nodes, case.edges, case.path)
    assert first.level == case.level
    assert {each.code for each in found if each.level == "error"} - case.also <= {case.code}

    twin = check(case.twin, discover(), case.around)
    assert case.code not in {problem.code for problem in twin}
    assert [problem for problem in twin if problem.level == "error"] == []


def test_every_code_has_a_case() -> None:
    assert {case.code for case in CASES} == set(CODES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_problem_speaks_to_people(case: Case) -> None:
    for problem in check(case.bad, discover(), case.around):
        assert problem.message.endswith((".", "!"))
        assert problem.code.startswith("document.") or problem.suggestion.endswith((".", "`."))
        assert not re.search(r"\b(NoneType|dict|tuple|pydantic|Value error)\b", problem.message)
        assert problem.level == CODES[problem.code].level or problem.code == "table.overlap"
