"""The inbox: the cases that wait, and beside them the one that is looked at, with everything needed to settle it.

Each case has an address of its own. htmx exchanges the pane alone, and is answered with nothing else; without scripts
the same links and forms load whole pages. What else is done with a case is in `case_deeds`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_safe

from runtime import veils
from runtime.cases import desk as desk_rules
from runtime.cases import escalations, inbox
from runtime.cases.desk import people_for
from runtime.cases.escalations import Voted
from runtime.cases.forecasts import forecasts
from runtime.cases.inbox import Wanted, wanted_of
from runtime.cases.whose import apart
from runtime.gates import incidents
from runtime.ids import is_id
from runtime.models import Escalation, Gate, GateIncident
from runtime.permissions import may, visible_escalations
from runtime.refused import Refused
from runtime.traces.reading import drawing, trace
from runtime.views import case_answers
from runtime.views.access import needs
from runtime.views.case_pauses import pauses
from runtime.views.case_shown import shown
from runtime.views.gate_pages import drawn

STATUSES = {"forbidden": 403, "invalid_edits": 422, "unknown_choice": 422, "comment_required": 422, "unchecked": 422}
DUES = (("day", "Due within a day"), ("week", "Due within a week"), ("none", "Never due"))
MOST_PEOPLE = 101
WITH_GATES = ("open", "incidents")
"""The views that gates which closed themselves are told in too."""
TITLES = {
    "open": "Open",
    "mine": "Mine",
    "unassigned": "Free",
    "overdue": "Due soon",
    "mentions": "Mentions me",
    "incidents": "Incidents",
    "snoozed": "Put aside",
}


@require_safe
@needs("escalations:read")
def case_list(request: HttpRequest) -> HttpResponse:
    """The open cases that this person may see: the oldest first, since somebody has waited longest, or the next due.

    With `part=views` only what stands at the top, whose numbers change while the list keeps still.
    """
    if request.GET.get("part") == "views":
        wanted = wanted_of(request.GET)
        numbers = {} if wanted.q else _numbers(request, wanted, _closed_gates(request, wanted))
        views = {"views": _views(wanted, numbers), "most": inbox.MOST_COUNTED, "wanted": wanted}
        return render(request, "runtime/desk.html#views", views)
    return desk(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("escalations:read")
def case_detail(request: HttpRequest, case_id: str) -> HttpResponse:
    """One case: why it stopped, what counts, and the answers; a POST settles it and goes to the next."""
    case = visible(request, case_id)
    if request.method != "POST":
        return desk(request, case)
    answer = case_answers.answer_of(case, request.POST)
    ahead = forecasts(case).get(answer.choice)
    outcome = case_answers.unchecked(case, answer, request.POST, ahead) or escalations.resolve(
        case.pk, request.user, answer, timezone.now(), settings.INTERLOCK["UNDO_S"]
    )
    if isinstance(outcome, Refused):
        case.refresh_from_db()
        return desk(request, case, outcome)
    return redirect(onward(request, case, voted=isinstance(outcome, Voted)))


@require_safe
@needs("escalations:read")
def case_rest(request: HttpRequest, case_id: str) -> HttpResponse:
    """Everything else that is known of a case's run: what came in, and what each step gave."""
    case = visible(request, case_id)
    if not may(request.user, "runs:read", case.run):
        raise Http404("There is no such run, or you may not see it.")
    told = trace(case.run, hide=lambda: veils.hidden_from(request.user, case.run))
    steps = [step for step in told.steps if step.status == "finished"]
    return render(request, "runtime/case_rest.html", {"case": case, "input": told.input, "steps": steps})


def visible(request: HttpRequest, case_id: str) -> Escalation:
    """The case, where this person may see it."""
    found = visible_escalations(request.user).select_related("run__blueprint", "assignee")
    found = found.defer("run__blueprint__document")
    case = found.filter(pk=case_id).first() if is_id(case_id) else None
    if case is None:
        raise Http404("There is no such case, or you may not see it.")
    return case


