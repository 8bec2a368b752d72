"""The drawing as a document: its types, its JSON in and out, its digest.

Called by the checks (what is wrong with a drawing), by publishing (which seals a document into a blueprint) and by the
graph. It knows the shape of a document only: whether a kind exists or a configuration fits is asked in `checks`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, Strict, ValidationError

from runtime.core.problems import Problem, problem
from runtime.core.wording import sentence

FORMAT = "interlock/1"
START = "start"

MAX_NODES = 2_000
MAX_EDGES = 5_000
MAX_NOTES = 500
MAX_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 64
MAX_PROBLEMS = 200

# No `type` statement: pydantic would publish each use as a definition with an unreadable name of its own.
_T = TypeVar("_T")
Many = Annotated[tuple[_T, ...], Strict(False)]

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
PortName = Annotated[str, Field(min_length=1, max_length=80)]
Coordinate = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]
Extent = Annotated[float, Field(gt=0, le=1e5, allow_inf_nan=False)]


class Part(BaseModel):
    """A piece of a document: frozen, strict, and without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)


class Retry(Part):
    """How often and how patiently a step is tried again when its failure may pass."""

    attempts: Annotated[int, Field(ge=1, le=20)] = 3
    first_s: Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)] = 1.0
    factor: Annotated[float, Field(ge=1, le=10, allow_inf_nan=False)] = 2.0
    max_s: Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)] = 300.0


class Loop(Part):
    """Marks an edge that goes back: how many turns it may make."""

    max: Annotated[int, Field(ge=1, le=1000)]


class Node(Part):
    """One step of a drawing. `config` belongs to the kind and is checked against the kind's own schema."""

    id: Identifier
    kind: Annotated[str, Field(min_length=1, max_length=80)]
    name: Annotated[str, Field(max_length=200)] = ""
    config: dict[str, Any] = Field(default_factory=dict)
    at: Annotated[tuple[Coordinate, Coordinate], Strict(False)] = (0.0, 0.0)
    join: Literal["all", "any"] = "all"
    retry: Retry | None = None
    timeout_s: Annotated[float, Field(gt=0, le=3600, allow_inf_nan=False)] | None = None
    asks: bool = False
    note: Annotated[str, Field(max_length=4000)] = ""

    @property
    def title(self) -> str:
        """What a person calls this node."""
        return self.name or self.id


class Edge(Part):
    """A way from a port to a node. With `loop` it goes back; with `after_loop` it is taken when that loop is used up.

    `after_loop` is the id of the loop edge.
    """

    id: Identifier
    source: Annotated[str, Field(alias="from", min_length=1, max_length=40)]
    port: PortName
    target: Annotated[str, Field(alias="to", min_length=1, max_length=40)]
    loop: Loop | None = None
    after_loop: Annotated[str, Field(min_length=1, max_length=40)] | None = None


class Note(Part):
    """A text for people, somewhere on the drawing. It means nothing to a run.

    With `group`, a colour, it is a frame around the steps that stand inside it, and its text is the frame's title.
    """

    id: Identifier
    text: Annotated[str, Field(max_length=4000)]
    at: Annotated[tuple[Coordinate, Coordinate], Strict(False)]
    size: Annotated[tuple[Extent, Extent], Strict(False)]
    group: Literal["grey", "teal", "violet", "olive"] | None = None


class Document(Part):
    """A whole drawing. `input` is the JSON Schema of what a run is triggered with."""

    format: Literal["interlock/1"]
    input: dict[str, Any] = Field(default_factory=dict)
    nodes: Annotated[Many[Node], Field(max_length=MAX_NODES)] = ()
    edges: Annotated[Many[Edge], Field(max_length=MAX_EDGES)] = ()
    notes: Annotated[Many[Note], Field(max_length=MAX_NOTES)] = ()

    def node(self, node_id: str) -> Node:
        """The node with this id. Raises KeyError where there is none."""
        for node in self.nodes:
            if node.id == node_id:
                return node
        raise KeyError(node_id)

    def to_json(self) -> dict[str, Any]:
        """The document as plain JSON, without what stands at its default."""
        plain: dict[str, Any] = self.model_dump(by_alias=True, exclude_defaults=True, mode="json")
        return {"format": FORMAT, "input": self.input, "nodes": [], "edges": [], **plain}


@dataclass(frozen=True)
class Parsed:
    """A document that could be read, or the problems that kept it from being read; never both."""

    document: Document | None
    problems: tuple[Problem, ...] = ()


def parse(raw: object) -> Parsed:
    """Read a document from JSON values (as the strict JSON gate returns them). Never raises."""
    too_much = _beyond_bounds(raw)
    if too_much:
        return Parsed(None, (problem("document.too_large", too_much),))
    try:
        return Parsed(Document.model_validate(raw))
    except ValidationError as failure:
        found = failure.errors(include_url=False, include_input=False)[:MAX_PROBLEMS]
        return Parsed(None, tuple(_shape_problem(raw, error) for error in found))


def digest(document: Document) -> str:
    """SHA-256 of the document's canonical JSON: what a published version is known by."""
    canonical = json.dumps(document.to_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def document_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a document, made from the types above."""
    schema = Document.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Interlock drawing", **schema}


def _beyond_bounds(raw: object) -> str:
    if _deeper_than(raw, MAX_DEPTH):
        return f"The document is nested more than {MAX_DEPTH} levels deep."
    try:
        size = len(json.dumps(raw, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    except (TypeError, ValueError, RecursionError):
        return "The document is not plain JSON."
    return f"The document is larger than {MAX_BYTES // 1024 // 1024} MiB." if size > MAX_BYTES else ""


def _deeper_than(raw: object, limit: int) -> bool:
    level: list[object] = [raw]
    for _ in range(limit + 1):
        level = [child for value in level if isinstance(value, dict | list | tuple) for child in _children(value)]
        if not level:
            return False
    return True


def _children(value: dict[Any, Any] | list[Any] | tuple[Any, ...]) -> Iterable[object]:
    return value.values() if isinstance(value, dict) else value


def _shape_problem(raw: object, error: Any) -> Problem:
    where = list(error["loc"])
    nodes, edges = _blamed(raw, where)
    code = "document.unknown_field" if error["type"] == "extra_forbidden" else "document.malformed"
    message = sentence(error, "the document")
    return problem(code, message, nodes=nodes, edges=edges, path=tuple(str(part) for part in where))


def _blamed(raw: object, where: list[Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The node or edge a faulty place belongs to, so that the canvas can paint it."""
    if len(where) < 2 or where[0] not in ("nodes", "edges") or not isinstance(raw, Mapping):
        return (), ()
    try:
        found = raw[where[0]][where[1]]["id"]
    except (KeyError, IndexError, TypeError):
        return (), ()
    if not isinstance(found, str):
        return (), ()
    return ((found,), ()) if where[0] == "nodes" else ((), (found,))
