"""The contract of a node kind: what one file under `runtime/nodes` has to say, and what its handler may return.

Used by every kind, by the checks (through `Kinds`), by the executor and by the canvas. A handler asks and waits; it
never writes rows, and every effect goes through its context, so that one place can guard, count and record it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, cast

from pydantic import BaseModel, ConfigDict

from runtime.core.expressions import Expr, Json, Unknown
from runtime.core.reaching import (
    Familiarity,
    GateQuestion,
    GateState,
    GateVerdict,
    HttpRequest,
    HttpResponse,
    JsonSchema,
    Message,
    ModelAnswer,
    ModelRequest,
    Near,
    Option,
    Untaught,
)
from runtime.core.templates import Template

__all__ = [
    "Ask",
    "Call",
    "CallEach",
    "Check",
    "Choice",
    "Context",
    "Done",
    "Effect",
    "Failed",
    "Familiarity",
    "Family",
    "GateQuestion",
    "GateState",
    "GateVerdict",
    "Handler",
    "HttpRequest",
    "HttpResponse",
    "Inputs",
    "JsonSchema",
    "Kinds",
    "Message",
    "ModelAnswer",
    "ModelRequest",
    "Near",
    "NodeKind",
    "Option",
    "Outcome",
    "Params",
    "Resolution",
    "Untaught",
    "Wait",
    "Written",
    "written_in",
]
"""Whoever writes a kind needs no other module; what is asked of the doors stands in `reaching`."""

type Family = Literal["execute", "verify", "decide", "escalate", "outcome"]
type Effect = Literal["none", "reads", "outward"]


class Params(BaseModel):
    """A kind's configuration: frozen, strict, without unknown fields. Field descriptions are the help beside the form.

    A field of type `Expr` or `Template` (however deep inside) is compiled when the drawing is checked; its references
    are known to the checks, and its value is asked of `Inputs` at run time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)


@dataclass(frozen=True, slots=True)
class Done:
    """The step is finished and goes on through `port`."""

    output: Json = None
    port: str | None = "done"


@dataclass(frozen=True, slots=True)
class Wait:
    """The step is finished when this moment (UTC) has come."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer that a reviewer may give; it is also a port. `main` is the one that stands out."""

    name: str
    label: str = ""
    comment_required: bool = False
    main: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """A person is asked. What is shown is fixed here and bound to the answer by a digest.

    `show` is what the designer chose to show; `editable` holds, by name, the value and the JSON Schema of what may be
    edited; `form` is the JSON Schema of what is asked for (then `choices` is empty, and `editable` holds the values
    that stand in it already). `bulk` lets several such cases be answered at once.
    """

    question: str
    choices: tuple[Choice, ...] = ()
    show: Mapping[str, Json] = field(default_factory=dict)
    editable: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    form: JsonSchema | None = None
    queue: str = ""
    due_hours: float | None = None
    reviewers: int = 1
    not_by_requester: bool = False
    bulk: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """Another workflow is run; its output becomes this step's.

    `by_outcome` names the outcomes that have a port of their own; every other outcome leaves through `done`.
    """

    workflow: str
    input: Json
    version: int | None = None
    by_outcome: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CallEach:
    """Another workflow is run for each of these items, `at_once` of them at a time; the results become this step's.

    `input` is computed for each item, where its expressions may read `item` and `index` (from 0) too. `stop`: the first
    item that fails ends the step. An item fails when its run reaches no outcome, or one of `failed_outcomes`.
    """

    workflow: str
    items: Sequence[Json]
    input: Mapping[str, Expr]
    version: int | None = None
    at_once: int = 5
    stop: bool = True
    failed_outcomes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    """The step could not do its work. `passing` failures are tried again; `after_s` is when the other side is ready.

    `otherwise` is how the step ends when the attempts are used up (a check that cannot be made ends at `unsure`);
    without it, the `error` port or an incident follows.
    """

    code: str
    message: str
    passing: bool = False
    after_s: float | None = None
    detail: Mapping[str, Json] = field(default_factory=dict)
    otherwise: Done | None = None

    def to_json(self) -> dict[str, Json]:
        """What an `error` port hands on and an incident shows."""
        return {"code": self.code, "message": self.message, "detail": dict(self.detail)}


type Outcome = Done | Wait | Ask | Call | CallEach | Failed


@dataclass(frozen=True, slots=True)
class Check:
    """A check that every way to a step passes, and what it gave. `params` is its configuration."""

    node: str
    kind: str
    params: Params
    output: Json | Unknown


