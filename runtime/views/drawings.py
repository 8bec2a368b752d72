"""The drawing of a run as its page paints it: the picture of the version that ran, lit as far as the run has come.

Used by `views.runs`. The server paints one moment (`at`, or the newest), so that all of it can be read without scripts;
`drawing.js` paints the others from `frames`, which say the same for each entry of the journal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from runtime.core.definition import Document, parse
from runtime.core.events import Event
from runtime.durations import took
from runtime.models import Blueprint, Run
from runtime.nodes import discover
from runtime.traces.measures import measured
from runtime.traces.pictures import Box, Picture, Way, picture
from runtime.traces.reading import Drawn, Trace, drawing
from runtime.traces.replays import Change, Frame, standing
from runtime.traces.skips import is_skip

WIDEST_READABLE = 1_500
LARGE = 0.8

LOOKS = {
    "working": ("…", "at work"),
    "waiting": ("…", "waits"),
    "asked": ("?", "asks a person"),
    "incident": ("!", "needs help"),
    "done": ("✓", "done"),
    "skipped": ("»", "skipped by a person"),
    "stopped": ("■", "stopped"),
}
"""The mark of each look, and what it means."""


@dataclass(frozen=True, slots=True)
class Lit:
    """A step of the picture as it stands: `look` is empty where the run has not come to it."""

    box: Box
    look: str
    mark: str
    note: str
    link: str
    label: str


@dataclass(frozen=True, slots=True)
class Painted:
    """The picture at one moment. `at` is the entry it shows, `told` what happened there."""

    picture: Picture
    boxes: tuple[Lit, ...]
    ways: tuple[tuple[Way, bool], ...]
    at: int
    last: int
    told: str
    wide: bool

    @property
    def earlier(self) -> int:
        """The entry before; 0: there is none."""
        return self.at - 1

    @property
    def later(self) -> int:
        """The entry behind; 0: there is none."""
        return self.at + 1 if self.at < self.last else 0

    @property
    def large_width(self) -> float:
        """How wide it is where its names can be read."""
        return self.picture.width * LARGE

    @property
    def large_height(self) -> float:
        """How high it is then."""
        return self.picture.height * LARGE


@lru_cache(maxsize=64)
def picture_of(blueprint_id: str) -> Picture:
    """The picture of a blueprint, kept, because it never changes; an empty one where it cannot be read any more."""
    document = parse(Blueprint.objects.values_list("document", flat=True).get(pk=blueprint_id)).document
    return picture(document or Document(format="interlock/1"), discover())


def painted(run: Run, told: Trace, at: int | None) -> Painted:
    """The drawing as it stood after entry `at`, or as it stands."""
    whole, drawn = picture_of(run.blueprint_id), drawing(run.blueprint_id)
    last = told.last_seq
    shown = min(max(at, 1), last) if at is not None else last
    stood = standing(told.frames, shown)
    notes = _notes(told, shown, drawn)
    frame = next((each for each in told.frames if each.seq == shown), None)
    return Painted(
        whole,
        tuple(_lit(box, stood.steps.get(box.id), notes.get(box.id, "")) for box in whole.boxes),
        tuple((way, way.id in stood.ways) for way in whole.ways),
        shown,
        last,
        sentence(frame.event, drawn) if frame else "",
        whole.width > WIDEST_READABLE,
    )


def frames_of(run: Run, told: Trace) -> list[dict[str, Any]]:
    """Every frame as the script reads it: `s` the entry, `c` changed steps, `w` ways, `t` told, `n` a note, `m` ms."""
    drawn = drawing(run.blueprint_id)
    return [
        {
            "s": frame.seq,
            "c": [[each.node, each.look, each.visit] for each in frame.changes],
            "w": frame.ways,
            "t": sentence(frame.event, drawn),
            "n": note(frame.event, drawn),
            "m": took((frame.at - run.created_at).total_seconds() * 1000) if frame.at else "",
        }
        for frame in told.frames
    ]


def note(event: Event, drawn: Drawn) -> str:
    """How long a finished step took, and its score against the limit; empty for all else."""
    if event.type != "step.finished" or not event.node:
        return ""
    if is_skip(event):
        return "skipped"
    sign, ms = drawn.sign(event.node), event.data.get("ms")
    told = [took(ms)] if isinstance(ms, int | float) else []
    first = next(iter(measured(sign.kind, event.data.get("output"), sign.config)), None)
    if first:
        limit = f", limit {first.limits[-1][0]:.2g}" if first.limits else ""
        told.append(f"{first.value:.2f}{limit}")
    return " · ".join(told)


def sentence(event: Event, drawn: Drawn) -> str:
    """What happened, in a few words."""
    name = f"“{drawn.sign(event.node).name}”" if event.node else ""
    if is_skip(event):
        return f"{name} was skipped by a person, and not done."
    return _SAID[event.type].format(name=name, **_facts(event))


_SAID: dict[str, str] = {
    "run.started": "The run begins.",
    "step.started": "{name} begins.",
    "step.finished": "{name} is done{port}.",
    "step.failed": "{name} failed, and will be tried again.",
    "step.waiting": "{name} waits for its time.",
    "step.asked": "{name} asks a person.",
    "step.called": "{name} calls another workflow.",
    "step.spread": "{name} runs another workflow for each item.",
    "item.called": "{name} begins more items.",
    "item.ended": "An item of {name} is done.",
    "incident.opened": "{name} needs help.",
    "incident.resolved": "Somebody dealt with {name}.",
    "loop.turned": "Back to {name} for another turn.",
    "run.finished": "The run ends: {outcome}.",
    "run.failed": "The run fails.",
    "run.cancelled": "The run is cancelled.",
    "run.retried": "The run is taken up again at {name}.",
}


def _facts(event: Event) -> Mapping[str, str]:
    port = event.data.get("port")
    return {
        "port": f": {str(port).replace('_', ' ')}" if port else "",
        "outcome": str(event.data.get("outcome", ""))[:200],
    }


def _notes(told: Trace, shown: int, drawn: Drawn) -> dict[str, str]:
    finished: list[Frame] = [each for each in told.frames if each.seq <= shown and each.event.type == "step.finished"]
    return {each.event.node: note(each.event, drawn) for each in finished if each.event.node}


def _lit(box: Box, change: Change | None, noted: str) -> Lit:
    if change is None:
        begun = box.family == "start"
        return Lit(box, "done" if begun else "", "", "", "", f"{box.title}: not reached")
    mark, word = LOOKS[change.look]
    often = f" ↻{change.visit}" if change.visit > 1 else ""
    label = f"{box.title}: {word}{f', turn {change.visit}' if often else ''}"
    return Lit(box, change.look, f"{mark}{often}", noted, f"#step-{box.id}-{change.visit}", label)
