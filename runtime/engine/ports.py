"""What the engine needs from outside, and the words they share.

`Store` keeps runs (implemented by `runtime.journal`), `Doors` let steps reach out (`runtime.doors`), `Listener` hears
of commits (`runtime.live.broadcast`). The engine is built from these by `runtime.launch`; it imports none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from runtime.core.drawing import Drawing
from runtime.core.events import Event
from runtime.core.expressions import Json
from runtime.core.node import (
    Failed,
    Familiarity,
    GateQuestion,
    GateVerdict,
    HttpRequest,
    HttpResponse,
    Message,
    ModelAnswer,
    ModelRequest,
)
from runtime.core.sources import NONE, Sources

type RunStatus = Literal["queued", "running", "waiting", "succeeded", "failed", "cancelled"]
type Written = Literal["kept", "requeued", "lost"]
type Clock = Callable[[], datetime]

ENDED: frozenset[RunStatus] = frozenset({"succeeded", "failed", "cancelled"})
SIMULATED = "simulated"
"""The label of runs that are no real ones, whatever its value."""


@dataclass(frozen=True, slots=True)
class Parent:
    """The step that called a sub-workflow."""

    run_id: str
    node: str
    visit: int


@dataclass(frozen=True, slots=True)
class TriggerKey:
    """An `Idempotency-Key`, and the digest of the body it came with."""

    key: str
    digest: str


@dataclass(frozen=True, slots=True)
class Pin:
    """How a step of a try-out ends without being run: its port (None for an outcome) and its output."""

    port: str | None
    output: Json


@dataclass(frozen=True, slots=True)
class Tryout:
    """What makes a run a try-out of a drawing. `pins` are the steps that are not run, by node id.

    What would be seen outside is held back and noted in the trace, unless its designer insists; people are not asked
    in their inbox, but by whoever tries.
    """

    pins: Mapping[str, Pin] = field(default_factory=dict)
    insist: bool = False

    @property
    def inside(self) -> Tryout:
        """The try-out of a sub-workflow: other steps, the same caution."""
        return Tryout(insist=self.insist)

    def to_json(self) -> dict[str, Any]:
        """What the journal keeps of it."""
        pins = {node: {"port": pin.port, "output": pin.output} for node, pin in self.pins.items()}
        return {"pins": pins, "insist": self.insist}


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run to create. `input` has been checked against the blueprint's schema. A higher `priority` goes first."""

    id: str
    blueprint_id: str
    workflow: str
    version: int
    input: Json
    created_at: datetime
    requester: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    callback_url: str = ""
    key: TriggerKey | None = None
    parent: Parent | None = None
    tryout: Tryout | None = None
    priority: int = 0

    @property
    def simulated(self) -> bool:
        """Whether it is no real run: numbers of all workflows leave it out."""
        return SIMULATED in self.labels

    @property
    def opening(self) -> dict[str, Any]:
        """The data of its first journal entry."""
        return {"input": self.input} | ({"tryout": self.tryout.to_json()} if self.tryout else {})


@dataclass(frozen=True, slots=True)
class NewEscalation:
    """A case to open: `asked` is what is shown, `reasons` why it stopped, `digest` binds an answer to both.

    `behind` is what tells a gate's answer and is shown only after the person's (see `covers`).
    """

    id: str
    node: str
    visit: int
    kind: Literal["review", "form", "incident"]
    question: str
    asked: Mapping[str, Any]
    reasons: Sequence[Mapping[str, Any]]
    digest: str
    queue: str = ""
    reviewers: int = 1
    not_by_requester: bool = False
    due_at: datetime | None = None
    behind: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Ran:
    """What a step has run for its case: a run, or (for a list of items) the blueprint of all of its runs."""

    sort: Literal["run", "blueprint"]
    id: str


@dataclass(frozen=True, slots=True)
class Seat:
    """The step that asks a gate. `counts`: False in a try-out, of which the ledger knows nothing.

    `subject` is what the case is about, as the model was asked: by it the ledger knows one that comes again. `sources`
    are the steps that the gate stands on besides its own, `ran` what those of them that call workflows have run.
    """

    run_id: str
    workflow: str
    node: str
    visit: int
    counts: bool = True
    subject: str = ""
    sources: Sources = NONE
    ran: Mapping[str, Ran] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewDecision:
    """A row for the ledger of a gate, but for its arrival number: that is given when it is written.

    `gate` is the row of its epoch, None where that is still to be begun. The policy that was in force is `cutoff` and
    `audit`; `draw` is the number in [0, 1) by which the case was drawn for review, `pi` how likely that was
    beforehand, `floor` the least such chance of any case under this policy.
    """

    seat: Seat
    fingerprint: str
    gate: int | None
    question: GateQuestion
    score: float | None
    draw: float
    cutoff: float | None
    audit: float
    auto: bool
    sampled: bool
    pi: float
    floor: float


@dataclass(frozen=True, slots=True)
class Judged:
    """A gate's answer: the verdict for the step, and the row for its ledger (None where it does not count)."""

    verdict: GateVerdict
    row: NewDecision | None


