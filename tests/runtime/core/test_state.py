"""The fold and the planner, step by step: joins, dead paths, loops, timers, retries, incidents, retried runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from runtime.core.definition import parse
from runtime.core.events import Event
from runtime.core.graph import Graph
from runtime.core.planner import live_steps, may_take_up, plan
from runtime.core.state import State, advance, fold, visible_results
from tests.makers.drawings import node, sketch

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Play:
    """A run that a test moves by hand; the planner's own events are journalled at once."""

    def __init__(self, raw: dict[str, Any]) -> None:
        document = parse(raw).document
        assert document is not None
        self.graph = Graph(document)
        self.state = State()
        self.events: list[Event] = []
        self.now = NOW
        self.tell("run.started", input={})

    def tell(self, event_type: Any, name: str | None = None, **data: Any) -> Play:
        visit = self.state.step(name).visit if name else 0
        self._journal(Event(event_type, name, visit, data))
        while events := plan(self.graph, self.state, self.now).events:
            for event in events:
                self._journal(event)
        return self

    def _journal(self, event: Event) -> None:
        self.events.append(event)
        advance(self.graph, self.state, event)

    def finish(self, *ways: str) -> Play:
        """`a` or `a.port`: these steps finish, one after the other."""
        for way in ways:
            name, _, port = way.partition(".")
            assert name in self.ready, f"{name} is not ready; ready are {self.ready}"
            self.tell("step.finished", name, port=port or "done", output=f"{name}{self.state.step(name).visit}")
        return self

    @property
    def ready(self) -> list[str]:
        return [start.node for start in plan(self.graph, self.state, self.now).starts]

    def status(self, name: str) -> str:
        return self.state.step(name).status

    def seen(self, name: str) -> dict[str, Any]:
        return {each: result.output for each, result in visible_results(self.graph, self.state, name).items()}

    @property
    def ended(self) -> str | None:
        return self.state.outcome


def work(*names: str, join: str = "all") -> list[dict[str, Any]]:
    return [node(name, "execute.work", join=join) for name in names]


END = node("end", "outcome", name="contacted", kind="stopped")


def parallel(join: str = "all") -> Play:
    nodes = [*work("a", "b", "c"), *work("j", join=join), END]
    ways = ("start -> a", "a.done -> b", "a.done -> c", "b.done -> j", "c.done -> j", "j.done -> end")
    return Play(sketch(nodes, *ways))


def test_a_join_of_all_waits_for_every_branch() -> None:
    play = parallel().finish("a")
    assert play.ready == ["b", "c"]
    assert play.finish("c").ready == ["b"]
    assert play.finish("b").ready == ["j"]


def test_a_join_of_any_runs_at_the_first_and_once() -> None:
    play = parallel("any").finish("a", "c")
    assert play.ready == ["b", "j"]
    assert play.seen("j") == {"a": "a1", "c": "c1"}
    play.finish("b", "j")
    assert play.seen("j") == {"a": "a1", "c": "c1"}, "what came later is not seen later either"
    assert play.ready == ["end"]


def test_dead_paths_are_skipped_through_so_that_no_join_waits_for_them() -> None:
    nodes = [node("way", "decide.way"), *work("a", "b", "j"), END]
    play = Play(
        sketch(nodes, "start -> way", "way.yes -> a", "way.no -> b", "a.done -> j", "b.done -> j", "j.done -> end")
    )
    play.finish("way.yes")
    assert (play.ready, play.status("b"), play.status("j")) == (["a"], "skipped", "pending")
    assert play.finish("a").ready == ["j"]
    assert play.seen("j") == {"way": "way1", "a": "a1"}


def test_a_run_ends_in_the_outcome_that_it_comes_to_with_its_name_and_kind() -> None:
    play = parallel().finish("a", "b", "c", "j")
    assert play.ready == ["end"]
    play.tell("step.finished", "end", port=None, output={"to": "x"})
    assert (play.state.status, play.ended, play.state.output) == ("succeeded", "contacted", {"to": "x"})
    assert play.events[-1].data["kind"] == "stopped"
    assert plan(play.graph, play.state, play.now) == plan(play.graph, play.state, play.now)
    assert play.ready == []


def looping(*more: str) -> Play:
    nodes = [*work("before", "head", "body"), node("look", "verify.check"), *work("after"), END]
    ways = ("start -> before", "before.done -> head", "head.done -> body", "body.done -> look", "look.pass -> after",
            "look.fail -> head loop 2", "look.fail -> after after e6", "after.done -> end")  # fmt: skip
    return Play(sketch(nodes, *ways, *more))


