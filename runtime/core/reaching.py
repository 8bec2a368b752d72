"""What a step asks of the outside, and what comes back: the words of the doors of a handler's context.

Named by way of `node`, which is all that a kind imports. Data only: the doors themselves are `runtime.doors`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from runtime.core.expressions import Json

type JsonSchema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A call to the outside. `body` is sent as JSON when it is no string.

    `hoped` is a status that counts as done: what a try-out answers with, where nothing is sent.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Json = None
    connection: str = ""
    timeout_s: float = 30.0
    hoped: int = 200


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """What came back. `body` is strict JSON where the content type says JSON, else text; at most 1 MiB."""

    status: int
    headers: Mapping[str, str]
    body: Json


@dataclass(frozen=True, slots=True)
class Message:
    """A mail to send."""

    to: str
    subject: str
    body: str
    connection: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One of the choices a model is given; `examples` teach the embedded classifier."""

    name: str
    description: str = ""
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Untaught:
    """What the embedded classifier lacks to answer anything at all: `needs` says it (“examples of …”), the field of the
    configuration is where it goes. A kind's parameters tell it as `untaught`, and the checks ask them."""

    needs: str
    field: str


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """A question to a model.

    `purpose` says what is wanted: `text` (free text), `object` (JSON that fits `schema`), `choice` (one of `options`),
    `score` (how good something is: `{score, reasons}`; `options` may hold good and bad examples, in this order),
    `match` (of which sort a text is, by the options' examples: `{choice, scores}`; the embedded classifier alone can).
    `subject` is what it is all about without instructions around it (the embedded classifier reads nothing else);
    `samples` asks for several independent answers.
    """

    connection: str
    prompt: str
    purpose: Literal["text", "object", "choice", "score", "match"] = "text"
    system: str = ""
    subject: str = ""
    model: str | None = None
    schema: JsonSchema | None = None
    options: tuple[Option, ...] = ()
    temperature: float | None = None
    max_tokens: int | None = None
    logprobs: bool = False
    samples: int = 1
    timeout_s: float = 30.0


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """A model's answer, not yet believed: `value` is a string for `text`, strict JSON for `object`, an option's name
    for `choice`, `{"score": number in 0..1, "reasons": [text]}` for `score`.

    `signals` are finite numbers in 0..1 by name (`logprob`, `self`, `agreement`, ...). `usage_known` is False where the
    other side did not say how many tokens it used; then the numbers are estimates.
    """

    value: Json
    signals: Mapping[str, float] = field(default_factory=dict)
    model: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    usage_known: bool = True


@dataclass(frozen=True, slots=True)
class GateQuestion:
    """A decision that a machine has made, put to the gate that is to prove its promise.

    `signals` are what there is, each in 0..1; `names` those that have to be there (what is missing or malformed makes
    the case unsure). `answer` is one of `choices`, or None where the machine chose none of them. `novelty` is a
    p-value; below `familiar_at` the case is strange and scores 0 (None: novelty is not looked at). `max_error` and
    `confidence` are the promise, `audit` the share of automatic decisions that people check (None: the usual one).

    `basis` (strict JSON) and `connections` (their names) are what else decides how the machine answers: prompt,
    examples, model, judge. With any other basis, connection, signal, choice or promise it is another epoch.
    """

    answer: str | None
    choices: tuple[str, ...]
    signals: Mapping[str, float]
    names: tuple[str, ...]
    max_error: float
    confidence: float
    audit: float | None = None
    novelty: float | None = None
    familiar_at: float | None = None
    basis: Mapping[str, Json] = field(default_factory=dict)
    connections: tuple[str, ...] = ()


type GateState = Literal["probation", "proven", "broken"]


@dataclass(frozen=True, slots=True)
class GateVerdict:
    """What the gate makes of a case. `proceed`: the run goes on with the machine's answer, else with a person's.

    A case that was drawn for an audit goes to a person like any other, and nothing here tells that it was: `reason`,
    in words, is the same for every case that a proven gate hands to people. `cutoff` is the score from which on it
    decides, if it does.
    """

    proceed: bool
    state: GateState
    score: float | None
    cutoff: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Near:
    """A past case: the run that it was, a short piece of its text, and how alike the two are (0..1)."""

    run: str
    excerpt: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Familiarity:
    """How familiar a case is to its workflow: a p-value against `cases` past ones, and the nearest of them.

    `p` is None where it cannot be told; then `reason` says why.
    """

    p: float | None
    cases: int = 0
    nearest: tuple[Near, ...] = ()
    reason: str = ""
