"""The gates in the newest drawings: what they are called, what they promise there, and which decide unproven.

Used by the pages of gates, by home and by the inbox. A sealed drawing never changes, so what was found in one is kept;
what is not kept yet is read with one question for all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import OuterRef, QuerySet, Subquery

from runtime.core.confidence import unit
from runtime.core.definition import Document, parse
from runtime.models import Archived, Blueprint, GateIncident

MOST_WORKFLOWS = 1_000
_MOST_KEPT = 4_000
_kept: dict[str, Mapping[str, Drawn]] = {}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A step that lets a model decide: with a promise (then `promised`), or from a fixed score on (`cutoff`)."""

    node: str
    title: str
    promised: bool
    cutoff: float | None
    audit: float | None = None


@dataclass(frozen=True, slots=True)
class Workflow:
    """A workflow with its gates by the ids of their steps, as its newest version has them."""

    slug: str
    name: str
    gates: Mapping[str, Drawn] = field(default_factory=dict)
    archived: bool = False

    def title(self, node: str) -> str:
        """What people call a step, or its id where the newest version does not have it any more."""
        return self.gates[node].title if node in self.gates else node.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Closed:
    """A gate that closed itself, as people call it: the name of its workflow, and the title of its step."""

    incident: GateIncident
    workflow: str
    title: str


def closed(found: Sequence[GateIncident]) -> list[Closed]:
    """These gates that closed themselves, with their names. Asks nothing where there are none."""
    known = newest(among={each.workflow for each in found}) if found else {}
    workflows = [known.get(each.workflow) or Workflow(each.workflow, each.workflow) for each in found]
    return [
        Closed(each, workflow.name, workflow.title(each.gate.node))
        for each, workflow in zip(found, workflows, strict=True)
    ]


def newest(slug: str = "", among: Collection[str] | None = None) -> Mapping[str, Workflow]:
    """The workflows by slug (or this one, these, or none), with the gates of their newest versions."""
    asked = _newest(slug) if among is None else _newest("").filter(workflow__in=among)
    rows = list(asked.values_list("pk", "workflow", "name")[:MOST_WORKFLOWS])
    unknown = [pk for pk, _, _ in rows if pk not in _kept]
    if len(_kept) + len(unknown) > _MOST_KEPT:
        _kept.clear()
        unknown = [pk for pk, _, _ in rows]
    for pk, document in Blueprint.objects.filter(pk__in=unknown).values_list("pk", "document") if unknown else ():
        parsed = parse(document).document
        _kept[pk] = gates_of(parsed) if parsed else {}
    archived = frozenset(Archived.objects.values_list("workflow", flat=True))
    return {slug: Workflow(slug, name, _kept.get(pk, {}), slug in archived) for pk, slug, name in rows}


def gates_of(document: Document) -> Mapping[str, Drawn]:
    """The gates of a drawing, by their steps' ids, in its order."""
    found: dict[str, Drawn] = {}
    for node in document.nodes:
        promised = isinstance(node.config.get("promise"), dict)
        cutoff, audit = unit(node.config.get("cutoff")), unit(node.config.get("audit"))
        if node.kind == "decide.model" and (promised or cutoff is not None):
            found[node.id] = Drawn(node.id, node.title, promised, None if promised else cutoff, audit)
    return found


def _newest(slug: str) -> QuerySet[Blueprint]:
    sealed = Blueprint.objects.filter(version__gt=0)
    last = sealed.filter(workflow=OuterRef("workflow")).order_by("-version").values("version")[:1]
    found = sealed.filter(version=Subquery(last)).order_by("workflow")
    return found.filter(workflow=slug) if slug else found
