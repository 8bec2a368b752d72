"""Repairs: whatever is offered removes its problem and brings no error, on every drawing of the checks' tests."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builder.repairs import _MENDERS, Repair, repairs_of
from runtime.core.checks import check
from runtime.core.definition import parse
from runtime.core.problems import Problem
from runtime.nodes import discover
from tests.makers.people import person
from tests.makers.sealed import ECHO, drafted
from tests.runtime.core.checks.cases import around, data, document, graph, safety
from tests.runtime.core.checks.cases.parts import Case

CASES = [*document.CASES, *graph.CASES, *data.CASES, *safety.CASES, *around.CASES]
READABLE = [case for case in CASES if parse(case.bad).document]
EXAMPLE = json.loads((Path(__file__).parents[2] / "builder" / "gallery" / "lead_qualification.json").read_text())


def checked(raw: object) -> tuple[Problem, ...]:
    return check(raw, discover())


def repairs(raw: Any, problem: Problem) -> tuple[Repair, ...]:
    read = parse(raw).document
    assert read is not None
    return repairs_of(read, problem, discover(), checked)


def errors(problems: Sequence[Problem]) -> Counter[str]:
    return Counter(each.code for each in problems if each.level == "error")


def keeps_its_word(raw: Any, problem: Problem, repair: Repair) -> None:
    before, after = checked(raw), checked(repair.document)
    assert repair.label
    assert parse(repair.document).document
    assert errors(after) <= errors(before)
    left = [each for each in after if each.code == problem.code]
    assert len(left) < sum(each.code == problem.code for each in before)


@pytest.mark.parametrize("case", READABLE, ids=lambda case: case.name)
def test_every_repair_of_every_case_keeps_its_word(case: Case) -> None:
    for problem in checked(case.bad):
        for repair in repairs(case.bad, problem):
            keeps_its_word(case.bad, problem, repair)


def test_every_mender_mends_something() -> None:
    mended = {
        problem.code for case in READABLE for problem in checked(case.bad) if repairs(case.bad, problem)
    }  # fmt: skip
    assert set(_MENDERS) - mended == set()


def one(case_code: str) -> tuple[Any, Problem]:
    case = next(case for case in READABLE if case.code == case_code)
    return case.bad, next(problem for problem in checked(case.bad) if problem.code == case_code)


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("safety.uncertain_proceeds", "Insert a review here"),
        ("safety.approve_on_timeout", "End the case when nobody answers"),
        ("graph.loop_without_exit", "Add the exit of this loop"),
        ("graph.unbounded_loop", "Make it a loop of at most 3 turns"),
        ("people.no_due", "Ask for an answer within 24 hours"),
    ],
)
def test_a_repair_says_what_it_does(code: str, label: str) -> None:
    raw, problem = one(code)
    assert any(each.label.startswith(label) for each in repairs(raw, problem))


def test_unsure_is_wired_to_the_review_that_is_there() -> None:
    ways = [edge for edge in EXAMPLE["edges"] if (edge["from"], edge["port"]) != ("quality", "unsure")]
    raw = {**EXAMPLE, "edges": ways}
    problem = next(each for each in checked(raw) if each.code == "graph.open_port")
    assert repairs(raw, problem)[0].label.startswith("Wire “unsure” to “")
    assert len(repairs(raw, problem)[0].document["nodes"]) == len(raw["nodes"])


def test_what_has_no_repair_has_none() -> None:
    raw, problem = one("data.unknown_step")
    assert repairs(raw, problem) == ()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_torn_drawing_never_gets_worse_by_a_repair(data: st.DataObject) -> None:
    gone = data.draw(st.sets(st.sampled_from([edge["id"] for edge in EXAMPLE["edges"]]), max_size=2))
    lost = data.draw(st.sets(st.sampled_from([node["id"] for node in EXAMPLE["nodes"]]), max_size=1))
    raw = {
        **EXAMPLE,
        "nodes": [node for node in EXAMPLE["nodes"] if node["id"] not in lost],
        "edges": [edge for edge in EXAMPLE["edges"] if edge["id"] not in gone],
    }
    found = [problem for problem in checked(raw) if problem.code in _MENDERS]
    if found:
        problem = data.draw(st.sampled_from(found))
        for repair in repairs(raw, problem):
            keeps_its_word(raw, problem, repair)


@pytest.mark.django_db
def test_the_canvas_gets_the_drawing_as_it_would_be() -> None:
    drafted("echo", ECHO)
    client = Client()
    client.force_login(person("dora", "designer"))
    torn = {**ECHO, "edges": ECHO["edges"][:1]}
    asked = {"document": torn, "problem": {"code": "graph.open_port", "nodes": ["say"], "edges": []}}
    address = reverse("workflow_repairs", args=["echo"])
    answer = client.post(address, json.dumps(asked), content_type="application/json").json()
    assert [each["label"] for each in answer["repairs"]] == ["End the case at “done”"]
    assert "graph.open_port" not in {each.code for each in checked(answer["repairs"][0]["document"])}
    bad: list[Any] = [{"document": ECHO}, {"document": None, "problem": {}}, {"document": ECHO, "problem": []}]
    for body in bad:
        assert client.post(address, json.dumps(body), content_type="application/json").status_code == 422
    whole = {"document": ECHO, "problem": asked["problem"]}
    assert client.post(address, json.dumps(whole), content_type="application/json").json() == {"repairs": []}
