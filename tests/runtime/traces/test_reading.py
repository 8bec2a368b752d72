"""Reading a run back: events as they were journalled, and steps that a person can follow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from runtime.models import Run
from runtime.traces import reading as traces
from tests.makers import runs

pytestmark = pytest.mark.django_db

BEGAN = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def small(**fields: object) -> runs.Story:
    return runs.Story(runs.blueprint(), {"seats": 200}, began=BEGAN, **fields)


def test_events_have_exactly_the_fields_of_the_contract() -> None:
    story = small().does("size", "large", {"choice": "large"}, ms=3.0)
    first, second = traces.read_events(story.run.pk)
    assert first == {
        "seq": 1,
        "at": "2026-03-04T12:00:00Z",
        "type": "run.started",
        "node": None,
        "visit": 0,
        "data": {"input": {"seats": 200}},
    }
    assert (second["seq"], second["type"], second["node"], second["visit"]) == (2, "step.finished", "size", 1)


def test_events_are_read_behind_a_number_and_never_more_than_asked_for() -> None:
    run = runs.contacted(began=BEGAN)
    assert [event["seq"] for event in traces.read_events(run.pk, after=3, limit=4)] == [4, 5, 6, 7]


def test_large_events_come_a_few_at_a_time_and_none_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traces, "MOST_CHARACTERS", 5_000)
    story = small()
    for name in ("size", "ask", "tell"):
        story.does(name, "done", {"text": "x" * 3_000})
    seen: list[int] = []
    while page := traces.read_events(story.run.pk, after=seen[-1] if seen else 0):
        assert len(str(page)) < 7_000
        seen += [event["seq"] for event in page]
    assert seen == list(range(1, story.run.last_seq + 1))


def test_an_event_larger_than_a_page_is_a_page_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traces, "MOST_CHARACTERS", 10)
    story = small().does("size", "large", {"choice": "large"})
    assert [event["seq"] for event in traces.read_events(story.run.pk)] == [1]


def test_steps_that_are_too_much_together_come_without_their_output_and_say_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(traces, "MOST_CHARACTERS", 5_000)
    story = small()
    for name, length in (("size", 3_000), ("ask", 3_000), ("tell", 10)):
        story.does(name, "done", {"text": "x" * length})
    shown = [step.to_json() for step in traces.steps(story.run)]
    assert [bool(step["output"]) for step in shown] == [True, False, True]
    assert [step.get("output_left_out", False) for step in shown] == [False, True, False]


@pytest.mark.parametrize("after", [-1, 2**31, 2**63, 10**30])
def test_a_number_beyond_every_journal_is_no_error(after: int) -> None:
    run = small().run
    assert len(traces.read_events(run.pk, after)) == (1 if after < 0 else 0)


def test_an_unknown_run_has_no_events() -> None:
    assert traces.read_events("nothing") == []


def test_a_step_tells_its_port_its_time_and_why() -> None:
    story = small().does("size", "large", {"choice": "large"}, ms=3.0)
    (step,) = traces.steps(story.run)
    assert (step.status, step.port, step.attempts, step.duration_ms) == ("finished", "large", 1, 3.0)
    assert step.started_at is not None
    assert step.finished_at is not None
    assert step.finished_at - step.started_at == timedelta(milliseconds=3)
    assert step.why == "“large” is the first choice whose condition holds."


def test_a_step_as_json_is_plain() -> None:
    (step,) = traces.steps(small().does("size", "small", {"choice": "small"}, ms=1.0).run)
    assert step.to_json()["started_at"].endswith("Z")
    assert set(step.to_json()) == {
        "node", "name", "kind", "visit", "status", "port", "attempts", "started_at", "finished_at", "duration_ms",
        "output", "error", "why",
    }  # fmt: skip


def test_a_step_that_is_tried_again_says_what_went_wrong() -> None:
    story = small().starts("tell").fails("tell", "Nobody answered")
    (step,) = traces.steps(story.run)
    assert (step.status, step.attempts) == ("retrying", 1)
    assert step.until == story.now - timedelta(seconds=0.4) + timedelta(seconds=30)
    assert step.why == "Attempt 1 failed and will be made again. Nobody answered."


def test_a_step_that_succeeds_at_last_forgets_its_error() -> None:
    story = small().starts("tell").fails("tell", "Nobody answered").starts("tell", attempt=2)
    (step,) = traces.steps(story.does("tell", "done", {"message_id": "m"}).run)
    assert (step.status, step.attempts, step.error) == ("finished", 2, None)


def test_an_open_question_names_its_case() -> None:
    case = runs.asked(began=BEGAN)
    step = traces.steps(case.run)[-1]
    assert (step.status, step.escalation) == ("asked", case.pk)


def test_an_incident_is_no_ordinary_wait() -> None:
    case = runs.incident(began=BEGAN)
    step = traces.steps(case.run)[-1]
    assert (step.status, step.escalation, step.attempts) == ("incident", case.pk, 2)
    assert step.why.startswith("Needs help.")


def test_each_turn_of_a_loop_is_a_visit_of_its_own() -> None:
    made = traces.steps(runs.contacted(began=BEGAN))
    assert [(step.visit, step.port) for step in made if step.sign.node == "judge"] == [(1, "fail"), (2, "pass")]


def test_what_was_under_way_when_the_run_ended_is_stopped() -> None:
    story = small().starts("tell").is_cancelled("dora", "Sent twice.")
    (step,) = traces.steps(story.run)
    assert step.status == "stopped"
    assert traces.trace(story.run).error == {"by": "dora", "reason": "Sent twice."}


def test_a_retried_run_takes_its_stopped_step_up_again() -> None:
    story = small().starts("tell").breaks("tell", "No.")
    story._entry("run.retried", "tell", 1, {"by": "dora"}, 1)
    assert [step.status for step in traces.steps(story.run)] == ["running"]


def test_the_trace_shows_what_lies_ahead_and_what_was_passed_by() -> None:
    waiting = traces.trace(runs.asked(began=BEGAN).run)
    ahead = {step.sign.node: step.status for step in waiting.steps}
    assert ahead["ask_details"] == "skipped"
    assert ahead["send"] == "pending"
    ended = traces.trace(runs.contacted(began=BEGAN))
    assert {step.status for step in ended.steps} == {"finished", "skipped"}
    assert ended.output == {"to": "ada@northwind.example"}


def test_outward_steps_are_marked() -> None:
    marked = {step.sign.node for step in traces.trace(runs.contacted(began=BEGAN)).steps if step.sign.outward}
    assert marked == {"send"}


def test_reading_is_bounded_and_says_so() -> None:
    run = runs.contacted(began=BEGAN)
    told = traces.trace(run, limit=5)
    assert (told.complete, told.last_seq) == (False, 5)


def test_a_trace_is_read_with_a_few_queries(django_assert_max_num_queries: object) -> None:
    run = runs.contacted(began=BEGAN)
    traces.trace(run)
    run = Run.objects.get(pk=run.pk)
    with django_assert_max_num_queries(1):  # type: ignore[operator]  # pytest-django gives the fixture no public type
        traces.trace(run)


def skipped(by_hand: bool = True) -> runs.Story:
    story = small().starts("tell").fails("tell", "No connection")
    story.needs_help("tell", "No connection")
    story._entry("incident.resolved", "tell", 1, {"action": "skip", "by": "ada", "comment": "I rang them."}, 1)
    return story.does("tell", "done", "by hand", by="ada", skipped=by_hand)


def test_a_step_that_a_person_skipped_says_who_why_it_had_failed_and_what_they_wrote() -> None:
    story = skipped()
    (step,) = traces.steps(story.run)
    assert step.skip is not None
    assert (step.status, step.output) == ("finished", "by hand")
    assert step.why == (
        "ada skipped this step; as far as is known, nothing was sent. It had failed: No connection. "
        "They wrote: “I rang them.”"
    )
    assert step.to_json()["skip"]["comment"] == "I rang them."
    assert step.to_json()["skip"]["error"]["message"] == "No connection"
    assert traces.trace(story.run).skipped == "“Tell them” was skipped by a person on the way, and not done."


def test_a_step_that_is_hidden_does_not_tell_that_it_was_skipped() -> None:
    told = traces.trace(skipped().run, hide=lambda: frozenset({"tell"}))
    (step,) = (each for each in told.steps if each.sign.node == "tell")
    assert (step.skip, told.skipped) == (None, "")
    assert "rang" not in str(step.to_json())
    assert {change.look for frame in told.frames for change in frame.changes} == {
        "working",
        "waiting",
        "incident",
        "done",
    }


def test_a_step_that_ended_by_itself_was_skipped_by_nobody() -> None:
    (step,) = traces.steps(skipped(by_hand=False).run)
    assert step.skip is None
    assert "skip" not in step.to_json()
