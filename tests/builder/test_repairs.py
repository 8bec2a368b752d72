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

from builder.menders import MENDERS
from builder.repairs import Repair, Workshop, mended, repairs_of
from runtime.core.checks import CODES, NOWHERE, Called, Surroundings, check
from runtime.core.definition import parse
from runtime.core.problems import Problem
from runtime.nodes import discover
from tests.makers.people import person
from tests.makers.sealed import ECHO, drafted
from tests.runtime.core.checks.cases import around, beside, data, document, graph, promises, safety
from tests.runtime.core.checks.cases.parts import Case

CASES = [*document.CASES, *graph.CASES, *data.CASES, *safety.CASES, *beside.CASES, *around.CASES, *promises.CASES]
READABLE = [case for case in CASES if parse(case.bad).document]
EXAMPLE = json.loads((Path(__file__).parents[2] / "builder" / "gallery" / "lead_qualification.json").read_text())


THERE = Surroundings(
    ("mine", "embedded", "gone-by"), ("sales", "claims"), {"tell": Called(frozenset({1, 2}), frozenset({1}))}
)


def shop(there: Surroundings = NOWHERE) -> Workshop:
    return Workshop(discover(), lambda raw: check(raw, discover(), there), there)


def checked(raw: object, there: Surroundings = NOWHERE) -> tuple[Problem, ...]:
    return check(raw, discover(), there)


def repairs(raw: Any, problem: Problem, there: Surroundings = NOWHERE) -> tuple[Repair, ...]:
    return repairs_of(raw, problem, shop(there))


def errors(problems: Sequence[Problem]) -> Counter[str]:
    return Counter(each.code for each in problems if each.level == "error")


def keeps_its_word(raw: Any, problem: Problem, repair: Repair, there: Surroundings = NOWHERE) -> None:
    before, after = checked(raw, there), checked(repair.document, there)
    assert repair.label
    assert parse(repair.document).document
    assert errors(after) <= errors(before)
    left = [each for each in after if each.code == problem.code]
    assert len(left) < sum(each.code == problem.code for each in before)
    keeps_everything_else(raw, problem, repair)


def keeps_everything_else(raw: Any, problem: Problem, repair: Repair) -> None:
    """What is neither new nor near the problem is there as it was, in its order, down to the last field."""
    now = {node["id"]: node for node in repair.document["nodes"]}
    touched = {*problem.nodes} if "nodes" in problem.path or problem.nodes else set()
    assert [now.get(node["id"]) for node in raw["nodes"] if node["id"] not in touched] == [
        node for node in raw["nodes"] if node["id"] not in touched
    ]
    assert repair.document.get("notes") == raw.get("notes")
    ways = {edge["id"] for edge in repair.document["edges"]}
    gone = [edge for edge in raw["edges"] if edge["id"] not in ways]
    assert all(edge["id"] in problem.edges or {edge["from"], edge["to"]} & touched for edge in gone)


@pytest.mark.parametrize("there", [NOWHERE, THERE], ids=["nothing is known", "names are known"])
@pytest.mark.parametrize("case", READABLE, ids=lambda case: case.name)
def test_every_repair_of_every_case_keeps_its_word(case: Case, there: Surroundings) -> None:
    for problem in checked(case.bad, there):
        for repair in repairs(case.bad, problem, there):
            keeps_its_word(case.bad, problem, repair, there)


def test_the_document_of_problems_lists_every_code_and_whether_it_has_a_repair() -> None:
    text = (Path(__file__).parents[2] / "docs" / "problems.md").read_text()
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| `")]
    assert [row[0].strip("| `") for row in rows] == list(CODES)
    assert {row[0].strip("| `") for row in rows if row[3] != "no"} == set(MENDERS)
    assert [(row[1], row[2]) for row in rows] == [(code.level, code.help) for code in CODES.values()]


def test_every_mender_mends_something() -> None:
    known = Surroundings(("mine", "gone-by", "gones"), THERE.queues, {"tell": Called(frozenset({1}), frozenset({1}))})
    mends = {
        problem.code
        for case in READABLE
        for there in (case.around, known)
        for problem in checked(case.bad, there)
        if repairs(case.bad, problem, there)
    }
    assert set(MENDERS) - mends == set()
    assert set(MENDERS) <= set(CODES)


