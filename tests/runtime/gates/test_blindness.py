"""Nobody learns the machine's answer before their own by a way around the case: an earlier case, an incident, a remark,
a vote taken back, another workflow. Where they could have, their answer earns nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User

from runtime import veils
from runtime.cases import desk, escalations, holds
from runtime.cases.answers import Answer
from runtime.cases.attempted import attempted
from runtime.core.node import Failed
from runtime.json_gate import write_json
from runtime.models import Blueprint, Decision, Entry, Escalation, Run, Sighting
from runtime.permissions import may
from runtime.traces import reading as traces
from runtime.views.case_shown import shown
from tests.makers import gated as gates
from tests.makers.engine import Engine, drawn, ended, node, outcome, review, seal, until
from tests.makers.people import person

SAID = "decline"
"""What the model says: a name of a way, so it is looked for where the buttons' names are not."""


@pytest.fixture
def ada(transactional_db: None) -> User:
    return person("ada", "administrator")


def behind_gate(*between: dict[str, Any], ways: tuple[str, ...], **asked: Any) -> Blueprint:
    """A gate behind whose `unsure` stand these steps, and a review that is called `ask`."""
    decides = gates.gated()["nodes"][0]
    steps = [decides, *between, review("ask", *gates.CHOICES, **asked), outcome("paid"), outcome("declined")]
    ends = ("start > gate", "gate.pay > paid", "gate.decline > declined", "ask.pay > paid", "ask.decline > declined")
    return seal(drawn(steps, *ends, *ways))


def case_at(run_id: str, node_id: str, state: str = "open") -> Escalation:
    return until(lambda: Escalation.objects.filter(run=run_id, node=node_id, state=state).first())


def answered(case: Escalation, user: User, choice: str, grace_s: float = 0.0) -> Escalation:
    done = escalations.resolve(case.pk, user, Answer(choice, digest=case.digest), datetime.now(UTC), grace_s)
    assert isinstance(done, escalations.Resolved), done
    return Escalation.objects.get(pk=case.pk)


def test_a_question_for_details_before_the_review_lays_nothing_bare(engine: Engine, ada: User) -> None:
    blueprint = behind_gate(
        review("details", "known", "unknown", show={"Leaning": "steps.gate.output.choice"}),
        ways=("gate.unsure > details", "details.known > ask", "details.unknown > ask"),
    )
    run_id = engine.run(blueprint, gates.case(SAID))
    first = answered(case_at(run_id, "details"), ada, "known")
    second = case_at(run_id, "ask")
    assert veils.laid_bare(Escalation.objects.get(pk=first.pk), "ada") is None
    answered(second, ada, "pay")
    ended(run_id)
    bare = veils.laid_bare(Escalation.objects.get(pk=first.pk))
    assert bare is not None
    assert bare["show"] == {"Leaning": SAID}
    (row,) = gates.rows()
    assert (row.blind, row.loss, [each["by"] for each in row.labels]) == (True, 1.0, ["ada"])


def test_a_case_that_went_by_lays_nothing_bare_to_the_next_one_who_is_asked(engine: Engine, ada: User) -> None:
    blueprint = behind_gate(
        review("first", *gates.CHOICES, due_hours=1),
        ways=("gate.unsure > first", "first.pay > paid", "first.decline > declined", "first.overdue > ask"),
    )
    run_id = engine.run(blueprint, gates.case(SAID))
    late = case_at(run_id, "first")
    assert escalations.expire_due(datetime.now(UTC) + timedelta(hours=2)) == 1
    second = case_at(run_id, "ask")
    (row,) = gates.rows()
    assert (row.state, row.labels) == ("open", [])
    assert second.behind is not None
    assert veils.laid_bare(Escalation.objects.get(pk=late.pk)) is None
    answered(second, ada, SAID)
    ended(run_id)
    assert veils.laid_bare(Escalation.objects.get(pk=late.pk)) is not None
    (row,) = gates.rows()
    assert (row.state, row.blind, row.loss, len(row.labels)) == ("settled", True, 0.0, 1)


def test_an_answer_to_a_second_case_about_the_same_decision_is_not_blind(engine: Engine, ada: User) -> None:
    blueprint = seal(
        drawn(
            [gates.gated()["nodes"][0], review("ask", *gates.CHOICES), review("again", *gates.CHOICES), outcome("end")],
            *("start > gate", "gate.pay > end", "gate.decline > end", "gate.unsure > ask", "gate.unsure > again"),
            *("ask.pay > end", "ask.decline > end", "again.pay > end", "again.decline > end"),
        )
    )
    run_id = engine.run(blueprint, gates.case(SAID))
    one, two = case_at(run_id, "ask"), case_at(run_id, "again")
    answered(one, ada, "pay")
    if Run.objects.get(pk=run_id).status not in ("succeeded", "failed"):
        escalations.resolve(two.pk, ada, Answer(SAID, digest=two.digest), datetime.now(UTC))
    (row,) = gates.rows()
    assert row.loss == 1.0
    assert [each["blind"] for each in row.labels] in ([True], [True, False])


