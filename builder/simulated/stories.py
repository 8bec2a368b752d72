"""The three workflows with a past, and the stages that each goes through: which messages come, and until when.

Read by `install` and `living`. Each has one gate with the promise that is usual (5 wrong in 100, sure to 95 %), and a
review behind its `unsure` that offers the gate's ways by name: without that, no answer could ever count for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from builder.simulated import worlds
from builder.simulated.worlds import World

QUEUE = "simulated-desk"
EXAMPLES = 12
_LEFT, _STEP, _ROW = 300, 320, 140


@dataclass(frozen=True, slots=True)
class Past:
    """How far a gate has come, over all of its epochs: what it decided, how much of it by itself, and whether it was
    ever proven, ever broken."""

    decisions: int = 0
    automatic: int = 0
    proven: bool = False
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Stage:
    """Messages from a world, `wave` at once, until the gate's past is so, or `most` of them have come."""

    name: str
    world: World
    over: Callable[[Past], bool]
    most: int
    wave: int = 50


@dataclass(frozen=True, slots=True)
class Story:
    """A workflow, and how its gate gets to where it ends. `asks` is its question, `gate` the name of its step."""

    slug: str
    name: str
    about: str
    asks: str
    gate: str
    world: World
    stages: tuple[Stage, ...]
    audit: float | None = None

    @property
    def description(self) -> str:
        """What the workflow's page says of it: that nothing of this has happened."""
        return f"{self.about} Simulated reviewers answered invented messages; the proof and the alarm are real."

    def document(self) -> dict[str, Any]:
        """Its drawing."""
        ways = list(self.world.texts)
        ends = [
            {
                "id": f"to_{number}",
                "kind": "outcome",
                "name": f"{way} (simulated)",
                "at": [_LEFT + 2 * _STEP, 40 + number * _ROW],
            }
            for number, way in enumerate(ways)
        ]
        late = {
            "id": "late",
            "kind": "outcome",
            "name": "nobody answered",
            "at": [_LEFT + 2 * _STEP, 40 + len(ways) * _ROW],
        }
        led = [("start", "out", self.gate), (self.gate, "unsure", "ask"), ("ask", "overdue", "late")]
        led += [(node, way, f"to_{number}") for node in (self.gate, "ask") for number, way in enumerate(ways)]
        return {
            "format": "interlock/1",
            "input": _INPUT,
            "nodes": [
                self._gate(ways),
                self._review(ways),
                *({**end, "config": {}} for end in ends),
                {**late, "config": {"kind": "stopped"}},
            ],
            "edges": [
                {"id": f"e{number}", "from": source, "port": port, "to": target}
                for number, (source, port, target) in enumerate(led, 1)
            ],
        }

    def _gate(self, ways: list[str]) -> dict[str, Any]:
        examples = {way: list(self.world.examples(way, EXAMPLES)) for way in ways}
        config: dict[str, Any] = {
            "connection": "embedded",
            "question": "{{ input.message }}",
            "choices": [{"name": way, "examples": examples[way]} for way in ways],
            "promise": {"max_error": 0.05, "confidence": 0.95},
            **({} if self.audit is None else {"audit": self.audit}),
        }
        note = "It promises at most 5 wrong in 100 of what it decides, and decides nothing before that is proven."
        return {
            "id": self.gate,
            "kind": "decide.model",
            "name": self.asks,
            "note": note,
            "at": [_LEFT, 180],
            "config": config,
        }

    def _review(self, ways: list[str]) -> dict[str, Any]:
        config = {
            "queue": QUEUE,
            "question": self.asks,
            "show": {"Message": "input.message"},
            "choices": [{"name": way} for way in ways],
            "due_hours": 72,
        }
        note = "The queue of the simulated reviewers. They do not see what the model would have said."
        name = "A simulated reviewer answers"
        at = [_LEFT + _STEP, 180 + _ROW * len(ways)]
        return {"id": "ask", "kind": "escalate.review", "name": name, "note": note, "at": at, "config": config}


_INPUT = {
    "type": "object",
    "title": "Message",
    "properties": {"message": {"type": "string", "title": "Message", "minLength": 1, "maxLength": 4000}},
    "required": ["message"],
}

STORIES: tuple[Story, ...] = (
    Story(
        "messages-to-departments",
        "Messages: which department? (simulated)",
        "Sorts what customers write to a maker of furniture. Its gate is on probation: people answer every message "
        "until their answers have proven the promise.",
        "Which department answers this message?",
        "which_department",
        worlds.DEPARTMENTS,
        (Stage("the first weeks", worlds.DEPARTMENTS, lambda past: past.decisions >= 220, 220, 55),),
    ),
    Story(
        "opinions-of-guests",
        "Opinions of guests: praise, complaint or question? (simulated)",
        "Sorts what guests of a hotel write. Its gate is proven: it decides what it is sure enough of; people answer "
        "the rest and check one in ten.",
        "What is this guest's message?",
        "praise_or_complaint",
        worlds.GUESTS,
        (
            Stage("until it was proven", worlds.GUESTS, lambda past: past.proven, 900),
            Stage("since it was proven", worlds.GUESTS, lambda past: past.automatic >= 120, 300),
        ),
    ),
    Story(
        "repairs-to-workshops",
        "Repairs: which workshop? (simulated)",
        "Sorts requests for repairs. Its gate was proven; then a new coffee machine got the name of a vacuum cleaner. "
        "The people who check one decision in five found it, and the gate closed itself.",
        "Which workshop mends it?",
        "which_workshop",
        worlds.REPAIRS,
        (
            Stage("until it was proven", worlds.REPAIRS, lambda past: past.proven, 900),
            Stage("before the new name", worlds.REPAIRS, lambda past: past.automatic >= 60, 300, 30),
            Stage("since the new name", worlds.RENAMED, lambda past: past.broken, 900, 30),
        ),
        audit=0.2,
    ),
)