def desk(
    request: HttpRequest,
    case: Escalation | None,
    refused: Refused | None = None,
    before: Mapping[str, Any] | None = None,
    remark: tuple[str, str] = ("", ""),
) -> HttpResponse:
    """The inbox with this case; for htmx the pane alone. `before` is an answer that was taken back just now, `remark`
    what was written and not kept, with the names in it that are nobody's.
    """
    wanted, now = wanted_of(request.GET), timezone.now()
    if case and request.method == "GET" and request.GET.get("part") == "card":
        # Asked for by the page itself when a colleague did something; what is to be said to this person is left alone.
        return render(
            request, "runtime/_case.html", {"wanted": wanted, "case": case, **_pane(request, case, None, None)}
        )
    answered = _answered(request)
    context: dict[str, Any] = {"wanted": wanted, "now": now, "case": case, "answered": answered}
    context["may_teach"] = answered is not None and may(request.user, "escalations:write", answered["case"])
    context |= _pane(request, case, refused, before) if case else {"fresh": request.GET.get("answered")}
    partly = request.headers.get("HX-Request") == "true"
    # What is to be said stands above a whole page, and within a pane that comes alone.
    context |= {"pane_alone": True} if partly else _list(request, wanted, case)
    context |= {"remark": remark[0], "nobody": remark[1]}
    status = STATUSES.get(refused.code, 409) if refused else 422 if remark[1] else 200
    template = "runtime/desk.html#pane" if partly else "runtime/desk.html"
    answer = render(request, template, context, status=status)
    patch_vary_headers(answer, ["HX-Request"])
    return answer


def onward(request: HttpRequest, case: Escalation, *, voted: bool = False) -> str:
    """Where one goes after a case: to the next of the same view, with a word on what was just done."""
    wanted = wanted_of(request.GET)
    following = inbox.next_of(request.user, wanted, timezone.now(), case.pk)
    path = reverse("case_detail", args=[following]) if following else reverse("case_list")
    said = f"answered={case.pk}" + ("&voted=1" if voted else "")
    return f"{path}?{wanted.query}&{said}" if wanted.query else f"{path}?{said}"


def _list(request: HttpRequest, wanted: Wanted, case: Escalation | None) -> dict[str, Any]:
    now = timezone.now()
    page = inbox.listed(request.user, wanted, now, request.GET.get("after", ""))
    gates = _closed_gates(request, wanted)
    numbers = {} if wanted.q else _numbers(request, wanted, gates)
    # Of a search only the page is known: to count what each view has of it would be to search through all of them.
    if wanted.q and not page.more and not request.GET.get("after"):
        numbers = {wanted.view: len(page.cases)}
    several = _several(request)
    people, me = desk_rules.takers(request.user, MOST_PEOPLE), request.user.get_username()
    return {
        "cases": page.cases,
        "more": page.more,
        "partly": page.partly,
        "window": inbox.WINDOW,
        "views": _views(wanted, numbers),
        "dues": DUES,
        "colleagues": [each.name for each in people],
        "may_write": may(request.user, "escalations:write"),
        "several": several,
        "several_until": min((until for _, until in several), default=None),
        "chosen": request.GET.get("chosen", "").split("."),
        "takers": [each for each in people if each.name != me],
        "most": inbox.MOST_COUNTED,
        "queues": inbox.queues_of(request.user),
        "workflows": inbox.workflows(request.user),
        "saved": inbox.saved(request.user),
        "closed_gates": drawn.closed(gates) if wanted.view in WITH_GATES else [],
        "may_gates": may(request.user, "gates:write"),
        "filtered": bool(wanted.query),
        "open_id": case.pk if case else "",
        "row_query": f"?{wanted.query}" if wanted.query else "",
    }


def _views(wanted: Wanted, numbers: Mapping[str, int]) -> list[tuple[str, str, int | None, str]]:
    return [(name, TITLES[name], numbers.get(name), replace(wanted, view=name).query) for name in inbox.VIEWS]


def _numbers(request: HttpRequest, wanted: Wanted, gates: list[GateIncident]) -> dict[str, int]:
    """How many each view has: gates that closed themselves are among the incidents, and no cases."""
    counted = inbox.counts(request.user, wanted, timezone.now())
    return {**counted, "incidents": counted["incidents"] + len(gates)}


def _closed_gates(request: HttpRequest, wanted: Wanted) -> list[GateIncident]:
    """Those of the workflow; a gate is in no queue, nobody's, never due, and found by no words."""
    narrowed = wanted.queue or wanted.due or wanted.assignee or wanted.q
    return [] if narrowed else incidents.open_to(request.user, wanted.workflow)


def _several(request: HttpRequest) -> list[tuple[str, Any]]:
    """The cases that this person answered together a moment ago, and until when each may be taken back."""
    ids = [each for each in request.GET.get("several", "").split(".")[: desk_rules.MOST_AT_ONCE] if is_id(each)]
    mine = visible_escalations(request.user).filter(
        pk__in=ids, resolved_by=request.user.get_username(), goes_on_at__gt=timezone.now()
    )
    return list(mine.values_list("pk", "goes_on_at")) if ids else []


