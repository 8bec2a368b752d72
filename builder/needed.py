"""What a drawing names that is not there yet: queues, connections, other published workflows.

Called by the gallery and by the canvas, so that whoever starts from a sample or a file learns what is missing before a
run does. It only looks; a drawing that names what is not there is saved and published like any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from builder.models import Workflow
from runtime import connections
from runtime.models import Queue
from runtime.permissions import Person, may


@dataclass(frozen=True, slots=True)
class Needs:
    """Names without a thing, each list sorted. `may_make_queues`: this person can make the queues at once."""

    queues: tuple[str, ...] = ()
    workflows: tuple[str, ...] = ()
    connections: tuple[str, ...] = ()
    may_make_queues: bool = False

    def __bool__(self) -> bool:
        return bool(self.queues or self.workflows or self.connections)

    def to_json(self) -> dict[str, Any]:
        """What the canvas is told."""
        return {
            "queues": [*self.queues],
            "workflows": [*self.workflows],
            "connections": [*self.connections],
            "may_make_queues": self.may_make_queues,
        }


def needs_of(document: object, user: Person) -> Needs:
    """What is missing for a document; nothing for what is no document at all."""
    queues, others, lines = (set(_named(document, field)) for field in ("queue", "workflow", "connection"))
    queues -= set(Queue.objects.filter(name__in=queues).values_list("name", flat=True))
    published = Workflow.objects.filter(slug__in=others, archived_at=None, versions__isnull=False)
    others -= set(published.values_list("slug", flat=True))
    lines -= set(connections.names())
    return Needs(tuple(sorted(queues)), tuple(sorted(others)), tuple(sorted(lines)), may(user, "settings:write"))


def _named(document: object, field: str) -> Iterator[str]:
    """What the steps of a document name in this field of their configuration."""
    nodes = document.get("nodes") if isinstance(document, Mapping) else None
    for node in nodes if isinstance(nodes, list) else ():
        config = node.get("config") if isinstance(node, Mapping) else None
        name = config.get(field) if isinstance(config, Mapping) else None
        if isinstance(name, str) and name:
            yield name
