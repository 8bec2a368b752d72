"""A past case through a changed drawing: what is used again, what is asked anew, and what nobody can know."""

from __future__ import annotations

import copy
from typing import Any

from runtime.backtests.doors import Budget
from runtime.backtests.recorded import Recording
from runtime.backtests.replayed import Replayed
from runtime.core.node import Failed, GateQuestion, GateVerdict, ModelAnswer
from runtime.engine.ports import Judged, Seat
from tests.makers.backtests import RUN, Answering, Journal, NoDoors, drawn, replayed
from tests.makers.drawings import node, sketch

CHOICES = [{"name": "buy"}, {"name": "leave"}]
GATE: dict[str, Any] = {
    "connection": "default",
    "question": "What does {{ input.text }} want?",
    "choices": CHOICES,
    "confidence": ["logprob"],
    "cutoff": 0.8,
}
SENDS = {"to": "a@b.example", "subject": "s", "body": "b"}
ASKS = {"question": "May we?", "choices": [{"name": "yes"}, {"name": "no"}]}


def gated(**changed: Any) -> dict[str, Any]:
    """A model's gate; who is unsure asks a person."""
    return sketch(
        [
            node("gate", "decide.model", **{**GATE, **changed}),
            node("ask", "escalate.review", **ASKS),
            node("bought", "outcome", name="bought"),
            node("left", "outcome", name="left"),
        ],
        "start.out -> gate",
        "gate.buy -> bought",
        "gate.leave -> left",
        "gate.unsure -> ask",
        "ask.yes -> bought",
        "ask.no -> left",
    )


def asked_model(score: float, choice: str = "buy") -> dict[str, Any]:
    """What the trace keeps of the gate's question."""
    from runtime.nodes._questions import Fence
    from runtime.nodes.decide_model import _SYSTEM

    class Key:
        idempotency_key = f"{RUN}:gate:1"

    return {
        "door": "model",
        "connection": "default",
        "system": f"{_SYSTEM}\n\n{Fence(Key()).warning}",  # type: ignore[arg-type]  # it needs no more than the key
        "prompt": "What does this want?",
        "answer": choice,
        "signals": {"logprob": score},
    }


def unsure_then(choice: str, score: float = 0.7) -> Journal:
    """A run whose gate was unsure, and where a person chose."""
    journal = Journal({"text": "this"})
    output: dict[str, Any] = {
        "choice": "buy",
        "confidence": score,
        "signals": {"logprob": score},
        "gate": "unproven",
        "reason": "",
    }
    journal.ends("gate", "unsure", output, calls=[asked_model(score)])
    journal.add("step.asked", "ask", 1, escalation="1").ends("ask", choice, {"choice": choice})
    return journal.outcome("bought" if choice == "yes" else "left", "bought" if choice == "yes" else "left")


def tried(journal: Journal, draft: dict[str, Any], **how: Any) -> tuple[Recording, Replayed]:
    return replayed(drawn(gated()), journal.events, drawn(draft), **how)


def ways(after: Replayed) -> list[tuple[str, str]]:
    return [(told.node, told.how) for told in after.told]


def test_another_cutoff_asks_no_model_again() -> None:
    asking = Answering()
    before, after = tried(unsure_then("no"), gated(cutoff=0.6), asking=asking, budget=Budget(0, 0))
    assert (after.state, after.outcome, after.asked) == ("ended", "bought", 0)
    assert before.before.outcome == "left"
    assert asking.asked == []


def test_another_question_is_put_to_the_model_and_is_paid_for() -> None:
    asking = Answering([ModelAnswer("leave", {"logprob": 0.9}, input_tokens=30, output_tokens=5)])
    budget = Budget(10, 1_000)
    _, after = tried(
        unsure_then("yes"), gated(question="Does {{ input.text }} want anything?"), asking=asking, budget=budget
    )
    assert (after.state, after.outcome) == ("ended", "left")
    assert ways(after)[0] == ("gate", "model")
    assert (budget.calls_used, budget.tokens_used) == (1, 35)


def test_beyond_the_budget_nothing_is_guessed() -> None:
    asking = Answering([ModelAnswer("leave", {"logprob": 0.9})])
    for budget in (Budget(0, 100), Budget(5, 0), Budget(5, 100, calls_used=5), Budget(5, 100, tokens_used=100)):
        _, after = tried(unsure_then("yes"), gated(question="Else?"), asking=asking, budget=budget)
        assert (after.state, after.outcome) == ("unknown", None)
        assert after.stop is not None
        assert after.stop.code == "over_budget"
    assert asking.asked == []


def test_a_model_that_does_not_answer_leaves_the_case_unknown_and_is_counted() -> None:
    budget = Budget(5, 100)
    asking = Answering([Failed("timeout", "No answer.", passing=True)])
    _, after = tried(unsure_then("yes"), gated(question="Else?"), asking=asking, budget=budget)
    assert after.stop is not None
    assert after.stop.code == "no_model"
    assert budget.calls_used == 1


def test_a_persons_answer_is_used_again_for_the_same_question() -> None:
    _, after = tried(unsure_then("no"), gated(cutoff=0.75), budget=Budget(0, 0))
    assert ways(after) == [("gate", "computed"), ("ask", "person"), ("left", "recorded")]
    assert after.asked == 1


