"""The page on which a person changes what a gate promises: first the numbers, then what follows from them in words.

Routed by `builder.urls`. Nothing is changed before the consequences were shown and confirmed; the rules are in
`builder.gate_terms`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from builder import gate_terms as terms
from builder.gate_terms import Change, Standing, Terms
from builder.models import Workflow
from builder.publishing import NotPublishable, Published
from builder.workflow_pages.found import found
from runtime.core.confidence import unit
from runtime.gates.terms import LEAST_AUDIT
from runtime.models import Gate
from runtime.views.access import needs
from runtime.views.gate_pages.words import percent

MAX_NOTE = 500
_NAMES = {
    "max_error": "of its own decisions may be wrong",
    "confidence": "sure",
    "audit": "of them are checked by people",
}


@require_http_methods(["GET", "POST"])
@needs("gates:write")
def gate_terms(request: HttpRequest, slug: str, node: str) -> HttpResponse:
    """Show the terms of a gate, then what a change means, then do it."""
    workflow = found(slug).workflow
    known = terms.standing(workflow, node)
    if known is None:
        raise Http404("The newest version has no such gate.")
    if request.method != "POST":
        return _page(request, workflow, node, known)
    after = _given(request.POST)
    if isinstance(after, str):
        return _page(request, workflow, node, known, after)
    note = request.POST.get("note", "").strip()[:MAX_NOTE]
    seen, differs = _seen(request.POST) or known.terms, terms.changes(known.terms, after)
    if not differs or not request.POST.get("confirmed"):
        problem = "" if differs else "This is what it promises already."
        return _page(request, workflow, node, known, problem, after, note)
    done = terms.change(workflow, node, seen, after, _said(differs), note, request.user, timezone.now())
    if not isinstance(done, Published):
        told = done.problems[0].message if isinstance(done, NotPublishable) else done.detail
        return _page(request, workflow, node, known, f"{told} Nothing was changed.", after, note, asks=False)
    messages.success(request, f"Published as version {done.number}: {_said(differs)}.")
    return _back(slug, node)


def _back(slug: str, node: str) -> HttpResponse:
    gate = Gate.objects.filter(workflow=slug, node=node).order_by("-epoch").first()
    return redirect("gate_page", gate.pk) if gate else redirect("workflow_gates", slug)


def _page(
    request: HttpRequest,
    workflow: Workflow,
    node: str,
    known: Standing,
    problem: str = "",
    after: Terms | None = None,
    note: str = "",
    *,
    asks: bool = True,
) -> HttpResponse:
    """The form; with terms that differ, what follows from them and the question whether that is meant."""
    differs = terms.changes(known.terms, after) if after and asks and not problem else ()
    shown = after or known.terms
    fields = {name: f"{100 * getattr(shown, name):.6g}" for name in _NAMES}
    context = {
        "workflow": workflow,
        "node": node,
        "known": known,
        "given": {**fields, **({} if after else _typed(request))},
        "seen": {name: repr(getattr(known.terms, name)) for name in _NAMES},
        "note": note,
        "problem": problem,
        "changes": [(change, _words(change)) for change in differs],
        "follows": _follows(differs),
        "loosens": any(change.looser for change in differs),
        "longest": MAX_NOTE,
    }
    return render(request, "builder/workflow/gate_terms.html", context, status=422 if problem else 200)


def _typed(request: HttpRequest) -> dict[str, str]:
    """What somebody has typed, where it could not be read."""
    return {name: request.POST[name][:20] for name in _NAMES if name in request.POST}


def _given(post: Mapping[str, str]) -> Terms | str:
    """The terms of the form, whose numbers are per cent; or what is wrong with them, in words."""
    error, sure, checked = (_share(post.get(name, "")) for name in _NAMES)
    if error is None or not 0.0 < error <= 0.5:
        return "The share that may be wrong lies above 0 % and is 50 % at most."
    if sure is None or not 0.5 <= sure <= 0.9999:
        return "How sure the proof has to be lies between 50 % and 99.99 %."
    if checked is None or not LEAST_AUDIT <= checked <= 1.0:
        return f"People check at least {percent(LEAST_AUDIT)}: without any check nobody would notice what goes wrong."
    return Terms(error, sure, checked)


def _share(text: str) -> float | None:
    try:
        number = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return unit(round(number / 100.0, 8))


def _seen(post: Mapping[str, str]) -> Terms | None:
    try:
        return Terms(*(float(post[f"seen_{name}"]) for name in _NAMES))
    except (KeyError, ValueError):
        return None


def _words(change: Change) -> str:
    return f"{percent(change.now)} {_NAMES[change.name]}, instead of {percent(change.was)}"


def _said(differs: tuple[Change, ...]) -> str:
    return "; ".join(map(_words, differs))


def _follows(differs: tuple[Change, ...]) -> list[str]:
    """What a change brings about, a sentence each."""
    names = {change.name for change in differs}
    found: list[Any] = []
    if names & {"max_error", "confidence"}:
        found.append("The gate starts a new epoch on probation: every case goes to a person until it has proven this.")
    elif names:
        found.append("The gate stays as far as it is; what it has proven goes on to count.")
    return [*found, "Cases that are under way end as they began. The change is published as a new version."]