@dataclass(frozen=True, slots=True)
class Signal:
    """Something for a run's journal that was decided elsewhere."""

    id: int
    type: Literal["answer", "overdue", "cancel", "incident", "retry", "child"]
    node: str | None
    visit: int
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to write to a run: who, and the fence that grows with every claim."""

    run_id: str
    owner: str
    fence: int


@dataclass(frozen=True, slots=True)
class Wave:
    """What is written of a run in one transaction, if the claim still holds.

    `status` other than running gives the claim back. `ended` are runs that it called and wants no longer. `durable`
    waits for the disk: what was promised to somebody.
    """

    claim: Claim
    events: tuple[Event, ...]
    status: RunStatus = "running"
    outcome: str | None = None
    wake_at: datetime | None = None
    escalations: tuple[NewEscalation, ...] = ()
    children: tuple[NewRun, ...] = ()
    ended: tuple[str, ...] = ()
    taken: tuple[int, ...] = ()
    decisions: tuple[NewDecision, ...] = ()
    durable: bool = False


@dataclass(frozen=True, slots=True)
class Created:
    """The run that a trigger got: a new one, or the one its key had got before."""

    run_id: str
    new: bool
    conflict: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """A claimed run with everything needed to go on.

    `claims` counts the claims since it last got on or parked; `at` is when it was claimed, by the store's clock;
    `last_seq` is the number of its last entry, `size` what its entries take (bytes). `flaw` says why its journal cannot
    be read: then it comes without events. `since` above 0: events and size are those after this entry, which whoever
    claimed it knew already, and the run comes without its input.
    """

    claim: Claim
    run: NewRun
    events: tuple[Event, ...]
    signals: tuple[Signal, ...]
    claims: int
    at: datetime
    last_seq: int = 0
    size: int = 0
    flaw: str = ""
    since: int = 0


class Store(Protocol):
    """Where runs are kept. Methods raise `StoreError` when the database does; then nothing of the call was written."""

    async def create(self, run: NewRun, wave: Wave) -> Created:
        """Keep a new run, its journal so far and its trigger key, in one durable transaction."""

    async def append(self, wave: Wave) -> Written:
        """Write a wave. `lost`: the claim is, and nothing was written. `requeued`: a signal came while it parked."""

    async def claim(self, owner: str, limit: int, known: Mapping[str, int]) -> list[Held]:
        """Take up to `limit` runs that are queued, or waiting and due.

        `known`: up to which entry the caller knows runs already; of these only what came after it is read.
        """

    async def signals(self, run_ids: Sequence[str]) -> Mapping[str, tuple[Signal, ...]]:
        """The signals of these runs that are not yet journalled."""

    async def reap(self, owner: str, held: Callable[[], Sequence[str]], lease_s: float) -> int:
        """Requeue runs of dead workers, and runs of `owner` that it does not hold; how many.

        `held` is asked when the statement runs: what is written before it counts.
        """

    async def next_wake(self) -> datetime | None:
        """When the earliest waiting run is due."""

    async def drawing(self, blueprint_id: str) -> Drawing:
        """The sealed drawing of a blueprint, compiled."""

    async def latest(self, workflow: str, version: int | None) -> tuple[str, int] | None:
        """Blueprint id and version number that a call of this workflow runs; None where there is none."""

    async def generation(self, run_id: str) -> int:
        """How many runs called one another down to this one."""

    async def expire(self) -> int:
        """Mark open cases overdue whose time has passed, and signal their runs; how many."""


def tryout_of(opening: Mapping[str, Any]) -> Tryout | None:
    """The try-out that a first journal entry speaks of, if it does."""
    kept = opening.get("tryout")
    if kept is None:
        return None
    return Tryout({node: Pin(pin["port"], pin["output"]) for node, pin in kept["pins"].items()}, kept["insist"])


class StoreError(Exception):
    """The database could not be asked or could not write; nothing was written."""


class Doors(Protocol):
    """The ways out that steps have; each is guarded and limited where it is implemented."""

    async def http(self, request: HttpRequest, key: str) -> HttpResponse | Failed:
        """Make a guarded call with this idempotency key."""

    async def model(self, request: ModelRequest, key: str) -> ModelAnswer | Failed:
        """Ask a model."""

    async def mail(self, message: Message, key: str, run_id: str) -> str | Failed:
        """Send or keep a mail; its message id."""

    async def python(self, function: str, arguments: Mapping[str, Json], key: str) -> Json | Failed:
        """Call a registered function."""

    async def earlier_inputs(
        self, workflow: str, run_id: str, within_days: float, limit: int
    ) -> Sequence[tuple[str, Json]]:
        """Inputs of other runs of a workflow, newest first."""

    async def familiarity(
        self, workflow: str, run_id: str, expression: str, value: Json, min_p: float
    ) -> Familiarity | Failed:
        """How like the workflow's past cases a value is, of which the expression gave theirs."""

    async def gate(self, question: GateQuestion, seat: Seat) -> Judged | Failed:
        """What a gate makes of a case. Writes nothing."""


class Listener(Protocol):
    """Hears of what was committed; it may miss nothing it cannot find in the journal later."""

    def committed(self, run_id: str, last_seq: int, status: RunStatus) -> None:
        """A wave of this run is in the database. Must return at once and never raise."""


class Bell(Protocol):
    """Wakes workers. It carries no state: a bell that is lost, doubled or late costs latency only."""

    def ring(self, shard: int = 0) -> None:
        """There may be work. Callable from any thread."""

    async def wait(self, timeout_s: float) -> None:
        """Return when rung since the last return, or after the timeout."""
