"""What a drawing names that is not there yet: queues (and people in them), connections, other published workflows.

Called by the gallery and by the canvas, so that whoever starts from a sample or a file learns what is missing before a
run does. It only looks; a drawing that names what is not there is saved and published like any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from builder.models import Workflow
from runtime import connections
from runtime.models import Queue
from runtime.permissions import Person, may, people_with

MOST_MAKERS = 3


@dataclass(frozen=True, slots=True)
class Needs:
    """Names without a thing, each list sorted. `deserted`: queues that are there, with nobody in them.

    `may_make_queues`: this person can make the queues at once; `queue_makers` names some who can, where he cannot.
    """

    queues: tuple[str, ...] = ()
    workflows: tuple[str, ...] = ()
    connections: tuple[str, ...] = ()
    may_make_queues: bool = False
    deserted: tuple[str, ...] = ()
    queue_makers: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.queues or self.workflows or self.connections)

    def to_json(self) -> dict[str, Any]:
        """What the canvas is told."""
        return {
            "queues": [*self.queues],
            "workflows": [*self.workflows],
            "connections": [*self.connections],
            "may_make_queues": self.may_make_queues,
            "deserted": [*self.deserted],
            "queue_makers": [*self.queue_makers],
        }


def needs_of(document: object, user: Person) -> Needs:
    """What is missing for a document; nothing for what is no document at all."""
    queues, others, lines = (set(_named(document, field)) for field in ("queue", "workflow", "connection"))
    there = dict(Queue.objects.filter(name__in=queues).values_list("name").annotate(Count("members")))
    deserted = sorted(name for name, members in there.items() if not members)
    queues -= there.keys()
    published = Workflow.objects.filter(slug__in=others, archived_at=None, versions__isnull=False)
    others -= set(published.values_list("slug", flat=True))
    lines -= set(connections.names())
    able = may(user, "settings:write")
    makers = _queue_makers() if (queues or deserted) and not able else ()
    missing, workflows, lacking = (tuple(sorted(names)) for names in (queues, others, lines))
    return Needs(missing, workflows, lacking, able, tuple(deserted), makers)


def _queue_makers() -> tuple[str, ...]:
    """Some of those who make queues and say who is in them, by name."""
    return tuple(people_with("settings:write").order_by("username").values_list("username", flat=True)[:MOST_MAKERS])


def _named(document: object, field: str) -> Iterator[str]:
    """What the steps of a document name in this field of their configuration."""
    nodes = document.get("nodes") if isinstance(document, Mapping) else None
    for node in nodes if isinstance(nodes, list) else ():
        config = node.get("config") if isinstance(node, Mapping) else None
        name = config.get(field) if isinstance(config, Mapping) else None
        if isinstance(name, str) and name:
            yield name