def test_a_loop_opens_its_body_for_a_new_visit_until_its_turns_are_used_up() -> None:
    play = looping().finish("before", "head", "body", "look.fail")
    assert play.ready == ["head"]
    assert [play.state.step(each).visit for each in ("before", "head", "body", "look")] == [1, 2, 2, 2]
    play.finish("head", "body", "look.fail", "head", "body")
    assert play.state.turns == {"e6": 2}
    assert play.finish("look.fail").ready == ["after"], "the third time the way after the loop is taken"


def test_each_turn_is_a_fact_in_the_journal() -> None:
    play = looping().finish("before", "head", "body", "look.fail")
    assert play.events[-1] == Event("loop.turned", "head", 1, {"edges": ["e6"], "turns": {"e6": 1}})


def test_a_turn_sees_the_turn_before_and_what_came_before_the_loop() -> None:
    play = looping().finish("before", "head", "body", "look.fail")
    assert play.seen("head") == {"before": "before1", "head": "head1", "body": "body1", "look": "look1"}
    assert play.finish("head").seen("body")["head"] == "head2"
    assert play.seen("body")["body"] == "body1"


def nested() -> Play:
    nodes = [
        *work("outer", "inner"),
        node("near", "verify.check"),
        *work("mid"),
        node("far", "verify.check"),
        *work("out"),
        END,
    ]
    ways = ("start -> outer", "outer.done -> inner", "inner.done -> near", "near.pass -> mid",
            "near.fail -> inner loop 1", "near.fail -> mid after e5", "mid.done -> far", "far.pass -> out",
            "far.fail -> outer loop 1",
            "far.fail -> out after e9", "out.done -> end")  # fmt: skip
    return Play(sketch(nodes, *ways))


def test_a_loop_in_a_loop_begins_anew_in_every_turn_of_the_outer_one() -> None:
    play = nested().finish("outer", "inner", "near.fail", "inner", "near.fail", "mid", "far.fail")
    assert play.state.turns == {"e9": 1}, "the turns of the inner loop are forgotten"
    play.finish("outer", "inner", "near.fail", "inner", "near.fail", "mid", "far.fail")
    assert play.ready == ["out"]
    assert [play.state.step(each).visit for each in ("outer", "inner", "near", "mid", "far")] == [2, 4, 4, 2, 2]


def test_the_inner_loop_may_turn_and_the_outer_one_still_ends() -> None:
    """The outer loop must not be taken for settled while nodes that had been settled in it are open again."""
    play = nested().finish("outer", "inner", "near.fail", "inner", "near.pass", "mid", "far.pass", "out")
    assert play.ready == ["end"]


def test_an_edge_that_leaves_a_loop_waits_until_nothing_goes_on_in_it() -> None:
    nodes = [*work("head", "b", "c"), node("look", "verify.check"), *work("out"), END]
    ways = ("start -> head", "head.done -> b", "head.done -> c", "b.done -> look", "c.done -> look",
            "look.pass -> out", "look.fail -> head loop 1", "look.fail -> out after e7", "b.error -> out",
            "out.done -> end")  # fmt: skip
    play = Play(sketch(nodes, *ways)).finish("head", "b.error")
    assert play.ready == ["c"], "out waits: the loop may still turn"
    play.finish("c", "look.fail")
    assert play.ready == ["head"], "the turn takes back what would have left"
    assert play.finish("head", "b", "c", "look.pass").ready == ["out"]


def test_a_timer_parks_the_run_and_finishes_its_step_when_due() -> None:
    nodes = [node("wait", "execute.wait"), END]
    play = Play(sketch(nodes, "start -> wait", "wait.done -> end"))
    due = NOW + timedelta(hours=1)
    play.tell("step.waiting", "wait", until=due.isoformat())
    assert plan(play.graph, play.state, NOW).parked
    assert plan(play.graph, play.state, NOW).wake_at == due
    play.now = due
    [event] = plan(play.graph, play.state, due).events
    assert (event.type, event.node, event.data["port"]) == ("step.finished", "wait", "done")


def test_a_question_parks_the_run_until_it_is_answered() -> None:
    play = Play(sketch([node("ask", "escalate.ask"), END], "start -> ask", "ask.yes -> end", "ask.no -> end"))
    play.tell("step.asked", "ask", escalation="1")
    assert plan(play.graph, play.state, NOW).parked
    play.tell("step.finished", "ask", port="yes", output={})
    assert play.ready == ["end"]


def test_a_failed_step_is_tried_again_when_its_time_has_come_under_the_same_visit() -> None:
    play = parallel()
    later = NOW + timedelta(seconds=5)
    play.tell("step.failed", "a", attempt=1, error={"code": "http"}, retry_at=later.isoformat())
    assert (play.ready, plan(play.graph, play.state, NOW).wake_at) == ([], later)
    [start] = plan(play.graph, play.state, later).starts
    assert (start.node, start.visit, start.attempt) == ("a", 1, 2)


