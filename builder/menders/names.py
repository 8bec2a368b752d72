"""Menders of names and times that a question or a call needs: its queue, its due time, a connection, a workflow."""

from __future__ import annotations

from collections.abc import Iterable

from builder import mending
from builder.menders.proposals import Mender, Proposal, Proposals, Wrong
from builder.menders.texts import near


def _owned(wrong: Wrong) -> Proposals:
    """The queues that this drawing asks elsewhere, the most asked first; then the others."""
    asked = [each.get("config", {}).get("queue") for each in mending.people(wrong.document)]
    there = sorted(wrong.around.queues if wrong.around.queues is not None else {name for name in asked if name})
    written = str(mending.value_at(wrong.document, wrong.place) or "")
    for queue in [*dict.fromkeys([*near(written, there), *sorted(there, key=lambda name: -asked.count(name))])]:
        yield Proposal(f"Put it into the queue “{queue}”", mending.with_value(wrong.document, wrong.place, queue))


def _other_connection(wrong: Wrong) -> Proposals:
    yield from _spelt(wrong, wrong.around.connections or (), "Use")


def _other_workflow(wrong: Wrong) -> Proposals:
    workflows = wrong.around.workflows or {}
    called = workflows.get(str(mending.value_at(wrong.document, wrong.place)))
    if called:
        version = mending.without_value(wrong.document, (*wrong.place[:-1], "version"))
        yield Proposal("Run its newest version", version)


def _spelt(wrong: Wrong, known: Iterable[str], verb: str) -> Proposals:
    for other in near(str(mending.value_at(wrong.document, wrong.place)), known):
        yield Proposal(f"{verb} “{other}” instead", mending.with_value(wrong.document, wrong.place, other))


def _no_due(wrong: Wrong) -> Proposals:
    node = mending.node_of(wrong.document, wrong.node)
    if node:
        config = {**node.get("config", {}), "due_hours": mending.HOURS}
        dated = mending.changed_node(wrong.document, wrong.node, config=config)
        ended = mending.ended(dated, wrong.node, [mending.OVERDUE])
        yield Proposal(f"Ask for an answer within {mending.HOURS} hours", ended, alone=True)


MENDERS: dict[str, Mender] = {
    "connection.missing": _other_connection,
    "people.no_due": _no_due,
    "people.no_owner": _owned,
    "queue.missing": _owned,
    "workflow.missing": _other_workflow,
}