def test_a_question_in_other_words_waits_for_a_person() -> None:
    draft = gated()
    draft["nodes"][1]["config"] = {**ASKS, "question": "Shall we?"}
    _, after = tried(unsure_then("no"), draft)
    assert (after.state, after.asked) == ("waits", 1)


def test_a_trace_that_kept_only_the_beginning_of_an_answer_is_no_answer() -> None:
    journal = unsure_then("yes")
    calls = [{**asked_model(0.7), "answer": "b" * 4_001}]
    events = [
        event
        if event.node != "gate"
        else type(event)(event.type, "gate", 1, {**event.data, "calls": calls}, event.seq, event.at)
        for event in journal.events
    ]
    _, after = replayed(drawn(gated()), events, drawn(gated(cutoff=0.6)), budget=Budget(0, 0))
    assert after.stop is not None
    assert after.stop.code == "over_budget"


def acting(**beside: Any) -> dict[str, Any]:
    """A mail, and what comes after it."""
    return sketch(
        [
            node("send", "execute.email", **SENDS),
            node("after", "execute.transform", output={"n": "input.n"} | beside),
            node("sent", "outcome", name="sent"),
        ],
        "start.out -> send",
        "send.done -> after",
        "after.done -> sent",
    )


def sent() -> Journal:
    journal = Journal({"n": 1}).ends("send", "done", {"message_id": "<1@x>"})
    return journal.ends("after", "done", {"n": 1}).outcome("sent", "sent")


def test_an_outward_action_that_changed_is_held_back_and_taken_to_be_done() -> None:
    draft = acting()
    draft["nodes"][0]["config"] = {**SENDS, "body": "another"}
    _, after = replayed(drawn(acting()), sent().events, drawn(draft))
    assert (after.state, after.outcome) == ("ended", "sent")
    assert ways(after)[0] == ("send", "held")


def test_what_reads_the_answer_of_an_action_that_was_held_back_is_unknown() -> None:
    draft = acting(id="steps.send.output.message_id")
    draft["nodes"][0]["config"] = {**SENDS, "body": "another"}
    _, after = replayed(drawn(acting()), sent().events, drawn(draft))
    assert after.stop is not None
    assert (after.stop.code, after.stop.node) == ("reads_held", "after")


def calling(url: str) -> dict[str, Any]:
    """A call that reads from outside."""
    return sketch(
        [node("look", "execute.http", method="GET", url=url), node("end", "outcome", name="end")],
        "start.out -> look",
        "look.done -> end",
    )


def test_what_is_read_from_outside_is_as_recorded_or_unknown() -> None:
    journal = Journal({}).ends("look", "done", {"status": 200}).outcome("end", "end")
    past = drawn(calling("https://a.example/"))
    _, same = replayed(past, journal.events, past)
    assert (same.state, same.outcome) == ("ended", "end")
    _, other = replayed(past, journal.events, drawn(calling("https://b.example/")))
    assert other.stop is not None
    assert other.stop.code == "reads_outside"


def test_another_workflow_is_not_run() -> None:
    def calls(version: int) -> dict[str, Any]:
        return sketch(
            [node("other", "execute.workflow", workflow="other", version=version), node("end", "outcome", name="end")],
            "start.out -> other",
            "other.done -> end",
        )

    journal = Journal({}).add("step.called", "other", 1, run="x").ends("other", "done", {}).outcome("end", "end")
    _, after = replayed(drawn(calls(1)), journal.events, drawn(calls(2)))
    assert after.stop is not None
    assert after.stop.code == "calls_workflow"


def test_a_step_with_another_name_and_place_is_still_the_same_step() -> None:
    draft = copy.deepcopy(calling("https://a.example/"))
    draft["nodes"][0]["id"] = draft["edges"][0]["to"] = draft["edges"][1]["from"] = "renamed"
    journal = Journal({}).ends("look", "done", {"status": 200}).outcome("end", "end")
    _, after = replayed(drawn(calling("https://a.example/")), journal.events, drawn(draft))
    assert (after.state, after.outcome) == ("ended", "end")
    assert ways(after)[0] == ("renamed", "recorded")


class AGate(NoDoors):
    """A gate that says the same to everybody, and notes who asked."""

    def __init__(self, proceed: bool) -> None:
        self.proceed = proceed
        self.asked: list[str] = []

    async def gate(self, question: GateQuestion, seat: Seat) -> Judged:
        self.asked.append(seat.run_id)
        verdict = GateVerdict(self.proceed, "proven", 0.7, 0.6)
        return Judged(verdict, None)


def test_a_gate_with_a_promise_is_asked_for_its_policy_of_today_even_where_nothing_changed() -> None:
    promised = gated(cutoff=None, promise={"max_error": 0.05})
    doors = AGate(proceed=True)
    _, after = replayed(drawn(promised), unsure_then("no").events, drawn(promised), doors=doors, budget=Budget(0, 0))
    assert doors.asked == [RUN]
    assert (after.state, after.outcome, after.asked) == ("ended", "bought", 0)
