"""Signals into events: what was decided elsewhere becomes part of a run's journal.

Called by the driver with the signals of its run. Pure: a signal that no longer fits (the step has gone on, the run has
ended) gives no event and is simply taken away.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runtime.core.drawing import Drawing
from runtime.core.events import Event
from runtime.core.items import outcome_of
from runtime.core.node import Done, Failed, Outcome, Resolution
from runtime.core.planner import Start, live_steps, may_take_up
from runtime.core.state import State, Step
from runtime.engine.ports import Signal

type Reply = Outcome | tuple[Event, ...]


def reply(drawing: Drawing, state: State, signal: Signal) -> Reply:
    """What a signal means for the run: events to journal, or how the step that waited for it comes out."""
    if signal.type == "cancel":
        return (Event("run.cancelled", None, 0, dict(signal.data)),) if state.status == "running" else ()
    if signal.type == "retry":
        return _retry(drawing, state, signal)
    step = state.steps.get(signal.node or "")
    if state.status != "running" or step is None or step.visit != signal.visit:
        return ()
    if step.status == "waiting" and step.items and _from(signal) in step.items.running:
        return (Event("item.ended", signal.node, signal.visit, outcome_of(step.items, signal.data)),)
    if _from(signal) != step.awaits:
        return ()
    if signal.type == "incident":
        return _incident(drawing, signal, step)
    return _awaited(drawing, signal) if step.status == "waiting" else ()


def _from(signal: Signal) -> str | None:
    """The case or run that a signal comes from: a step listens only to the one it waits for."""
    return signal.data.get("escalation") or signal.data.get("run")


def start_of(signal: Signal, step: Step) -> Start:
    """The attempt that waited for this signal."""
    return Start(signal.node or "", signal.visit, max(step.attempt, 1))


def _awaited(drawing: Drawing, signal: Signal) -> Reply:
    node = signal.node or ""
    if signal.type == "overdue":
        return Done({}, "overdue")
    if signal.type == "child":
        return _child(drawing, node, signal.data)
    kind = drawing.kinds[drawing.graph.nodes[node].kind]
    if kind.answer is None:
        return Failed("no_answer_expected", "This step does not wait for an answer.")
    return kind.answer(drawing.params[node], Resolution(**signal.data["resolution"]))


def _child(drawing: Drawing, node: str, ended: Mapping[str, Any]) -> Outcome:
    if ended["status"] != "succeeded":
        message = f"The sub-workflow ended as {ended['status']}."
        return Failed("child_failed", message, detail={"run": ended["run"], "error": ended.get("error")})
    named = ended["outcome"] if ended["outcome"] in drawing.ports[node] and ended["outcome"] != "error" else "done"
    return Done(ended.get("output"), named)


def _incident(drawing: Drawing, signal: Signal, step: Step) -> Reply:
    if step.status != "incident":
        return ()
    data = signal.data
    action, who = data["action"], {name: data.get(name, "") for name in ("by", "comment")}
    resolved = Event("incident.resolved", signal.node, signal.visit, {"action": action, **who})
    if action == "retry":
        return (resolved,)
    if action == "skip":
        return _skipped(drawing, signal, resolved)
    error = {**dict(step.error or {}), **who}
    return resolved, Event("run.failed", signal.node, signal.visit, {"error": error, "by": who["by"]})


def _skipped(drawing: Drawing, signal: Signal, resolved: Event) -> Reply:
    data, ports = signal.data, drawing.ports[signal.node or ""]
    port = data.get("port") or ("done" if ports else None)
    if port not in (ports or (None,)):
        return Failed("bad_port", f"The step was skipped through “{port}”, a port that it does not have.")
    given = {"port": port, "output": data.get("value"), "by": data.get("by", ""), "skipped": True}
    return resolved, Event("step.finished", signal.node, signal.visit, given)


def _retry(drawing: Drawing, state: State, signal: Signal) -> Reply:
    node = signal.node or _failed_step(state)
    if state.status not in ("failed", "cancelled") or node not in drawing.graph.nodes or not may_take_up(state, node):
        return ()
    return (Event("run.retried", node, 0, dict(signal.data)),)


def _failed_step(state: State) -> str:
    """Where a run that has failed or was cancelled stood: what had an incident comes first."""
    live = sorted((step.status != "incident", name) for name, step in live_steps(state))
    return live[0][1] if live else ""