@pytest.mark.parametrize("case", READABLE, ids=lambda case: case.name)
def test_all_that_needs_no_choice_is_mended_and_nothing_gets_worse(case: Case) -> None:
    repair = mended(case.bad, shop(case.around))
    if repair:
        before, after = checked(case.bad, case.around), checked(repair.document, case.around)
        assert errors(after) <= errors(before)
        assert {node["id"] for node in case.bad["nodes"]} <= {node["id"] for node in repair.document["nodes"]}
        assert repair.label.startswith("Mend ")
        assert len(repair.steps) >= 1
        assert mended(repair.document, shop(case.around)) is None


def test_mending_stops_when_its_time_is_up() -> None:
    raw, _ = one("safety.uncertain_proceeds")
    ticks = iter([0.0, 99.0])
    assert mended(raw, shop(), lambda: next(ticks)) is None


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
        ("people.no_owner", "Put it into the queue “claims”"),
        ("queue.missing", "Put it into the queue “sales”"),
        ("promise.no_review", "Offer the same ways in “ask”"),
        ("connection.missing", "Use “gone-by” instead"),
        ("data.unknown_field", "Read “email” instead"),
        ("data.not_yet", "Where “a” has not run, take nothing"),
        ("graph.crooked_loop", "Lead the loop back to "),
        ("graph.split_without_join", "Let both branches "),
        ("safety.doubt_beside", "Insert a review before “send”"),
        ("safety.asks_but_acts", "Always run version 1, which only asks"),
        ("table.gap", "Add a last row for the rest, and ask a person then"),
        ("table.overlap", "Let the first row that fits decide"),
        ("table.unreached", "Move row 1 to the end"),
        ("table.unreached", "Delete row 2"),
        ("table.unreached", "Delete the 5 rows that are never reached"),
        ("document.bad_config", "Take “colour” away"),
    ],
)
def test_a_repair_says_what_it_does(code: str, label: str) -> None:
    offered = [
        each.label
        for case in READABLE
        if case.code == code
        for problem in checked(case.bad, THERE)
        if problem.code == code
        for each in repairs(case.bad, problem, THERE)
    ]
    assert any(each.startswith(label) for each in offered), offered


def test_unsure_is_wired_to_the_review_that_is_there() -> None:
    ways = [edge for edge in EXAMPLE["edges"] if (edge["from"], edge["port"]) != ("quality", "unsure")]
    raw = {**EXAMPLE, "edges": ways}
    problem = next(each for each in checked(raw) if each.code == "graph.open_port")
    assert repairs(raw, problem)[0].label.startswith("Lead “unsure” to “")
    assert len(repairs(raw, problem)[0].document["nodes"]) == len(raw["nodes"])


def test_what_has_no_repair_has_none() -> None:
    raw, problem = one("table.too_large_to_prove")
    assert repairs(raw, problem) == ()


def test_a_last_row_catches_the_rest_and_a_person_is_asked() -> None:
    raw, problem = one("table.gap")
    document = repairs(raw, problem)[0].document
    table = next(node["config"] for node in document["nodes"] if node["id"] == problem.nodes[0])
    assert (table["hit"], table["rows"][-1]) == ("FIRST", {"when": ["-", "-"], "choice": "to a person"})
    asked = next(edge["to"] for edge in document["edges"] if edge["port"] == "to a person")
    assert next(node["kind"] for node in document["nodes"] if node["id"] == asked) == "escalate.review"