class Inputs(Protocol):
    """The values that a step may read: its expressions and templates, evaluated where it stands in the drawing."""

    def value(self, expression: str) -> Json | Unknown:
        """The expression's value, or why it has none. Never raises."""

    def text(self, template: str) -> str | Unknown:
        """The template's text, or why it has none. Never raises."""

    def output_of(self, node_id: str) -> Json | Unknown:
        """The whole output of a step before this one (for `context`)."""

    @property
    def run_input(self) -> Json:
        """What the run was triggered with."""

    @property
    def checks(self) -> Sequence[Check]:
        """For a decision with a promise: the checks that every way to it passes, and what they gave."""


class Context(Protocol):
    """The doors a handler has to the outside. Each call is guarded, limited and written into the trace."""

    run_id: str
    workflow: str
    node: str
    visit: int
    attempt: int
    now: datetime
    timeout_s: float

    @property
    def idempotency_key(self) -> str:
        """The step's identity: the same for every attempt of this visit."""

    async def http(self, request: HttpRequest) -> HttpResponse | Failed:
        """Make a guarded call; the idempotency key goes along as a header."""

    async def model(self, request: ModelRequest) -> ModelAnswer | Failed:
        """Ask a model through its connection."""

    async def mail(self, message: Message) -> str | Failed:
        """Send a mail; gives its message id. Without a mail connection it goes to the outbox, visibly unsent."""

    async def python(self, function: str, arguments: Mapping[str, Json]) -> Json | Failed:
        """Call a function that a developer registered."""

    async def earlier_inputs(self, within_days: float, limit: int = 2000) -> Sequence[tuple[str, Json]]:
        """Run id and input of this workflow's other runs within the last days, newest first."""

    async def familiarity(self, expression: str, value: Json, min_p: float) -> Familiarity | Failed:
        """How like the workflow's own past cases a value is: theirs are what the same expression gave there.

        `min_p` is the p-value that is to be told apart: it says how many past cases there must be.
        """

    async def gate(self, question: GateQuestion) -> GateVerdict | Failed:
        """Ask this step's gate, once in a visit. The decision is written with the step's end, or not at all.

        Failed (the gate could not be asked): a person decides.
        """


type Handler[P: Params] = Callable[[P, Inputs, Context], Outcome | Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a person answered, checked against what was asked."""

    choice: str
    edits: Mapping[str, Json] = field(default_factory=dict)
    comment: str = ""
    by: str = ""
    at: str = ""
    answers: Json = None


@dataclass(frozen=True)
class NodeKind[P: Params]:
    """Everything Interlock knows of a kind.

    `ports`, `effect` and `output` follow from the configuration; they must not raise for any valid one. `writes_freely`
    marks kinds whose output a model wrote (or may have): the checks follow it. `own_words` names the values of another
    kind's output that hold a model's own words (a judge's reasons): they are followed too, where it asks a model.
    `signals` marks checks whose numbers are signals of the promise gates behind them.
    `calls` is the other workflow that it runs, and the version (None: the newest). `answer` turns a person's answer
    into the step's end. `example` is a configuration that works; it is tested and printed in the docs.
    """

    name: str
    title: str
    help: str
    icon: str
    params: type[P]
    run: Handler[P]
    ports: Callable[[P], tuple[str, ...]]
    example: Mapping[str, Any]
    effect: Callable[[P], Effect] = lambda _params: "none"
    output: Callable[[P], JsonSchema] = lambda _params: {}
    writes_freely: bool = False
    own_words: frozenset[str] = frozenset()
    connection: Callable[[P], str | None] = lambda _params: None
    signals: bool = False
    calls: Callable[[P], tuple[str, int | None] | None] = lambda _params: None
    answer: Callable[[P, Resolution], Done] | None = None
    examples: Sequence[Mapping[str, Any]] = ()

    @property
    def family(self) -> Family:
        """The family, which is the first part of the name."""
        return cast("Family", self.name.partition(".")[0])


type Kinds = Mapping[str, NodeKind[Any]]


@dataclass(frozen=True, slots=True)
class Written:
    """An expression or a template in a configuration, and where it stands."""

    path: tuple[str, ...]
    text: Expr | Template


def written_in(params: object, path: tuple[str, ...] = ()) -> Iterator[Written]:
    """Every expression and template of a configuration, in the order of its fields."""
    if isinstance(params, Expr | Template):
        yield Written(path, params)
    elif isinstance(params, BaseModel):
        for name, info in type(params).model_fields.items():
            yield from written_in(getattr(params, name), (*path, info.alias or name))
    elif isinstance(params, dict):
        for key, value in params.items():
            yield from written_in(value, (*path, str(key)))
    elif isinstance(params, tuple | list):
        for index, value in enumerate(params):
            yield from written_in(value, (*path, str(index)))
