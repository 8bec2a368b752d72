"""The pages of tables: files taken in, their columns given to fields, and how their rows go.

Routed by `urls`. The rules are in `runtime.triggers.tables`; `table_rows` shows rows and writes them as a file.
"""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from runtime import runs
from runtime.fields import fields_of
from runtime.models import Batch
from runtime.refused import Refused
from runtime.triggers import cells, tables
from runtime.triggers.csv_reading import ENCODINGS, MAX_BYTES, MAX_ROWS, SEPARATORS
from runtime.views.access import needs
from runtime.views.settings.telling import told
from runtime.views.triggers import table_rows
from runtime.views.triggers.shown import Place, place_of

MOST = 50
_PLACE = re.compile(r"[0-9]{1,4}")
DEEDS = {
    "pause": "Paused. What was started goes on; no further row is started.",
    "resume": "It goes on.",
    "cancel": "Cancelled. What was started goes on; no further row is started.",
    "retry": "The failed rows are tried again.",
}


@require_http_methods(["GET", "HEAD", "POST"])
@needs("runs:write")
def listed(request: HttpRequest, slug: str) -> HttpResponse:
    """The files of a workflow; a POST takes one in."""
    here = place_of(request, slug)
    if request.method != "POST":
        return _list(request, here)
    file = request.FILES.get("file")
    if file is None or not file.size:
        return _list(request, here, "Choose a file first.")
    if file.size > MAX_BYTES:
        return _list(request, here, f"The file is larger than {MAX_BYTES // 1024 // 1024} MB. Split it into several.")
    done = tables.upload(slug, str(file.name or ""), file.read(), request.user, timezone.now())
    if isinstance(done, Refused):
        return _list(request, here, done.detail)
    return redirect("trigger_table", slug, done.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("runs:write")
def one(request: HttpRequest, slug: str, batch_id: str) -> HttpResponse:
    """A file: its columns while it is new (a POST keeps them, and starts it), then how its rows go."""
    here, batch = place_of(request, slug), row_of(slug, batch_id)
    if batch.state != "draft":
        if request.method == "POST":
            messages.error(request, "This file has been started already.")
            return redirect("trigger_table", slug, batch.pk)
        return table_rows.page(request, here, batch)
    sealed = runs.sealed_for(slug, batch.version)
    if isinstance(sealed, Refused):
        messages.error(request, sealed.detail)
        return redirect("trigger_tables", slug)
    if request.method != "POST":
        return _columns(request, here, batch)
    chosen = tables.choose(batch, _chosen(request, tables.schema_of(sealed)), request.user)
    if isinstance(chosen, Refused):
        return _columns(request, here, batch, chosen)
    if request.POST.get("deed") != "start":
        return redirect("trigger_table", slug, batch.pk)
    started = tables.start(chosen, request.user, timezone.now())
    if isinstance(started, Refused):
        return _columns(request, here, chosen, started)
    return redirect("trigger_table", slug, batch.pk)


@require_POST
@needs("runs:write")
def deed(request: HttpRequest, slug: str, batch_id: str) -> HttpResponse:
    """Pause, resume or cancel it, or try its failed rows again."""
    batch = row_of(slug, batch_id)
    wanted: Any = request.POST.get("deed", "")
    if wanted not in DEEDS:
        messages.error(request, "Choose what is to be done.")
    else:
        told(request, tables.change(batch, wanted, request.user, timezone.now()), DEEDS[wanted])
    return redirect("trigger_table", slug, batch.pk)


@require_safe
@needs("runs:write")
def live(request: HttpRequest, slug: str, batch_id: str) -> HttpResponse:
    """What changes on the page of a file that is under way."""
    return table_rows.page(request, place_of(request, slug), row_of(slug, batch_id), whole=False)


@require_safe
@needs("runs:write")
async def as_csv(_request: HttpRequest, slug: str, batch_id: str) -> HttpResponseBase:
    """The rows with what became of them, as a file."""
    batch = await Batch.objects.defer("file").filter(pk=batch_id, workflow=slug).afirst()
    if batch is None:
        raise Http404("There is no such file.")
    return table_rows.as_csv(batch)


def row_of(slug: str, batch_id: str) -> Batch:
    """The file of an address. Raises Http404."""
    found = Batch.objects.filter(pk=batch_id, workflow=slug).first()
    if found is None:
        raise Http404("There is no such file.")
    return found


def _list(request: HttpRequest, here: Place, error: str = "") -> HttpResponse:
    found = Batch.objects.filter(workflow=here.slug).defer("file", "header").order_by("-pk")[:MOST]
    context = {
        "here": here,
        "rows": found,
        "error": error,
        "most_rows": f"{MAX_ROWS:,}",
        "most_mb": MAX_BYTES // 1024 // 1024,
    }
    return render(request, "runtime/triggers/tables.html", context, status=422 if error else 200)


def _columns(request: HttpRequest, here: Place, batch: Batch, refused: Refused | None = None) -> HttpResponse:
    sealed = runs.sealed_for(batch.workflow, batch.version)
    if isinstance(sealed, Refused):
        raise Http404(sealed.detail)
    errors = {error.path.lstrip("/"): error.message for error in refused.errors} if refused else {}
    names = [(str(place), title or f"Column {place + 1}") for place, title in enumerate(batch.header)]
    taken = {place: name for name, place in batch.columns.items()}
    fields = fields_of(tables.schema_of(sealed))
    titles = {field.name: field.title for field in fields}
    shown = tables.previewed(batch, sealed)
    context = {
        "here": here,
        "batch": batch,
        "refused": refused,
        "fields": [(each, str(batch.columns.get(each.name, "")), errors.get(each.name, "")) for each in fields],
        "names": names,
        "heads": [(title, titles.get(taken.get(int(place), ""), "")) for place, title in names],
        "preview": [
            (each, [(cell, each.flaws.get(place, "")) for place, cell in enumerate(_padded(each, batch))])
            for each in shown.rows
        ],
        "shown": shown,
        "refused_rows": [(each.row.number, _whys(each, dict(names))) for each in shown.refused],
        "starting": batch.total - shown.refused_in_all,
        "looked_at_all": shown.looked >= batch.total,
        "encoding": ENCODINGS[batch.options["encoding"]],
        "western": batch.options["encoding"] != "utf-8",
        "separator": SEPARATORS[batch.options["separator"]],
        "decimals": cells.DECIMALS.items(),
        "dates": cells.DATES.items(),
    }
    return render(request, "runtime/triggers/columns.html", context, status=422 if refused else 200)


def _whys(refused: tables.Previewed, names: dict[str, str]) -> list[tuple[str, str]]:
    """Column and sentence of everything for which a row is refused; the column is empty where it is the whole row."""
    return [
        *((names[str(place)], said) for place, said in refused.flaws.items()),
        *(("", said) for said in refused.others),
    ]


def _padded(shown: tables.Previewed, batch: Batch) -> list[str]:
    """The cells of a row, as many as there are columns."""
    width = len(batch.header)
    return [*shown.row.cells[:width], *[""] * (width - len(shown.row.cells))]


def _chosen(request: HttpRequest, schema: dict[str, Any]) -> dict[str, Any]:
    places = {field.name: request.POST.get(f"column-{field.name}", "") for field in fields_of(schema)}
    return {
        "columns": {name: int(place) for name, place in places.items() if _PLACE.fullmatch(place)},
        "decimal": request.POST.get("decimal", ""),
        "dates": request.POST.get("dates", ""),
    }