def _pane(
    request: HttpRequest, case: Escalation, refused: Refused | None, before: Mapping[str, Any] | None
) -> dict[str, Any]:
    now = timezone.now()
    held = bool(case.claimed_until and case.claimed_until > now)
    mine = case.assignee_id == request.user.pk
    # Whoever sees a case belongs to its queue (`visible`), and sees the run of it.
    may_write = may(request.user, "escalations:write")
    may_read_run = may(request.user, "runs:read")
    is_open = case.state == "open"
    ahead = forecasts(case) if is_open else {}
    return {
        "refused": refused,
        "general": case_answers.general(refused),
        "fields": case_answers.fields(case, request.POST, refused, before) if is_open else [],
        "unfit": case_answers.unfit(case) if is_open and case.kind == "review" else [],
        "comment": request.POST.get("comment", "") if refused else (before or {}).get("comment", ""),
        "as_it_is": case_answers.was_left(case, before, ahead) if before else bool(request.POST.get("as_it_is")),
        "before": before,
        "choices": _choices(case, ahead, before) if is_open else [],
        "reasons": _reasons(case),
        "shown": shown(case, may_read_run),
        "behind": _behind(case, request.user.get_username()),
        "asker": drawing(case.run.blueprint_id).sign(case.node).name,
        "alike": inbox.alike(case, request.user),
        "history": inbox.history(case),
        "people": _people(request, case) if may_write and is_open else [],
        "pauses": pauses(case, now),
        "answer": inbox.answer_of(case),
        "may_write": may_write,
        "may_read_run": may_read_run,
        "held_by_me": held and mine,
        "held_by_another": held and not mine and case.assignee is not None,
        "meant_for": case.assignee if case.assignee and not case.claimed_until else None,
        "snoozed": bool(case.snoozed_until and case.snoozed_until > now),
        "overdue": bool(case.due_at and case.due_at < now),
        "votes": escalations.counted(case) if case.reviewers > 1 else [],
        "voted": case.reviewers > 1 and case.votes.filter(by=request.user.get_username()).exists(),
        "undoable": bool(case.goes_on_at and case.goes_on_at > now and case.resolved_by == request.user.get_username()),
    }


def _people(request: HttpRequest, case: Escalation) -> list[str]:
    others = people_for(case).exclude(pk=request.user.pk)
    return list(others.values_list("username", flat=True)[:100])


def _reasons(case: Escalation) -> list[dict[str, Any]]:
    """Why it stopped; what was proposed by the name of its button, where it is one."""
    labels = {choice["name"]: choice.get("label") for choice in case.asked.get("choices") or ()}
    return [
        {**each, "leans_to": labels.get(each.get("proposed")) or each.get("proposed", "")}
        for each in case.reasons
        if isinstance(each, dict)
    ]


def _behind(case: Escalation, me: str) -> dict[str, Any] | None:
    """What the machine had said, once it may be told, with its choices by the names of their buttons."""
    bare = veils.laid_bare(case, me)
    if bare is None:
        return None
    labels = {choice["name"]: choice.get("label") for choice in case.asked.get("choices") or ()}
    said = (case.resolution or {}).get("choice")
    names = [each["node"] for each in bare["gates"]]
    current = Gate.objects.filter(workflow=case.workflow, node__in=names, current=True)
    states = dict(current.values_list("node", "state"))
    gates = [
        {
            **each,
            "state": states.get(each["node"], "probation"),
            "said": labels.get(each["choice"]) or each["choice"] or "",
            "agrees": each["choice"] == said,
        }
        for each in bare["gates"]
    ]
    told = {**bare["show"], **bare["editable"]}
    details = [detail for each in bare["reasons"] for detail in each.get("details") or ()]
    return {"gates": gates, "question": bare["question"], "told": apart(case, told), "details": details}


def _choices(case: Escalation, ahead: Any, before: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    proposed = {str(reason.get("proposed")) for reason in case.reasons if reason.get("proposed")}
    listed = [{"name": "answered", "label": "Send these details", "main": True}] if case.asked.get("form") else []
    taken_back = (before or {}).get("choice")
    return [
        {
            **choice,
            "ahead": ahead.get(choice["name"]),
            "proposed": choice["name"] in proposed,
            "taken_back": choice["name"] == taken_back,
            "key": number,
        }
        for number, choice in enumerate(listed or case.asked.get("choices") or (), 1)
    ]


def _answered(request: HttpRequest) -> dict[str, Any] | None:
    """What this person did a moment ago, as long as it can be taken back or said."""
    case_id = request.GET.get("answered", "")
    case = visible_escalations(request.user).filter(pk=case_id).first() if is_id(case_id) else None
    if case is None:
        return None
    me, now = request.user.get_username(), timezone.now()
    voted = case.state == "open" and case.votes.filter(by=me).exists()
    if not voted and not (case.state == "resolved" and me in case.resolved_by.split(", ")):
        return None
    undoable = voted or bool(case.goes_on_at and case.goes_on_at > now)
    answer, behind = inbox.answer_of(case), _behind(case, me)
    return {"case": case, "voted": voted, "undoable": undoable, "answer": answer, "behind": behind}