def test_who_can_press_one_button_only_does_not_judge(engine: Engine, ada: User) -> None:
    one_way = review("ask", "pay")
    blueprint = seal(
        drawn(
            [gates.gated()["nodes"][0], one_way, outcome("paid"), outcome("declined")],
            *("start > gate", "gate.pay > paid", "gate.decline > declined", "gate.unsure > ask", "ask.pay > paid"),
        )
    )
    run_id = engine.run(blueprint, gates.case("pay"))
    answered(case_at(run_id, "ask"), ada, "pay")
    ended(run_id)
    (row,) = gates.rows()
    assert (row.state, row.labels) == ("open", [])


def test_where_another_workflow_is_handed_the_answer_first_nobody_is_blind_any_more(engine: Engine, ada: User) -> None:
    seal(
        drawn([review("inner", "seen", show={"It says": "input.said"}), outcome("end")],
              "start > inner", "inner.seen > end"),
        workflow="inner",
    )  # fmt: skip
    handed = node("call", "execute.workflow", {"workflow": "inner", "input": {"said": "steps.gate.output.choice"}})
    run_id = engine.start(behind_gate(handed, ways=("gate.unsure > call", "call.done > ask")), gates.case(SAID))
    inner = until(lambda: Escalation.objects.filter(workflow="inner", state="open").first())
    assert inner.asked["show"] == {"It says": SAID}
    answered(inner, ada, "seen")
    answered(case_at(run_id, "ask"), ada, SAID)
    ended(run_id)
    (row,) = gates.rows()
    assert (row.loss, row.blind) == (0.0, False)


def test_a_call_behind_the_answer_takes_no_blindness_away(engine: Engine, ada: User) -> None:
    decides = gates.gated()["nodes"][0]
    call = node("call", "execute.workflow", {"workflow": "none", "input": {"said": "steps.gate.output.choice"}})
    ways = ["start > gate", "gate.unsure > ask", "gate.pay > call", "gate.decline > end", "ask.pay > call"]
    ways += ["ask.decline > end", "call.done > end", "call.error > end"]
    blueprint = seal(drawn([decides, review("ask", *gates.CHOICES), call, outcome("end")], *ways))
    run_id = engine.run(blueprint, gates.case("pay"))
    answered(case_at(run_id, "ask"), ada, "pay")
    ended(run_id)
    assert gates.rows()[0].blind is True


def test_the_gate_of_a_called_workflow_is_as_blind_as_any_and_its_caller_tells_nothing(
    engine: Engine, ada: User
) -> None:
    inside = gates.gated()
    inside["nodes"][1]["config"]["show"] = {"Leaning": "steps.gate.output.choice"}
    seal(inside, workflow="inner")
    outer = drawn(
        [node("call", "execute.workflow", {"workflow": "inner", "input": {"text": "input.text"}}), outcome("done")],
        "start > call", "call.done > done",
    )  # fmt: skip
    run_id = engine.start(seal(outer, workflow="outer"), gates.case(SAID, 0.8317))
    inner = until(lambda: Escalation.objects.filter(workflow="inner", state="open").first())
    assert inner.asked["show"] == {"Leaning": "(shown after your answer)"}
    rui = person("rui", "reviewer")
    for each in (run_id, inner.run_id):
        run = Run.objects.select_related("blueprint").get(pk=each)
        told = traces.trace(run, hide=partial(veils.hidden_from, rui, run))
        assert "probation" not in repr(told)
    answered(inner, ada, SAID)
    ended(run_id)
    assert gates.rows()[0].blind is True


def test_an_incident_between_gate_and_review_does_not_tell_what_the_gate_said(engine: Engine, ada: User) -> None:
    fails = node(
        "shout",
        "execute.python",
        {"function": "interlock.fingerprint", "args": {"value": "steps.gate.output.choice"}},
    )
    engine.doors.answers["shout"] = [Failed("function", f"Nothing can be made of {SAID}.")]
    blueprint = behind_gate(fails, ways=("gate.unsure > shout", "shout.done > ask"))
    run_id = engine.run(blueprint, gates.case(SAID))
    incident = case_at(run_id, "shout")
    assert incident.kind == "incident"
    assert SAID not in write_json([incident.asked, incident.reasons, incident.question])
    assert "failed" in incident.question
    assert SAID not in write_json(dict(attempted(incident).parts))
    kept = Entry.objects.get(run=run_id, type="incident.opened").data
    assert kept["error"]["message"], "Whoever designs still reads it in the run."