def test_an_incident_parks_the_step_until_somebody_lets_it_try_again_or_skips_it() -> None:
    play = parallel()
    play.tell("incident.opened", "a", error={"code": "http"}, escalation="1")
    assert (play.ready, plan(play.graph, play.state, NOW).parked) == ([], True)
    assert [name for name, _ in live_steps(play.state)] == ["a"]
    play.tell("incident.resolved", "a", action="retry", by="x")
    [start] = plan(play.graph, play.state, NOW).starts
    assert (start.node, start.visit, start.attempt) == ("a", 1, 1)
    play.tell("incident.opened", "a", error={"code": "http"}, escalation="2")
    play.tell("incident.resolved", "a", action="skip", by="x")
    play.tell("step.finished", "a", port="done", output="by hand")
    assert play.ready == ["b", "c"]


def test_an_incident_that_fails_the_run_ends_it_and_a_retry_goes_on_from_the_step() -> None:
    play = parallel().finish("a", "b")
    play.tell("incident.opened", "c", error={"code": "http"}, escalation="1")
    play.tell("incident.resolved", "c", action="fail", by="x")
    play.tell("run.failed", error={"code": "http"})
    assert (play.state.status, play.ready) == ("failed", [])
    play.tell("run.retried", "c", by="x")
    assert (play.state.status, play.ready) == ("running", ["c"])
    assert play.state.step("c").visit == 1, "it had not finished, so its idempotency key stays"
    assert play.finish("c", "j").ready == ["end"]


def test_a_retry_from_an_earlier_step_does_what_follows_again_and_nothing_beside() -> None:
    play = parallel().finish("a", "b", "c", "j")
    play.tell("run.failed", error={"code": "x"})
    play.tell("run.retried", "b", by="x")
    assert play.ready == ["b"]
    assert [play.state.step(each).visit for each in ("a", "b", "c", "j")] == [1, 2, 1, 2]
    assert play.finish("b").ready == ["j"]
    assert play.seen("j") == {"a": "a1", "b": "b2", "c": "c1"}


def test_a_retry_within_a_loop_stays_in_its_turn() -> None:
    play = looping().finish("before", "head", "body", "look.fail", "head")
    play.tell("run.failed", error={"code": "x"})
    play.tell("run.retried", "body", by="x")
    assert play.ready == ["body"]
    assert play.seen("body")["head"] == "head2"
    play.finish("body", "look.fail", "head", "body", "look.fail")
    assert play.ready == ["after"]
    assert play.state.turns == {"e6": 2}


def test_a_run_is_taken_up_only_at_a_step_that_its_present_turn_has_reached() -> None:
    play = looping().finish("before", "head", "body", "look.fail", "head")
    play.tell("run.failed", error={"code": "x"})
    reached = {name for name in play.graph.nodes if may_take_up(play.state, name)}
    assert reached == {"before", "head", "body"}, "look was reached in the turn before only"


def test_a_loop_that_was_to_turn_still_turns_after_a_retry_elsewhere() -> None:
    nodes = [*work("split", "head"), node("look", "verify.check"), *work("side", "join"), END]
    ways = ("start -> split", "split.done -> head", "split.done -> side", "head.done -> look", "look.pass -> join",
            "look.unsure -> join", "look.fail -> head loop 1", "look.fail -> join after e7", "side.done -> join",
            "join.done -> end")  # fmt: skip
    play = Play(sketch(nodes, *ways)).finish("split", "head")
    advance(play.graph, play.state, Event("step.finished", "look", 1, {"port": "fail", "output": None}))
    advance(play.graph, play.state, Event("run.failed", data={"error": {"code": "side"}}))
    play.tell("run.retried", "side", by="x")
    assert play.ready == ["head", "side"]


def test_a_cancelled_run_has_nothing_left_to_do() -> None:
    play = parallel().finish("a")
    play.tell("run.cancelled", by="x", reason="")
    assert (play.state.status, play.ready) == ("cancelled", [])


def test_a_run_that_nothing_can_wake_fails_and_says_so() -> None:
    """The checks refuse such a drawing; the planner does not rely on it."""
    play = Play(sketch([*work("a"), END], "start -> a", "a.other -> end"))
    play.finish("a")
    assert (play.state.status, (play.state.error or {})["code"]) == ("failed", "dead_end")


def test_the_fold_of_a_journal_is_the_state_it_was_written_from() -> None:
    play = nested().finish("outer", "inner", "near.fail", "inner", "near.fail", "mid", "far.fail", "outer")
    assert fold(play.graph, play.events) == play.state


def test_an_event_of_a_step_must_name_it() -> None:
    with pytest.raises(ValueError, match="names no node"):
        advance(parallel().graph, State(), Event("step.started", None, 1, {"attempt": 1}))
