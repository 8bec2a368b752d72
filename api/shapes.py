"""The shapes that several resources share: what the schema says of answers, in one place.

They describe; answers are built by the resources as plain JSON, and the contract tests hold the one against the other.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

type RunStatus = Literal["queued", "running", "waiting", "succeeded", "failed", "cancelled"]
type Moment = datetime


class Shape(BaseModel):
    """The body of an answer."""

    model_config = ConfigDict(json_schema_extra=None)


class ProblemPlace(Shape):
    """One faulty place of a request; `path` is a JSON pointer, or the pointer-like name of a parameter or header."""

    code: str
    path: str
    message: str


class ProblemDocument(Shape):
    """RFC 9457. Some codes add members of their own, such as who holds a claim and until when."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    code: str = Field(description="Stable; what a program should look at.")
    detail: str = Field(description="A sentence for a person.")
    errors: list[ProblemPlace]


class Page[T](Shape):
    """One page of a list, and the addresses of its neighbours."""

    next: str | None
    previous: str | None
    results: list[T]


class DrawingProblem(Shape):
    """A problem of a drawing, with what to paint on the canvas."""

    code: str
    level: Literal["error", "warning"]
    message: str
    suggestion: str
    nodes: list[str]
    edges: list[str]
    path: str


class RunRow(Shape):
    """A run as lists show it: without payloads."""

    id: str
    title: str = Field(description="What tells it from others, taken from its input; empty where nothing does.")
    workflow: str
    version: int
    status: RunStatus
    outcome: str | None
    labels: dict[str, str]
    requester: str
    created_at: Moment
    finished_at: Moment | None


class RunStep(Shape):
    """One visit of a node."""

    model_config = ConfigDict(extra="allow")

    node: str
    visit: int
    status: str
    port: str | None
    attempts: int
    started_at: Moment | None
    finished_at: Moment | None
    output: Any
    error: Any


class RunDetail(Shape):
    """A run with its payloads and steps."""

    model_config = ConfigDict(extra="allow")

    id: str
    title: str
    workflow: str
    version: int
    status: RunStatus
    outcome: str | None
    output: Any
    input: Any
    error: Any
    created_at: Moment
    finished_at: Moment | None
    steps: list[RunStep]
    labels: dict[str, str]
