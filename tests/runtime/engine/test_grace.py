"""A run goes on by itself when an answer's time of grace is over, and not before, whichever process is there then."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User

from runtime.cases.escalations import Answer, Resolved, resolve, undo
from runtime.models import Escalation, Run, Signal
from tests.makers.engine import Engine, ScriptedDoors, case_of, drawn, ended, journal, outcome, review, seal
from tests.makers.people import person

ASKING = drawn(
    [review("ask"), outcome("won"), outcome("lost")], "start > ask", "ask.approve > won", "ask.reject > lost"
)


def answered(case: Escalation, user: User, choice: str, grace_s: float) -> datetime:
    """When the run goes on."""
    done = resolve(case.pk, user, Answer(choice, digest=case.digest), datetime.now(UTC), grace_s)
    assert isinstance(done, Resolved)
    assert done.goes_on_at
    return done.goes_on_at


def test_a_run_goes_on_when_the_time_of_grace_is_over_and_not_before(engine: Engine) -> None:
    run_id = engine.run(seal(ASKING))
    goes_on_at = answered(case_of(run_id), person("ada", "administrator"), "approve", 1.2)
    assert Run.objects.get(pk=run_id).status == "waiting"
    assert ended(run_id).outcome == "won"
    assert next(entry.at for entry in journal(run_id) if entry.type == "step.finished") >= goes_on_at


def test_an_answer_that_was_taken_back_is_never_heard_of(engine: Engine) -> None:
    run_id = engine.run(seal(ASKING))
    case, ada = case_of(run_id), person("ada", "administrator")
    answered(case, ada, "approve", 60.0)
    undo(case.pk, ada, datetime.now(UTC))
    answered(case, ada, "reject", 0.01)
    assert ended(run_id).outcome == "lost"


@pytest.mark.usefixtures("transactional_db")
def test_a_process_that_starts_later_takes_up_what_was_answered_before(doors: ScriptedDoors) -> None:
    with Engine(doors) as first:
        run_id = first.run(seal(ASKING))
        case = case_of(run_id)
    answered(case, person("ada", "administrator"), "approve", 0.01)
    assert Signal.objects.count() == 0
    with Engine(doors):
        assert ended(run_id).outcome == "won"