def test_ends_that_are_equal_are_one() -> None:
    """Each way that a click ends goes to the end that the first of them made; one with a result is another end."""
    rule = {"choices": [{"name": name, "when": "true"} for name in ("a", "b", "c")], "otherwise": "d"}
    way = {"id": "way", "kind": "decide.rule", "config": rule}
    other = {"id": "other", "kind": "outcome", "name": "done", "config": {"output": {"x": "1"}}}
    raw: Any = {
        "format": "interlock/1",
        "input": {},
        "nodes": [way, other],
        "edges": [
            {"id": "e1", "from": "start", "port": "out", "to": "way"},
            {"id": "e2", "from": "way", "port": "a", "to": "other"},
        ],
    }
    for _ in range(20):
        found = next((each for each in checked(raw) if each.code == "graph.open_port"), None)
        if found is None:
            break
        raw = next(each for each in repairs(raw, found) if each.label.startswith("End the case at")).document
    assert not errors(checked(raw))
    assert [node["id"] for node in raw["nodes"]] == ["way", "other", "done"]


def test_all_open_doubts_are_led_to_one_review() -> None:
    ways = [edge for edge in EXAMPLE["edges"] if edge["port"] != "unsure"]
    raw = {**EXAMPLE, "edges": ways}
    problem = next(each for each in checked(raw) if each.code == "graph.open_port" and "“unsure”" in each.message)
    repair = next(each for each in repairs(raw, problem) if each.label.startswith("Lead all "))
    assert not [each for each in checked(repair.document) if "“unsure”" in each.message]


def test_a_second_doubt_goes_through_the_review_that_is_there() -> None:
    raw, problem = one("safety.uncertain_proceeds")
    action = problem.nodes[-1]
    choices = [{"name": "yes"}]
    asking = {"id": "ask", "kind": "escalate.review", "name": "Ask", "config": {"question": "?", "choices": choices}}
    nodes, edges = [*raw["nodes"], asking], [*raw["edges"], {"id": "x1", "from": "ask", "port": "yes", "to": action}]
    beside = {**raw, "nodes": nodes, "edges": edges}
    found = repairs(beside, next(each for each in checked(beside) if each.code == problem.code))
    assert found[0].label == "Lead it through “Ask” as well"
    assert len(found[0].document["nodes"]) == len(nodes)


def test_what_is_new_stands_on_no_other_step() -> None:
    raw, problem = one("safety.uncertain_proceeds")
    placed = {**raw, "nodes": [{**node, "at": [240 * number, 80]} for number, node in enumerate(raw["nodes"])]}
    document = repairs(placed, problem)[0].document
    places = [node["at"] for node in document["nodes"]]
    near = [
        (one, other)
        for one in places
        for other in places
        if abs(one[0] - other[0]) < 200 and abs(one[1] - other[1]) < 140
    ]
    assert [pair for pair in near if pair[0] is not pair[1]] == []


@pytest.mark.parametrize(
    ("text", "mended_text"),
    [
        ("input.mail", "input.email"),
        ("input['mail'] == 'x'", "input.email == 'x'"),
        ("input.mail + steps.a.output.value", "input.email + steps.a.output.value"),
    ],
)
def test_a_misspelt_field_is_corrected_where_it_is_read(text: str, mended_text: str) -> None:
    case = next(case for case in data.CASES if case.code == "data.unknown_field")
    nodes = [
        {**node, "config": {"output": {"value": text}}} if node["id"] == "b" else node for node in case.bad["nodes"]
    ]
    raw = {**case.bad, "nodes": nodes}
    problem = next(each for each in checked(raw) if each.code == "data.unknown_field")
    found = repairs(raw, problem)[0]
    assert (
        next(node for node in found.document["nodes"] if node["id"] == "b")["config"]["output"]["value"] == mended_text
    )


def test_a_mail_says_nothing_where_the_step_it_reads_has_not_run() -> None:
    case = next(case for case in data.CASES if case.code == "data.not_yet")
    config = {"to": "a@b.example", "subject": "Hi", "body": "{{ input.name }}: {{ steps.a.output.value }}"}
    mail = {"id": "b", "kind": "execute.email", "config": config, "asks": True}
    raw = {**case.bad, "nodes": [mail if node["id"] == "b" else node for node in case.bad["nodes"]]}
    problem = next(each for each in checked(raw) if each.code == "data.not_yet")
    node = next(each for each in repairs(raw, problem)[0].document["nodes"] if each["id"] == "b")
    assert node["config"]["body"] == "{{ input.name }}: {{ has(steps.a.output) ? steps.a.output.value : '' }}"


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
    found = [problem for problem in checked(raw) if problem.code in MENDERS]
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
    nothing: dict[str, list[Any]] = {"repairs": [], "elsewhere": []}
    assert client.post(address, json.dumps(whole), content_type="application/json").json() == nothing


