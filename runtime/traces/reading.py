"""What happened in a run, read back: the journal as events, and folded into steps that a person can follow.

Called by the API, the sockets and the pages. It only reads, each query is bounded, and it knows nothing of what may
come next: that is the planner's part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, cast

from django.db.models.functions import Length
from django.utils.dateparse import parse_datetime

from runtime.core.blind import HIDDEN, veiled
from runtime.core.definition import START, Document, Node, parse
from runtime.core.drawing import Drawing, compile_drawing
from runtime.core.events import Event, EventType
from runtime.core.graph import Graph
from runtime.core.items import Items, Row, progress, rows, spread, take
from runtime.core.state import State
from runtime.models import Blueprint, Entry, Run
from runtime.nodes import discover
from runtime.traces.replays import Frame, replay
from runtime.traces.skips import Skip, skip_of, skipped_on_the_way, why_skipped
from runtime.traces.stories import failure, held_back, stopped, why
from runtime.traces.waterfalls import Bar, waterfall

MOST_EVENTS = 5_000
LAST_SEQ = 2**31 - 1
MOST_CHARACTERS = 8 * 1024 * 1024
"""How much of a journal is read at once: steps may give a megabyte each, and many people may look at a run."""
LIGHT = 1_000
"""An output of so few characters is shown however large the others are."""

LIVE = frozenset({"running", "retrying", "waiting", "asked", "called", "incident"})
ENDED = frozenset({"succeeded", "failed", "cancelled"})

type Hide = Callable[[], frozenset[str]]
type EventRow = tuple[EventType, str | None, int, Mapping[str, Any], int, datetime | None]


@dataclass(frozen=True, slots=True)
class Sign:
    """What is known of a node before it runs: what it is called, of which family it is, whether it is seen outside."""

    node: str
    name: str
    kind: str
    title: str
    family: str
    outward: bool
    config: Mapping[str, Any]


@dataclass(slots=True)
class Step:
    """One visit of a node.

    `status` is running, retrying, waiting (for a time), asked (a person), called (a sub-workflow), incident, finished,
    stopped (the run ended over it), pending (not reached) or skipped (not on the way taken). `skip`: a person skipped
    it after it had failed, so that it is finished and was not done. Times are UTC; `duration_ms` in milliseconds.
    """

    sign: Sign
    visit: int
    status: str = "running"
    port: str | None = None
    attempts: int = 0
    started_at: datetime | None = None
    finished_at: datetime | None = None
    duration_ms: float | None = None
    until: datetime | None = None
    output: Any = None
    error: Any = None
    escalation: str | None = None
    child: str | None = None
    items: Items | None = None
    skip: Skip | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    why: str = ""

    @property
    def item_rows(self) -> tuple[Row, ...]:
        """The first items of a step that runs a workflow for each."""
        return rows(self.items) if self.items else ()

    @property
    def key(self) -> str:
        """A name for this visit that is unique within its run."""
        return f"{self.sign.node}-{self.visit}"

    def to_json(self) -> dict[str, Any]:
        """The step as the API shows it."""
        return {
            "node": self.sign.node,
            "name": self.sign.name,
            "kind": self.sign.kind,
            "visit": self.visit,
            "status": self.status,
            "port": self.port,
            "attempts": self.attempts,
            "started_at": moment(self.started_at),
            "finished_at": moment(self.finished_at),
            "duration_ms": self.duration_ms,
            "output": self.output,
            "error": self.error,
            "why": self.why,
            **({"output_left_out": True} if self.detail.get("output_left_out") else {}),
            **({"hidden": True} if self.detail.get("hidden") else {}),
            **({"skip": self.skip.to_json()} if self.skip else {}),
        }


@dataclass(frozen=True, slots=True)
class Trace:
    """A run's story: its steps in the order they began, then those not reached; `input` and what it ended with.
    `bars` are the waterfall, by node and visit; `frames` what each entry of the journal changed on the drawing.

    `complete` is False where the journal holds more than was read.
    """

    steps: tuple[Step, ...]
    bars: Mapping[tuple[str, int], Bar]
    frames: tuple[Frame, ...]
    input: Any
    output: Any
    error: Any
    last_seq: int
    complete: bool

    @property
    def skipped(self) -> str:
        """Which steps a person skipped, in words; empty where nobody did."""
        return skipped_on_the_way([step.sign.name for step in self.steps if step.skip])


def moment(at: datetime | None) -> str | None:
    """A time as the API writes it: UTC, ISO 8601, `Z`."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def read_events(run_id: str, after: int = 0, limit: int = 1_000, hide: Hide = frozenset) -> list[dict[str, Any]]:
    """The journal's entries behind `after`, oldest first, at most `limit`; an unknown run has none.

    Fewer where they are large, but never none where there are some. `hide` names the steps whose results
    are left out; it is asked behind the reading, so that nothing slips in between.
    """
    found: list[Event] = []
    total = 0
    for event, size in _rows(run_id, after, limit):
        total += size
        if found and total > MOST_CHARACTERS:
            break
        found.append(event)
    hidden = hide() if found else frozenset[str]()
    return [_as_json(veiled(event, hidden)) for event in found]


