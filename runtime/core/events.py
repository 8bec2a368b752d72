"""The entries of a run's journal: the only facts about a run that are kept.

Made by the planner and by the executor, folded by `state`, stored by the journal, streamed as the trace. An event says
what happened, never what to do next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

type EventType = Literal[
    "run.started",  # data: input; of a try-out also tryout (pins, insist)
    "step.started",  # data: attempt; only for steps with an effect, before the effect
    "step.finished",  # data: port, output, and what the trace shows (calls, ms, by)
    "step.failed",  # data: error, attempt, retry_at; it will be tried again
    "step.waiting",  # data: until; a timer
    "step.asked",  # data: escalation; a person; in a try-out also asked and reasons, for there is no case
    "step.called",  # data: run; a sub-workflow
    "step.spread",  # data: a sub-workflow for each item of a list: inputs, what runs, how many at once (`items`)
    "item.called",  # data: runs, by their ids the places of the items
    "item.ended",  # data: index, run, outcome, output, error
    "incident.opened",  # data: error, escalation
    "incident.resolved",  # data: action (retry, skip, fail), by
    "loop.turned",  # node: the header; data: edges, turns
    "run.finished",  # data: outcome, kind, output
    "run.failed",  # data: error
    "run.cancelled",  # data: by, reason
    "run.retried",  # node: where it goes on; data: by
]


@dataclass(frozen=True, slots=True)
class Event:
    """One fact. `seq` counts from 1 within a run and is given, with `at` (UTC), when the fact is journalled."""

    type: EventType
    node: str | None = None
    visit: int = 0
    data: Mapping[str, Any] = field(default_factory=dict)
    seq: int = 0
    at: datetime | None = None
