"""Two runs of one workflow compared: choosing the second one, and the page that shows both.

Used by `urls`. Who may see both runs may compare them; what is hidden of a run on its own page is hidden here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.db.models.functions import Length
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from runtime import veils
from runtime.ids import is_id
from runtime.models import Entry, Run
from runtime.permissions import visible_runs
from runtime.sight import seen_runs
from runtime.traces.pairs import pair
from runtime.traces.pictures import Box, Picture, Way
from runtime.traces.reading import Trace, trace
from runtime.traces.replays import standing
from runtime.views.access import needs
from runtime.views.drawings import WIDEST_READABLE, picture_of

LOOKED_THROUGH = 300
MOST_ALIKE = 20
BOTH, ONE, OTHER = "A B", "A", "B"


@dataclass(frozen=True, slots=True)
class Shared:
    """A drawing with the ways of those runs that it is of: each box and way with `A`, `B`, `A B`, or nothing."""

    version: int
    picture: Picture
    boxes: tuple[tuple[Box, str], ...]
    ways: tuple[tuple[Way, str], ...]
    wide: bool


@require_safe
@needs("runs:read")
def run_compare(request: HttpRequest) -> HttpResponse:
    """From a choice to the page of two runs: `run` twice, or once and `with` (previous, same, or an id)."""
    chosen = [text.strip() for text in request.GET.getlist("run")][:3]
    wanted = request.GET.get("with", "").strip()
    runs = _seen(request, chosen)
    first = runs.get(chosen[0]) if chosen else None
    if first is None:
        return _told_no(request, None, "Choose two runs that you may see.")
    second = _second(request, first, wanted) if len(chosen) == 1 else runs.get(chosen[1])
    if len({*chosen}) > 2:
        return _told_no(request, None, "Choose two runs: these are more.")
    if second is None:
        return _told_no(request, first if len(chosen) == 1 else None, _NONE.get(wanted, "There is no such run."))
    if second.pk == first.pk:
        return _told_no(request, first, "That is this run itself.")
    if second.workflow != first.workflow:
        return _told_no(request, first if len(chosen) == 1 else None, "These are runs of two different workflows.")
    # The older one stands first, as one reads.
    older, newer = sorted((first.pk, second.pk))
    return redirect("run_pair", older, newer)


@require_safe
@needs("runs:read")
def run_pair(request: HttpRequest, run_id: str, other_id: str) -> HttpResponse:
    """Both runs side by side."""
    found = _seen(request, [run_id, other_id])
    if run_id == other_id or len(found) < 2 or found[run_id].workflow != found[other_id].workflow:
        raise Http404("There are no two such runs of one workflow, or you may not see both.")
    one, other = found[run_id], found[other_id]
    told, told_other = (trace(run, hide=partial(veils.hidden_from, request.user, run)) for run in (one, other))
    context = {
        "one": one,
        "other": other,
        "pair": pair(told, told_other),
        "drawings": _drawings((one, told), (other, told_other)),
        "complete": told.complete and told_other.complete,
    }
    return render(request, "runtime/run_pair.html", context)


_NONE: Mapping[str, str] = {
    "previous": "There is no earlier run of this workflow that you may see.",
    "same": f"None of the newest {LOOKED_THROUGH} runs of this workflow was given the same.",
    "": "Choose two runs.",
}


def _told_no(request: HttpRequest, run: Run | None, why: str) -> HttpResponse:
    messages.error(request, why)
    return redirect("run_detail", run.pk) if run else redirect("run_list")


def _seen(request: HttpRequest, ids: list[str]) -> dict[str, Run]:
    """Those of the runs that this person may see, by id."""
    found = visible_runs(request.user, tryouts=True).filter(pk__in=[each for each in ids if is_id(each)])
    return {run.pk: run for run in found.select_related("blueprint").defer("blueprint__document")}


def _second(request: HttpRequest, first: Run, wanted: str) -> Run | None:
    if wanted == "previous":
        return _others(request, first, before=first.pk).first()
    if wanted == "same":
        return _alike(first, _others(request, first))
    return _seen(request, [wanted]).get(wanted)


def _others(request: HttpRequest, first: Run, before: str = "") -> QuerySet[Run]:
    seen = seen_runs(request.user, before).runs.filter(workflow=first.workflow).exclude(pk=first.pk)
    return (seen.filter(pk__lt=before) if before else seen).order_by("-pk")


def _alike(first: Run, others: QuerySet[Run]) -> Run | None:
    """The newest of the other runs that was given the very same."""
    mine = Entry.objects.filter(run=first.pk, seq=1).annotate(size=Length("data")).first()
    if mine is None:
        return None
    ids = list(others.values_list("pk", flat=True)[:LOOKED_THROUGH])
    # What is equal is equally long: nothing else is read, however large the inputs are.
    rows = Entry.objects.filter(run__in=ids, seq=1).annotate(size=Length("data")).filter(size=_size(mine))
    given = mine.data.get("input")
    same = (row.run_id for row in rows.order_by("-run_id")[:MOST_ALIKE] if row.data.get("input") == given)
    found = next(same, None)
    return others.filter(pk=found).first() if found else None


def _size(row: Model) -> int:
    return int(getattr(row, "size", 0))


def _drawings(*sides: tuple[Run, Trace]) -> list[Shared]:
    """One drawing with both ways where both ran the same version, else one for each."""
    (one, told), (other, told_other) = sides
    if one.blueprint_id == other.blueprint_id:
        return [_shared(one, told, told_other)]
    return [_shared(one, told, None), _shared(other, None, told_other)]


def _shared(run: Run, told: Trace | None, told_other: Trace | None) -> Shared:
    whole = picture_of(run.blueprint_id)
    stood, stood_other = (standing(each.frames if each else ()) for each in (told, told_other))

    def by(in_one: bool, in_other: bool) -> str:
        return BOTH if in_one and in_other else ONE if in_one else OTHER if in_other else ""

    boxes = tuple((box, by(box.id in stood.steps, box.id in stood_other.steps)) for box in whole.boxes)
    ways = tuple((way, by(way.id in stood.ways, way.id in stood_other.ways)) for way in whole.ways)
    return Shared(run.version, whole, boxes, ways, whole.width > WIDEST_READABLE)