def steps(run: Run, limit: int = MOST_EVENTS) -> tuple[Step, ...]:
    """The visits that a run has made, in the order in which they began."""
    return _visits(drawing(run.blueprint_id), _events(run.pk, 0, limit))


def visits(blueprint_id: str, events: Iterable[Event]) -> tuple[Step, ...]:
    """The visits that a journal tells of, for whoever has read it already."""
    return _visits(drawing(blueprint_id), events)


def trace(run: Run, limit: int = MOST_EVENTS, hide: Hide = frozenset) -> Trace:
    """Everything that the page of a run shows, by one reading of its journal; `hide` as in `read_events`."""
    drawn = drawing(run.blueprint_id)
    read = _events(run.pk, 0, limit)
    hidden = hide()
    events = [veiled(event, hidden) for event in read]
    made = _visits(drawn, events)
    state, frames = replay(drawn.graph, events)
    return Trace(
        steps=(*made, *_unreached(drawn, state, made)),
        bars=waterfall(events, run.finished_at or datetime.now(UTC)),
        frames=frames,
        input=state.input,
        output=state.output,
        error=state.error,
        last_seq=state.seq,
        complete=len(events) < limit,
    )


@dataclass(frozen=True, slots=True)
class Drawn:
    """A blueprint's drawing, ready to be read along with a journal."""

    graph: Graph
    signs: Mapping[str, Sign]

    def sign(self, node: str) -> Sign:
        """The node's sign; a plain one for a node that the drawing does not have."""
        return self.signs.get(node) or Sign(node, node, "", "", "execute", outward=False, config={})


@lru_cache(maxsize=64)
def drawing(blueprint_id: str) -> Drawn:
    """The drawing of a blueprint, kept, because it never changes; readable even where a kind is gone."""
    document = parse(Blueprint.objects.values_list("document", flat=True).get(pk=blueprint_id)).document
    if document is None:
        document = Document(format="interlock/1")
    drawn, _problems = compile_drawing(document, discover())
    return Drawn(drawn.graph, {node.id: _sign(node, drawn) for node in document.nodes})


def _sign(node: Node, drawn: Drawing) -> Sign:
    kind = drawn.kind(node.id)
    family = node.kind.partition(".")[0]
    title = kind.title if kind else node.kind
    return Sign(node.id, node.title, node.kind, title, family, drawn.outward(node.id), node.config)


def lightened(rows: Iterable[tuple[Event, int]]) -> Iterator[Event]:
    """Events, each given with the length of its data. When they have become too much to be kept together, further
    steps come without their output, and say so.
    """
    total = 0
    for event, size in rows:
        heavy = total + size > MOST_CHARACTERS and size > LIGHT and event.type == "step.finished"
        total += 0 if heavy else size
        yield replace(event, data={**event.data, "output": None, "output_left_out": True}) if heavy else event


def _events(run_id: str, after: int, limit: int) -> list[Event]:
    return list(lightened(_rows(run_id, after, limit)))


def _rows(run_id: str, after: int, limit: int) -> Iterator[tuple[Event, int]]:
    """Events with the length of their data, a few at a time."""
    rows = Entry.objects.filter(run_id=run_id, seq__gt=min(max(after, 0), LAST_SEQ)).order_by("seq")
    columns = rows.values_list("type", "node", "visit", "data", "seq", "at", Length("data"))[:limit]
    for *row, size in columns.iterator(chunk_size=16):
        yield Event(*cast("EventRow", row)), cast("int", size)


def _as_json(event: Event) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "at": moment(event.at),
        "type": event.type,
        "node": event.node,
        "visit": event.visit,
        "data": event.data,
    }


def _visits(drawn: Drawn, events: Iterable[Event]) -> tuple[Step, ...]:
    found: dict[tuple[str, int], Step] = {}
    for event in events:
        if event.type == "run.retried":
            _forget_stopped(found)
        elif event.type in ("run.failed", "run.cancelled", "run.finished"):
            _stop(found.values(), event)
        elif event.node and event.type not in ("loop.turned", "run.started"):
            step = found.setdefault((event.node, event.visit), Step(drawn.sign(event.node), event.visit))
            step.started_at = step.started_at or _began(event)
            _TAKEN_IN[event.type](step, event)
    for step in found.values():
        step.why = _told(step)
    return tuple(found.values())


