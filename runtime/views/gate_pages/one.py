"""The page of one gate: what it promises, how far it is trusted, its curves, its history, and what people may do to it.

Routed by `urls`. The curves come from the gate's profile; what is done is the business of `gates.hands`. Terms are
changed in the drawing, by `builder.workflow_pages.gate_terms`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST, require_safe

from runtime import audit
from runtime.gates import changes, hands, reports
from runtime.models import AuditEntry, Gate, GateProfile
from runtime.permissions import permissions_of
from runtime.refused import Refused
from runtime.views.access import needs
from runtime.views.gate_pages import charts, drawn, lists, mistakes, words
from runtime.views.gate_pages.drawn import Workflow
from runtime.views.gate_pages.rows import gate_of

MOST_EPOCHS, MOST_LOGGED = 20, 50


@require_safe
@needs("gates:read")
def gate_page(request: HttpRequest, gate_id: int) -> HttpResponse:
    """One epoch of a gate."""
    gate = gate_of(gate_id)
    workflow = drawn.newest(gate.workflow).get(gate.workflow) or Workflow(gate.workflow, gate.workflow)
    held = permissions_of(request.user)
    profile: GateProfile | None = getattr(gate, "profile", None)
    data: Mapping[str, Any] = profile.data if profile else {}
    counts = lists.counts_of([gate])[gate.pk]
    context = {
        "gate": gate,
        "workflow": workflow,
        "title": workflow.title(gate.node),
        "in_drawing": gate.node in workflow.gates,
        "over": None if gate.current else _in_force(gate, workflow),
        "why_closed": _why_closed(gate) if gate.state == "broken" else "",
        "past": _is_past(gate),
        "says": words.state(lists.facts(gate), data.get("progress")),
        "promise": words.promise(gate.max_error, gate.confidence),
        "audit": words.percent(_audit_of(gate, data)),
        "alone": lists.alone(counts),
        "counts": counts,
        "profile": profile,
        "flaw": data.get("flaw", ""),
        "distrusted": data.get("distrusted", 0),
        **_drawings(gate, data),
        "people": words.people(data.get("people")),
        "began": words.began(_why(gate)),
        "epochs": [_epoch(each) for each in _epochs(gate)],
        "changes": _changes(data),
        "log": _log(gate),
        "period": _period(request, gate),
        "may_close": gate.current and gate.state != "broken" and "gates:write" in held,
        "may_start": gate.current and {"gates:write", "workflows:write"} <= held,
        "may_change": gate.current and gate.node in workflow.gates and {"gates:write", "workflows:write"} <= held,
        "longest": hands.LONGEST_REASON,
    }
    return render(request, "runtime/gates/one.html", context)


@require_POST
@needs("gates:write")
def gate_close(request: HttpRequest, gate_id: int) -> HttpResponse:
    """From now on every case goes to a person."""
    reason = request.POST.get("reason", "")
    done = hands.close(gate_id, request.user, reason, timezone.now(), _revision(request))
    return _ended(request, gate_id, done, "The gate is closed: every case goes to a person.")


@require_POST
@needs("gates:write")
def gate_anew(request: HttpRequest, gate_id: int) -> HttpResponse:
    """A new epoch, on probation."""
    done = hands.start_anew(gate_id, request.user, timezone.now(), _revision(request))
    return _ended(request, gate_id, done, "The gate starts anew, on probation: every case goes to a person.")


def _ended(request: HttpRequest, gate_id: int, done: Gate | Refused, words_: str) -> HttpResponse:
    if isinstance(done, Refused):
        if done.code == "not_found":
            raise Http404(done.detail)
        messages.error(request, f"{done.detail} Nothing was changed.")
        return redirect("gate_page", gate_id)
    messages.success(request, words_)
    return redirect("gate_page", done.pk)


def _revision(request: HttpRequest) -> int | None:
    """The gate as the person looked at it."""
    given = request.POST.get("revision", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None


def _audit_of(gate: Gate, data: Mapping[str, Any]) -> float:
    """The share of checks that was in force last: it may change within an epoch."""
    rates = data.get("rates") or [[gate.audit, ""]]
    return float(rates[-1][0])


def _drawings(gate: Gate, data: Mapping[str, Any]) -> dict[str, Any]:
    audits, volume, points = data.get("audits", []), data.get("volume", []), data.get("points", [])
    level = data.get("alarm", {"level": 0.0, "at": 1.0})
    history = (
        charts.errors(audits, gate.max_error),
        charts.alarm(audits, level["level"], level["at"]),
        charts.volume(volume),
        charts.scores(volume),
    )
    return {
        "reliability": charts.reliability(data.get("bins", [])),
        "coverage": charts.coverage(points, gate.max_error, gate.cutoff if gate.current else None),
        "what_if": _what_if(gate, points, _last_cutoff(gate, data)),
        "history": [chart for chart in history if chart],
        "planned": data.get("planned", False),
    }


def _last_cutoff(gate: Gate, data: Mapping[str, Any]) -> float | None:
    """From where on the gate decides, or did last."""
    earlier = data.get("cutoffs") or [[None, ""]]
    return gate.cutoff if gate.cutoff is not None else earlier[-1][0]


def _is_past(gate: Gate) -> bool:
    """Whether this epoch will never decide anything again, as far as is known now."""
    return gate.state == "broken" or not gate.current


def _in_force(gate: Gate, workflow: Workflow) -> dict[str, Any]:
    """What came after an epoch that is over: the one in force, or that none has begun."""
    found = Gate.objects.filter(workflow=gate.workflow, node=gate.node, current=True).only("pk", "epoch").first()
    drawn_now = workflow.gates.get(gate.node)
    return {"by": found, "awaited": drawn_now is not None and drawn_now.promised and not workflow.archived}


def _why_closed(gate: Gate) -> str:
    found = mistakes.of(gate)
    most = [(each.machine, each.person, each.times) for each in found.most]
    return words.why_closed(found.checked, found.wrong, found.reported, most)


def _what_if(gate: Gate, points: list[Mapping[str, Any]], cutoff: float | None) -> dict[str, Any] | None:
    """The steps of the slider, the lowest cut-off first; it begins where the gate stands, or stood, or could."""
    known = [each for each in points if each["cases"]]
    if len(known) < 2:
        return None
    best = min(range(len(known)), key=lambda at: float(known[at]["at_most"]))
    fitting = [at for at, each in enumerate(known) if each["at_most"] <= gate.max_error]
    reached = [at for at, each in enumerate(known) if cutoff is not None and each["cutoff"] >= cutoff]
    start = (reached or fitting or [best])[0]
    where, past = charts.places(known, gate.max_error), _is_past(gate)
    steps = [
        {"says": words.what_if(each, past=past), "x": x, "y": y, "score": f"{each['cutoff']:.3f}"}
        for each, (x, y) in zip(known, where, strict=True)
    ]
    note = words.evidence_of_old(closed=gate.state == "broken") if past else ""
    return {"steps": json.dumps(steps), "last": len(steps) - 1, "start": start, "note": note, **steps[start]}


def _epochs(gate: Gate) -> list[Gate]:
    rows = Gate.objects.filter(workflow=gate.workflow, node=gate.node).order_by("-epoch")
    return list(rows.defer("standing", "basis", "scoring")[:MOST_EPOCHS])


def _why(gate: Gate) -> tuple[str, ...]:
    """What is different from the epoch before this one."""
    earlier = Gate.objects.filter(workflow=gate.workflow, node=gate.node, epoch__lt=gate.epoch).order_by("-epoch")
    before: Any = earlier.values_list("basis", flat=True).first() if gate.epoch > 1 else None
    after: Any = gate.basis
    return changes.why(before, after) if before else ()


def _epoch(gate: Gate) -> dict[str, Any]:
    return {"gate": gate, "promise": words.promise(gate.max_error, gate.confidence)}


def _changes(data: Mapping[str, Any]) -> list[tuple[datetime, str]]:
    """Since when which cut-off and which share of checks were in force, the newest first."""
    cutoffs = [(datetime.fromisoformat(at), f"decides from {value:.2f} on") for value, at in data.get("cutoffs", [])]
    rates = [
        (datetime.fromisoformat(at), f"people check {words.percent(value)} of its own decisions")
        for value, at in data.get("rates", [])
    ]
    return sorted((*cutoffs, *rates), reverse=True)


def _log(gate: Gate) -> list[dict[str, Any]]:
    entries = list(audit.of(audit.gate(gate.workflow, gate.node)).order_by("-at", "-pk")[:MOST_LOGGED])
    return [
        {"at": each.at, "says": f"{words.log(each.action, each.actor, each.data)} {_since(gate, each)}".strip()}
        for each in entries
    ]


def _since(gate: Gate, entry: AuditEntry) -> str:
    """What has become of the cut-off that an entry of the log names."""
    its = entry.action == "gate.proven" and entry.data.get("epoch") == gate.epoch
    return words.lowered(entry.data.get("cutoff"), gate.cutoff) if its else ""


def _period(request: HttpRequest, gate: Gate) -> dict[str, Any]:
    """The report on the days that were asked for, both included."""
    given = {name: request.GET.get(name, "").strip() for name in ("since", "until")}
    if not any(given.values()):
        return {**given, "says": "", "problem": ""}
    days = [datetime.combine(day, time(), UTC) for day in map(_date, given.values()) if day]
    if len(days) < 2 or days[0] > days[1]:
        return {**given, "says": "", "problem": "Give two days, the first one first."}
    since, until = days
    found = reports.looked_back(gate.workflow, gate.node, since, until + timedelta(days=1), gate.confidence)
    return {**given, "says": words.looked_back(found, words.day(since), words.day(until)), "problem": ""}


def _date(text: str) -> date | None:
    """A day that can be asked for; None for anything else."""
    try:
        found = parse_date(text)
    except ValueError:
        return None
    return found if found and date(1970, 1, 1) <= found < date(9999, 1, 1) else None
