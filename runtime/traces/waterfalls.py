"""When each step of a run worked and when it waited, as bars over the run's time. Pure.

Called by `reading`. Working is what costs the machine's time; waiting is for a person, a timer, another workflow, or
the next attempt.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate, pairwise
from typing import Literal

from runtime.core.events import Event

LONG_WAIT_S = 5.0
THINNEST = 0.8
"""In percent: a bar is wide enough to be seen."""

type Sort = Literal["working", "waiting"]
type Visit = tuple[str, int]

_WAITS = frozenset({"step.failed", "step.waiting", "step.asked", "step.called", "step.spread", "incident.opened"})
_ENDS = frozenset({"run.finished", "run.failed", "run.cancelled"})


@dataclass(frozen=True, slots=True)
class Span:
    """A time in which a visit of a step worked or waited."""

    sort: Sort
    start: datetime
    end: datetime

    @property
    def ms(self) -> float:
        """How long, in milliseconds."""
        return (self.end - self.start).total_seconds() * 1000


@dataclass(frozen=True, slots=True)
class Piece:
    """A span as it is drawn: where it begins and how wide it is, in percent of the whole."""

    sort: Sort
    left: float
    width: float

    @property
    def shown_width(self) -> float:
        """Wide enough to be seen."""
        return max(self.width, THINNEST)

    @property
    def shown_left(self) -> float:
        """So that all of it is inside."""
        return min(self.left, 100 - self.shown_width)


@dataclass(frozen=True, slots=True)
class Bar:
    """One visit of a step in the waterfall. `worked` and `waited` are milliseconds."""

    pieces: tuple[Piece, ...]
    worked: float
    waited: float

    @property
    def left(self) -> float:
        """Where it begins, in percent."""
        return self.pieces[0].left

    @property
    def width(self) -> float:
        """From its beginning to its end, in percent."""
        return self.pieces[-1].left + self.pieces[-1].width - self.left


def waterfall(events: Iterable[Event], end: datetime) -> dict[Visit, Bar]:
    """A bar for each visit, in the order in which they began; what goes on still is drawn up to `end`."""
    found = spans(events, end)
    places = _axis(sorted({at for each in found.values() for span in each for at in (span.start, span.end)}))
    return {visit: _bar(each, places) for visit, each in found.items()}


def spans(events: Iterable[Event], end: datetime) -> dict[Visit, list[Span]]:
    """The spans of each visit, one behind the other."""
    found: dict[Visit, list[Span]] = {}
    open_: dict[Visit, tuple[Sort, datetime]] = {}
    for event in events:
        if event.at is None:
            continue
        if event.type in _ENDS:
            for visit in list(open_):
                _close(found, open_, visit, event.at)
        elif event.node and event.type.startswith(("step.", "incident.")):
            _take_in(found, open_, event, event.at)
    for visit, (_, start) in list(open_.items()):
        _close(found, open_, visit, max(end, start))
    return found


def _take_in(
    found: dict[Visit, list[Span]], open_: dict[Visit, tuple[Sort, datetime]], event: Event, at: datetime
) -> None:
    visit = (event.node or "", event.visit)
    if event.type == "step.finished" and visit not in open_:
        # A step without an effect journals its end alone, and how long it took.
        open_[visit] = ("working", _began(event, at))
    found.setdefault(visit, [])
    _close(found, open_, visit, at)
    if event.type != "step.finished":
        open_[visit] = ("waiting" if event.type in _WAITS else "working", at)


def _close(
    found: dict[Visit, list[Span]], open_: dict[Visit, tuple[Sort, datetime]], visit: Visit, at: datetime
) -> None:
    if visit in open_:
        sort, start = open_.pop(visit)
        found[visit].append(Span(sort, start, max(at, start)))


def _began(event: Event, at: datetime) -> datetime:
    took = event.data.get("ms")
    return datetime.fromtimestamp(at.timestamp() - took / 1000, UTC) if isinstance(took, int | float) else at


def _bar(each: Sequence[Span], places: Mapping[datetime, float]) -> Bar:
    pieces = tuple(Piece(span.sort, places[span.start], places[span.end] - places[span.start]) for span in each)
    worked, waited = (sum(span.ms for span in each if span.sort == sort) for sort in ("working", "waiting"))
    return Bar(pieces, worked, waited)


def _axis(moments: list[datetime]) -> dict[datetime, float]:
    """Where each moment stands, in percent. What takes hours (a person, a timer) would hide what takes milliseconds: a
    span of more than `LONG_WAIT_S` is drawn no longer than all shorter ones together.
    """
    spans = [(after - before).total_seconds() for before, after in pairwise(moments)]
    drawn, together = dict.fromkeys(range(len(spans)), 0.0), 0.0
    for place in sorted(drawn, key=lambda place: spans[place]):
        drawn[place] = spans[place] if spans[place] <= LONG_WAIT_S else max(together, 1.0)
        together += drawn[place]
    ends = [0.0, *accumulate(drawn.values())]
    return {moment: 100 * end / (together or 1.0) for moment, end in zip(moments, ends, strict=False)}