def _began(event: Event) -> datetime | None:
    """A step without an effect journals its end alone, and how long it took."""
    took = event.data.get("ms")
    if event.at is None or not isinstance(took, int | float) or event.type != "step.finished":
        return event.at
    return datetime.fromtimestamp(event.at.timestamp() - took / 1000, UTC)


def _started(step: Step, event: Event) -> None:
    step.status, step.attempts, step.until = "running", int(event.data.get("attempt", 1)), None


def _finished(step: Step, event: Event) -> None:
    step.skip = skip_of(event, step.detail.get("incident"), step.error)
    step.status, step.finished_at, step.until, step.error = "finished", event.at, None, None
    step.port, step.output = event.data.get("port"), event.data.get("output")
    step.attempts = step.attempts or 1
    step.detail = {key: value for key, value in event.data.items() if key not in ("port", "output", "ms")}
    took = event.data.get("ms")
    step.duration_ms = float(took) if isinstance(took, int | float) else _between(step.started_at, event.at)


def _failed(step: Step, event: Event) -> None:
    step.status, step.error = "retrying", event.data.get("error")
    step.attempts = int(event.data.get("attempt", step.attempts))
    step.until = parse_datetime(str(event.data.get("retry_at", "")))


def _waiting(step: Step, event: Event) -> None:
    step.status, step.until = "waiting", parse_datetime(str(event.data.get("until", "")))


def _asked(step: Step, event: Event) -> None:
    step.status, step.escalation = "asked", event.data.get("escalation")


def _called(step: Step, event: Event) -> None:
    step.status, step.child = "called", event.data.get("run")


def _spread(step: Step, event: Event) -> None:
    step.status, step.items = "called", spread(step.items, event.data)


def _item(step: Step, event: Event) -> None:
    take(step.items, event)


def _incident(step: Step, event: Event) -> None:
    step.status, step.error, step.escalation = "incident", event.data.get("error"), event.data.get("escalation")


def _incident_over(step: Step, event: Event) -> None:
    step.status, step.escalation = "running", None
    step.detail = {**step.detail, "incident": dict(event.data)}


_TAKEN_IN = {
    "step.started": _started,
    "step.finished": _finished,
    "step.failed": _failed,
    "step.waiting": _waiting,
    "step.asked": _asked,
    "step.called": _called,
    "step.spread": _spread,
    "item.called": _item,
    "item.ended": _item,
    "incident.opened": _incident,
    "incident.resolved": _incident_over,
}


def _stop(made: Iterable[Step], event: Event) -> None:
    error = event.data.get("error")
    for step in made:
        if step.status in LIVE:
            step.status, step.finished_at, step.until = "stopped", event.at, None
            if step.sign.node == event.node and isinstance(error, Mapping):
                step.error = dict(error)
            step.duration_ms = _between(step.started_at, event.at)


def _forget_stopped(found: dict[tuple[str, int], Step]) -> None:
    """A retried run takes its unfinished steps up again, under the same visit."""
    for step in found.values():
        if step.status == "stopped":
            step.status, step.finished_at, step.duration_ms = "running", None, None


def _told(step: Step) -> str:
    told = {
        "retrying": f"Attempt {step.attempts} failed and will be made again. {failure(step.error)}",
        "waiting": "Waits until its time has come.",
        "asked": "Waits for a person's answer.",
        "called": progress(step.items) if step.items else "Waits for the workflow that it called.",
        "incident": f"Needs help. {failure(step.error)}",
        "stopped": stopped(step.error),
    }.get(step.status)
    if told is None and step.detail.get("hidden"):
        return HIDDEN
    if told is None and step.skip:
        return why_skipped(step.skip, step.sign.kind, step.sign.outward)
    if told is None and step.status == "finished":
        told = held_back(step.detail.get("calls")) or why(step.sign.kind, step.port, _answer(step), step.sign.config)
    return told or ""


def _answer(step: Step) -> Any:
    """The output, with who answered where the journal keeps that beside it."""
    by = step.detail.get("by")
    return {"by": by, **step.output} if by and isinstance(step.output, Mapping) else step.output


def _unreached(drawn: Drawn, state: State, made: tuple[Step, ...]) -> list[Step]:
    seen = {step.sign.node for step in made}
    ahead = sorted((node for node in drawn.signs if node not in seen), key=lambda node: drawn.graph.order[node])
    ended = state.status != "running"
    skipped = {node for node in ahead if ended or state.step(node).status == "skipped"}
    return [Step(drawn.sign(node), 1, "skipped" if node in skipped else "pending") for node in ahead if node != START]


def _between(start: datetime | None, end: datetime | None) -> float | None:
    return None if start is None or end is None else max(0.0, (end - start).total_seconds() * 1000)