def test_a_mail_that_failed_shows_what_it_says_only_where_that_does_not_tell_what_the_gate_said(
    engine: Engine, ada: User
) -> None:
    mail = {"to": "a@b.example", "subject": "About {{ input.text }}", "body": "We say {{ steps.gate.output.choice }}."}
    engine.doors.answers["tell"] = [Failed("mail", "Nothing answers.")]
    blueprint = behind_gate(node("tell", "execute.email", mail), ways=("gate.unsure > tell", "tell.done > ask"))
    run_id = engine.run(blueprint, gates.case(SAID))
    incident = case_at(run_id, "tell")
    assert incident.kind == "incident"
    assert dict(attempted(incident).parts) == {}
    dora = person("dora", "reviewer")
    assert shown(incident, may(dora, "runs:read")).tried == attempted(incident)
    assert not Sighting.objects.filter(run=run_id).exists(), "Whoever looks at the incident has seen nothing."


def test_what_somebody_who_had_looked_writes_beside_a_case_ends_its_blindness(engine: Engine, ada: User) -> None:
    dora, rui = person("dora", "administrator"), person("rui", "administrator")
    for number, (writes_after_looking, blind) in enumerate([(False, True), (True, False)]):
        run_id = engine.run(behind_gate(ways=("gate.unsure > ask",)) if not number else Blueprint.objects.get(),
                            gates.case(SAID))  # fmt: skip
        if writes_after_looking:
            veils.hidden_from(dora, Run.objects.get(pk=run_id))
        case = case_at(run_id, "ask")
        assert isinstance(desk.remark(case.pk, dora, "It looks like a no to me.", datetime.now(UTC)), desk.Remarked)
        answered(case, rui, SAID)
        ended(run_id)
        assert Decision.objects.get(run=run_id).blind is blind


def test_of_several_reviewers_none_votes_blind_again_after_the_answer_stood(engine: Engine, ada: User) -> None:
    ben, cem = person("ben", "administrator"), person("cem", "administrator")
    run_id = engine.run(behind_gate(ways=("gate.unsure > ask",), reviewers=2), gates.case(SAID))
    case = case_at(run_id, "ask")
    now = datetime.now(UTC)
    assert isinstance(escalations.resolve(case.pk, ada, Answer("pay", digest=case.digest), now), escalations.Voted)
    assert veils.laid_bare(Escalation.objects.get(pk=case.pk), "ada") is None
    answered(Escalation.objects.get(pk=case.pk), ben, "pay", grace_s=60)
    assert veils.laid_bare(Escalation.objects.get(pk=case.pk), "ada") is not None
    assert isinstance(escalations.undo(case.pk, ben, now), escalations.Undone)
    assert isinstance(escalations.undo(case.pk, ada, now), escalations.Undone)
    holds.release(case.pk, ben, now)
    later = now + timedelta(minutes=1)
    again = Answer(SAID, digest=case.digest)
    assert isinstance(escalations.resolve(case.pk, ada, again, later), escalations.Voted)
    assert not isinstance(escalations.resolve(case.pk, cem, again, later), escalations.Refused)
    ended(run_id)
    (row,) = gates.rows()
    assert {each["by"]: each["blind"] for each in row.labels} == {"ada": False, "cem": True}


def test_several_reviewers_who_agree_are_as_many_labels_of_one_row(engine: Engine, ada: User) -> None:
    ben = person("ben", "administrator")
    run_id = engine.run(behind_gate(ways=("gate.unsure > ask",), reviewers=2), gates.case(SAID))
    case = case_at(run_id, "ask")
    now = datetime.now(UTC)
    escalations.resolve(case.pk, ada, Answer(SAID, digest=case.digest), now)
    assert gates.rows()[0].labels == []
    escalations.resolve(case.pk, ben, Answer(SAID, digest=case.digest), now)
    ended(run_id)
    (row,) = gates.rows()
    assert [(each["by"], each["blind"]) for each in row.labels] == [("ada", True), ("ben", True)]
    assert (row.state, row.loss) == ("settled", 0.0)


def test_an_answer_that_is_taken_back_is_no_label(engine: Engine, ada: User) -> None:
    run_id = engine.run(behind_gate(ways=("gate.unsure > ask",)), gates.case(SAID))
    case = answered(case_at(run_id, "ask"), ada, SAID, grace_s=60)
    assert gates.rows()[0].labels == []
    assert isinstance(escalations.undo(case.pk, ada, datetime.now(UTC)), escalations.Undone)
    assert escalations.go_on_due(datetime.now(UTC) + timedelta(hours=1)) == 0
    assert (gates.rows()[0].state, gates.rows()[0].labels) == ("open", [])


def test_a_case_that_one_sends_again_is_known_by_what_the_model_was_asked(engine: Engine, ada: User) -> None:
    blueprint = behind_gate(ways=("gate.unsure > ask",))
    for _ in range(2):
        run_id = engine.run(blueprint, gates.case(SAID, 0.9, "the same"))
        answered(case_at(run_id, "ask"), ada, SAID)
        ended(run_id)
    assert [row.blind for row in gates.rows()] == [True, False]
