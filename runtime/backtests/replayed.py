"""How a past case would go, step by step: what `replay` finds, and `verdicts` and `results` read. Pure data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from runtime.backtests.doors import Stop

type How = Literal["recorded", "person", "computed", "model", "held", "asked", "failed"]
type EndState = Literal["ended", "waits", "failed", "unknown"]


@dataclass(frozen=True, slots=True)
class Told:
    """One step of the story. `how`: as recorded, as a person answered then, worked out, by asking a model, held back;
    or a person would be `asked`.
    """

    node: str
    visit: int
    port: str | None
    how: How
    output: Any = None


@dataclass(frozen=True, slots=True)
class Replayed:
    """How a past case would go. `asked` counts the questions to people; `stop` says why nobody knows any further."""

    state: EndState
    outcome: str | None
    asked: int
    told: tuple[Told, ...]
    stop: Stop | None = None
