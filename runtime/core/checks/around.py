"""Checks of what a drawing needs from its surroundings: connections, queues, other workflows.

Called by `check_document` with what the shell knows to be there; what it does not hand in is not looked at. A name
that is missing is a warning: it can be made later, and until then a run meets it as an incident or waits where
administrators see it, never as a wrong way. One thing is an error: a step may be marked as only asking, but it runs
another workflow, and only a fixed version of that can be known to do no more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from runtime.core.checks.codes import found
from runtime.core.drawing import Drawing
from runtime.core.problems import Problem

RESERVED_CONNECTIONS = frozenset({"embedded", "scripted", "default"})
"""Connections that are there without anybody making them in the settings."""


@dataclass(frozen=True, slots=True)
class Called:
    """A published workflow that a drawing runs: the numbers of its versions, and of those known to commit nothing."""

    versions: frozenset[int]
    harmless: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is there by name. None: it is not known, and nothing is said of it. `workflows` are by their short names."""

    connections: Collection[str] | None = None
    queues: Collection[str] | None = None
    workflows: Mapping[str, Called] | None = None


NOWHERE = Surroundings()
"""Nothing is known of the surroundings."""


def problems(drawing: Drawing, around: Surroundings) -> Iterator[Problem]:
    """What is missing around the drawing."""
    for node in drawing.params:
        if around.connections is not None:
            yield from _connection(drawing, node, around.connections)
        if around.queues is not None and drawing.family(node) == "escalate":
            yield from _queue(drawing, node, around.queues)
        if around.workflows is not None:
            yield from _workflow(drawing, node, around.workflows)


def _connection(drawing: Drawing, node: str, connections: Collection[str]) -> Iterator[Problem]:
    kind = drawing.kind(node)
    name = kind.connection(drawing.params[node]) if kind else None
    if name and name not in connections and name not in RESERVED_CONNECTIONS:
        message = f"“{drawing.title(node)}” uses the connection “{name}”, which the settings do not have."
        suggestion = "Choose another, or have it made in the settings; until then its runs stop as incidents."
        yield found("connection.missing", message, suggestion, nodes=(node,), path=_path(drawing, node, "connection"))


def _queue(drawing: Drawing, node: str, queues: Collection[str]) -> Iterator[Problem]:
    name = getattr(drawing.params[node], "queue", None)
    if name and name not in queues:
        message = f"“{drawing.title(node)}” asks the queue “{name}”, which does not exist: nobody is told to answer it."
        suggestion = "Choose another queue, or have this one made."
        yield found("queue.missing", message, suggestion, nodes=(node,), path=_path(drawing, node, "queue"))


def _workflow(drawing: Drawing, node: str, workflows: Mapping[str, Called]) -> Iterator[Problem]:
    kind = drawing.kind(node)
    call = kind.calls(drawing.params[node]) if kind else None
    if call is None:
        return
    name, version = call
    called = workflows.get(name, Called(frozenset()))
    if not called.versions or (version is not None and version not in called.versions):
        which = f"“{name}”" if version is None or not called.versions else f"version {version} of “{name}”"
        message = f"“{drawing.title(node)}” runs the workflow {which}, which is not published here."
        suggestion = "Choose another, or publish it first; until then its runs stop as incidents."
        yield found("workflow.missing", message, suggestion, nodes=(node,), path=_path(drawing, node, "workflow"))
    if drawing.graph.nodes[node].asks and version not in called.harmless:
        yield _acting(drawing, node, name, version)


def _acting(drawing: Drawing, node: str, name: str, version: int | None) -> Problem:
    which = f"version {version} of “{name}”" if version else f"the newest version of “{name}”"
    message = f"“{drawing.title(node)}” is marked as only asking, but it runs {which}, which may do more than that."
    suggestion = "Take the mark away, or fix a version that sends nothing for good."
    path = ("nodes", str(drawing.place[node]), "asks")
    return found("safety.asks_but_acts", message, suggestion, nodes=(node,), path=path)


def _path(drawing: Drawing, node: str, *field: str) -> tuple[str, ...]:
    return ("nodes", str(drawing.place[node]), "config", *field)
