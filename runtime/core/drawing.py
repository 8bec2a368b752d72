"""A drawing with its meaning: the document, its graph, and what each node's kind makes of its configuration.

Made once by `compile_drawing`; shared by all checks, and used by the engine for the typed parameters of each node.
Nodes of an unknown kind or with a faulty configuration stand in the graph, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from pydantic import ValidationError

from runtime.core import expressions, templates
from runtime.core.definition import START, Document, Node
from runtime.core.expressions import Expr, Reference
from runtime.core.graph import Graph
from runtime.core.node import Effect, Family, Kinds, NodeKind, Params, written_in
from runtime.core.problems import Problem, problem
from runtime.core.templates import Template
from runtime.core.wording import JsonSchema, labelled, sentence


@dataclass(frozen=True, slots=True)
class Read:
    """One place that a node's configuration reads: `reference`, written at `path` inside the configuration."""

    reference: Reference
    path: tuple[str, ...]

    @property
    def is_of_output(self) -> bool:
        """Whether the step's output itself is read, not just its port or whether there is one."""
        return self.reference.part == "output" and not self.reference.presence


@dataclass(frozen=True, eq=False)
class Drawing:
    """A compiled drawing. `params`, `ports` and `effects` hold the nodes whose kind and configuration are sound.

    It is equal to itself alone, so that what was worked out for it can be kept beside it.
    """

    document: Document
    graph: Graph
    kinds: Kinds
    params: Mapping[str, Params]
    ports: Mapping[str, tuple[str, ...]]
    effects: Mapping[str, Effect]

    def kind(self, node: str) -> NodeKind[Any] | None:
        """The kind of a node, if there is such a kind."""
        return self.kinds.get(self.graph.nodes[node].kind) if node in self.graph.nodes else None

    def family(self, node: str) -> Family | None:
        """The family of a node's kind; None for start and for unknown kinds."""
        kind = self.kind(node)
        return kind.family if kind else None

    def outward(self, node: str) -> bool:
        """Whether what the node does is seen outside."""
        return self.effects.get(node) == "outward"

    def commits(self, node: str) -> bool:
        """Whether the node does something outside that promises more than a question or a notice."""
        return self.outward(node) and not self.graph.nodes[node].asks

    def title(self, node: str) -> str:
        """What a person calls a node."""
        return self.graph.nodes[node].title if node in self.graph.nodes else "Start"

    @cached_property
    def place(self) -> Mapping[str, int]:
        """Where each node stands in the document's list."""
        return {node.id: index for index, node in enumerate(self.document.nodes)}

    @cached_property
    def texts(self) -> Mapping[str, tuple[Expr | Template, ...]]:
        """The expressions and templates of each node, in the order of its configuration."""
        return {node: tuple(each.text for each in written_in(params)) for node, params in self.params.items()}

    @cached_property
    def readers(self) -> frozenset[str]:
        """The nodes that read anything of the steps before them."""
        return frozenset(
            node for node, reads in self.reads.items() if any(read.reference.root == "steps" for read in reads)
        )

    @cached_property
    def reads(self) -> Mapping[str, tuple[Read, ...]]:
        """Everything that each node reads, in the order of its configuration."""
        return {node: tuple(_reads(params)) for node, params in self.params.items()}


def compile_drawing(document: Document, kinds: Kinds) -> tuple[Drawing, tuple[Problem, ...]]:
    """The drawing, and what is wrong with its nodes' kinds and configurations. Never raises."""
    params: dict[str, Params] = {}
    problems: list[Problem] = []
    for index, node in enumerate(document.nodes):
        found = _compiled(node, index, kinds)
        if isinstance(found, Params):
            params[node.id] = found
        else:
            problems += found
    by_node = {node.id: kinds[node.kind] for node in document.nodes if node.id in params}
    ports = {node: tuple(by_node[node].ports(each)) for node, each in params.items()}
    effects = {node: by_node[node].effect(each) for node, each in params.items()}
    return Drawing(document, Graph(document), kinds, params, {**ports, START: ("out",)}, effects), tuple(problems)


def _compiled(node: Node, index: int, kinds: Kinds) -> Params | list[Problem]:
    if node.kind not in kinds:
        message = f"“{node.title}” is of the kind “{node.kind}”, which is not installed here."
        suggestion = "Put another step in its place, or ask an administrator to install this kind."
        return [_node_problem("document.unknown_kind", message, suggestion, node, index, "kind")]
    shape: type[Params] = kinds[node.kind].params
    try:
        params = shape.model_validate(node.config)
    except ValidationError as failure:
        schema = _schema(shape)
        errors = failure.errors(include_url=False, include_input=False)
        return [_bad_config(node, index, error, schema) for error in errors]
    return params


@lru_cache(maxsize=256)
def _schema(params: type[Params]) -> JsonSchema:
    return params.model_json_schema(by_alias=True)


def _bad_config(node: Node, index: int, error: Any, schema: JsonSchema) -> Problem:
    place = _inside(node.config, error["loc"])
    message = f"“{node.title}”: {sentence({**error, 'loc': labelled(place, schema)}, 'the configuration')}"
    path = ("config", *(str(part) for part in place))
    suggestion = "Correct this field in the form of the step."
    return _node_problem("document.bad_config", message, suggestion, node, index, *path)


def _inside(config: object, loc: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """The place inside the configuration: pydantic also names the alternatives it tried, which stand in no document."""
    place: list[int | str] = []
    for last, part in enumerate(loc, 1 - len(loc)):
        if isinstance(config, Mapping) and (part in config or last == 0):
            config = config.get(part)
        elif isinstance(config, list | tuple) and isinstance(part, int) and part < len(config):
            config = config[part]
        else:
            continue
        place.append(part)
    return tuple(place)


def _node_problem(code: str, message: str, suggestion: str, node: Node, index: int, *path: str) -> Problem:
    return problem(code, message, suggestion, nodes=(node.id,), path=("nodes", str(index), *path))


def _reads(params: Params) -> Iterator[Read]:
    for written in written_in(params):
        found = templates.references if isinstance(written.text, Template) else expressions.references
        for reference in sorted(found(written.text), key=_in_order):
            yield Read(reference, written.path)
    context = getattr(params, "context", None)
    if isinstance(context, str) and context:
        yield Read(Reference("steps", (context, "output"), part="output"), ("context",))


def _in_order(reference: Reference) -> tuple[Any, ...]:
    return reference.root, reference.path, reference.guarded, reference.presence