@pytest.mark.django_db
def test_each_open_way_out_of_a_step_has_repairs_of_its_own() -> None:
    drafted("echo", ECHO)
    client = Client()
    client.force_login(person("dora", "designer"))
    question = {"queue": "", "question": "?", "choices": [{"name": "yes"}, {"name": "no"}]}
    raw = {**ECHO, "nodes": [{"id": "ask", "kind": "escalate.review", "config": question}]}
    raw["edges"] = [{"id": "e1", "from": "start", "port": "out", "to": "ask"}]
    for problem in (each.to_json() for each in checked(raw) if each.code == "graph.open_port"):
        port = "yes" if "“yes”" in str(problem["message"]) else "no"
        body = json.dumps({"document": raw, "problem": problem})
        address = reverse("workflow_repairs", args=["echo"])
        answer = client.post(address, body, content_type="application/json").json()
        assert [each["label"] for each in answer["repairs"]] == [f"End the case at “{port}”"]


@pytest.mark.django_db
def test_what_is_missing_is_made_elsewhere_by_those_who_may() -> None:
    drafted("echo", ECHO)
    drafted("later", ECHO)
    question = {"queue": "sales", "question": "?", "choices": [{"name": "yes"}, {"name": "no"}]}
    lacking = [
        ("queue.missing", "queue", {"id": "x", "kind": "escalate.review", "config": question}),
        ("workflow.missing", "workflow", {"id": "x", "kind": "execute.workflow", "config": {"workflow": "later"}}),
        (
            "connection.missing",
            "connection",
            {"id": "x", "kind": "execute.prompt", "config": {"connection": "w", "prompt": "?"}},
        ),
        (
            "connection.missing",
            "mail",
            {
                "id": "x",
                "kind": "execute.email",
                "config": {"connection": "m", "to": "a@b.example", "subject": "s", "body": "b"},
            },
        ),
    ]
    offered: dict[str, list[dict[str, Any]]] = {}
    for name, role in (("ada", "administrator"), ("dora", "designer")):
        client = Client()
        client.force_login(person(name, role))
        for code, field, node in lacking:
            problem = {"code": code, "nodes": ["x"], "edges": [], "path": f"/nodes/0/config/{code.split('.')[0]}"}
            body = {"document": {**ECHO, "nodes": [node], "edges": []}, "problem": problem}
            address = reverse("workflow_repairs", args=["echo"])
            answer = client.post(address, json.dumps(body), content_type="application/json").json()
            offered[f"{name} {field}"] = answer["elsewhere"]
    assert offered["ada queue"] == [{"label": "Make the queue “sales”", "queue": "sales"}]
    assert offered["ada connection"][0]["href"] == "/settings/connections/?name=w"
    assert offered["ada mail"][0]["href"] == "/settings/connections/new/mail/?name=m"
    assert offered["ada workflow"][0]["href"] == "/workflows/later/"
    assert (offered["dora queue"], offered["dora connection"]) == ([], [])


@pytest.mark.django_db
def test_the_canvas_gets_all_that_can_be_mended_at_once() -> None:
    drafted("echo", ECHO)
    client = Client()
    client.force_login(person("dora", "designer"))
    address = reverse("workflow_mend", args=["echo"])
    raw = next(case for case in safety.CASES if case.code == "safety.ungated_action").bad
    repair = client.post(address, json.dumps({"document": raw}), content_type="application/json").json()["repair"]
    assert repair["label"] == f"Mend {len(repair['steps'])} problems" or repair["label"] == "Mend one problem"
    assert errors(checked(repair["document"])) < errors(checked(raw))
    sound = client.post(address, json.dumps({"document": ECHO}), content_type="application/json").json()
    assert sound == {"repair": None}
    assert client.post(address, json.dumps({"document": 3}), content_type="application/json").status_code == 422
