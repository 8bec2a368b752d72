"""Checks of what a drawing needs from its surroundings: queues and due times of questions, connections.

Called by `check_document`. All of them are warnings: a run meets them as an incident or a long wait, never as a wrong
way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from runtime.core.checks.codes import found
from runtime.core.drawing import Drawing
from runtime.core.problems import Problem

RESERVED_CONNECTIONS = frozenset({"embedded", "scripted", "default"})
"""Connections that are there without anybody making them in the settings."""


def problems(drawing: Drawing, connections: Collection[str] | None) -> Iterator[Problem]:
    """What is missing around the drawing; connections are looked at only where the known ones are given."""
    for node in drawing.params:
        if drawing.family(node) == "escalate":
            yield from _unowned(drawing, node)
        if connections is not None:
            yield from _missing_connection(drawing, node, connections)


def _unowned(drawing: Drawing, node: str) -> Iterator[Problem]:
    params, name = drawing.params[node], drawing.title(node)
    place = ("nodes", str(drawing.place[node]), "config")
    if not getattr(params, "queue", None):
        message = f"“{name}” belongs to no queue, so nobody is told to answer it."
        yield found("people.no_owner", message, "Choose a queue.", nodes=(node,), path=(*place, "queue"))
    if getattr(params, "due_hours", None) is None:
        message = f"“{name}” has no due time: a case can wait there for ever."
        suggestion = "Say within how many hours it is to be answered."
        yield found("people.no_due", message, suggestion, nodes=(node,), path=(*place, "due_hours"))


def _missing_connection(drawing: Drawing, node: str, connections: Collection[str]) -> Iterator[Problem]:
    kind = drawing.kind(node)
    name = kind.connection(drawing.params[node]) if kind else None
    if name and name not in connections and name not in RESERVED_CONNECTIONS:
        message = f"“{drawing.title(node)}” uses the connection “{name}”, which the settings do not have."
        suggestion = "Make the connection in the settings, or choose another; until then its runs become incidents."
        path = ("nodes", str(drawing.place[node]), "config", "connection")
        yield found("connection.missing", message, suggestion, nodes=(node,), path=path)
