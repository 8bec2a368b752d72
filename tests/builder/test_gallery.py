"""The example that ships: sound, complete, and sensible with every one of its messy leads."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from builder import example
from runtime.core.checks import check
from runtime.core.checks.around import Surroundings
from runtime.core.definition import Document, parse
from runtime.models import Escalation, OutboxMail, Run
from runtime.nodes import discover
from runtime.triggers import batches
from tests.makers.engine import Engine, answer, case_of, ended, seal, story

# Where the leads of a sort may come to: an outcome, or a step that asks a person.
SENSIBLE = {
    "clear": {"contacted", "nurture", "plan_call", "read_message"},
    "missing": {"ask_details"},
    "malformed": {"ask_details", "settle"},
    "conflicting": {"settle"},
    "duplicate": {"settle"},
    "unclear": {"read_message"},
    "support": {"handed to support", "read_message"},
    "no interest": {"declined", "read_message"},
    "hostile": {"settle", "ask_details", "read_message"},
}


def drawing() -> Document:
    document = parse(json.loads(example.DRAWING.read_text())).document
    assert document
    return document


def leads() -> list[batches.Case]:
    cases, bad = batches.read(example.LEADS)
    assert bad == []
    return cases


def test_nothing_is_wrong_with_the_example() -> None:
    assert check(json.loads(example.DRAWING.read_text()), discover(), Surroundings(connections=["embedded"])) == ()


def test_the_example_shows_every_family() -> None:
    families = {node.kind.partition(".")[0] for node in drawing().nodes}
    assert families == {"execute", "verify", "decide", "escalate", "outcome"}


def test_the_example_has_a_loop_a_join_and_two_queues() -> None:
    document = drawing()
    queues = {node.config["queue"] for node in document.nodes if node.kind.startswith("escalate.")}
    assert queues == set(example.QUEUES)
    assert [edge.loop.max for edge in document.edges if edge.loop] == [2]
    assert len([edge for edge in document.edges if edge.source == "brief" and edge.port == "done"]) == 2


def test_the_example_needs_no_account() -> None:
    named = {node.config["connection"] for node in drawing().nodes if "connection" in node.config}
    assert named == {"embedded"}


def test_no_two_steps_of_the_example_lie_on_one_another() -> None:
    places = [node.at for node in drawing().nodes]
    near = [(a, b) for a in places for b in places if a < b and abs(a[0] - b[0]) < 220 and abs(a[1] - b[1]) < 100]
    assert near == []


def test_there_are_two_hundred_leads_of_every_sort() -> None:
    cases = leads()
    assert len(cases) == len({case.key for case in cases}) == 200
    sorts = Counter(case.labels["case"] for case in cases)
    assert set(sorts) == set(SENSIBLE)
    assert 80 <= sorts["clear"] <= 100
    assert sorts["hostile"] == 10


GOOD = {
    "name": "Ada Berg",
    "email": "ada@northwind.example",
    "company": "Northwind",
    "country": "DE",
    "seats": 60,
    "source": "test",
    "message": "Please send us a quote for 60 seats.",
}


def case_after(engine: Engine, given: dict[str, Any]) -> Escalation:
    """The case that this lead leads to."""
    return case_of(engine.run(seal(json.loads(example.DRAWING.read_text())), given))


def test_a_lead_is_written_to_once_a_person_has_filled_in_what_was_missing(engine: Engine) -> None:
    case = case_after(engine, {**GOOD, "email": "n/a"})
    assert (case.node, case.queue, case.kind) == ("ask_details", "data-desk", "form")
    answer(case, "answered", answers={"email": "ada@northwind.example"})
    assert ended(case.run_id).outcome == "contacted"
    assert OutboxMail.objects.get(run_id=case.run_id).to == "ada@northwind.example"


@pytest.mark.parametrize(
    ("given", "question"),
    [
        ({"name": "Ada Berg", "company": "Northwind"}, "Some details of the lead of Northwind are missing or wrong."),
        ({"name": "Ada Berg", "company": None}, "Some details of the lead of Ada Berg are missing or wrong."),
        ({}, "Some details of the lead are missing or wrong."),
    ],
)
def test_the_question_says_whose_lead_it_is_where_that_is_known(
    engine: Engine, given: dict[str, Any], question: str
) -> None:
    assert case_after(engine, {"message": "Please send us a quote.", **given}).question.startswith(question)


def test_a_lead_that_nobody_may_contact_is_dropped_by_a_person(engine: Engine) -> None:
    case = case_after(engine, {**GOOD, "do_not_contact": True})
    assert (case.node, case.queue) == ("settle", "data-desk")
    answer(case, "drop", comment="They said so.")
    assert ended(case.run_id).outcome == "dropped"
    assert not OutboxMail.objects.exists()


def test_a_draft_that_pushes_is_judged_and_drafted_again(engine: Engine) -> None:
    run = ended(engine.run(seal(json.loads(example.DRAWING.read_text())), {**GOOD, "budget_eur": 9000}))
    assert run.outcome == "contacted"
    told = [line for line in story(run.pk) if line.startswith(("step.finished judge", "loop.turned"))]
    assert told == ["step.finished judge/1 fail", "loop.turned draft/1", "step.finished judge/2 pass"]
    assert "sign" not in OutboxMail.objects.get(run_id=run.pk).body


def test_a_large_lead_is_never_written_to_without_a_person(engine: Engine) -> None:
    case = case_after(engine, {**GOOD, "seats": 900})
    assert (case.node, case.queue) == ("plan_call", "sales-review")
    answer(case, "call")
    assert ended(case.run_id).outcome == "called by sales"


@pytest.mark.slow
def test_every_lead_comes_to_where_it_belongs(engine: Engine) -> None:
    seal(json.loads(example.DRAWING.read_text()), example.SLUG)
    cases = leads()
    started, refused = engine.submit(batches.run_all(engine.runner, example.SLUG, cases, "")).result(120)
    assert refused == []
    places = where_they_are()
    sorts = {case.line: case.labels["case"] for case in cases}
    stray = [(sorts[each.line], places[each.run_id]) for each in started if odd(sorts[each.line], places[each.run_id])]
    assert stray == []
    assert_only_clear_leads_got_a_mail({each.run_id: sorts[each.line] for each in started})


def odd(sort: str, place: str) -> bool:
    return place not in SENSIBLE[sort]


def where_they_are() -> dict[str, str]:
    """Where each run is: its outcome, or the step that asks a person; an incident says so."""
    places = {run.id: run.outcome or "" for run in Run.objects.filter(status="succeeded")}
    for case in Escalation.objects.filter(state="open"):
        places[case.run_id] = case.node if case.kind != "incident" else f"incident at {case.node}"
    return places


def assert_only_clear_leads_got_a_mail(sorts: dict[str, str]) -> None:
    mails = OutboxMail.objects.values_list("run_id", flat=True)
    assert len(mails) == len(set(mails)) > 50
    assert {sorts[str(run_id)] for run_id in mails} == {"clear"}
