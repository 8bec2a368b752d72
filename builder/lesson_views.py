"""The pages of lessons: what a case can teach, for whoever answers cases; what was proposed, for whoever draws.

Routed by `urls`; the inbox and the page of a run lead here by address, knowing nothing of what happens. The rules are
those of `lessons`.
"""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from builder import drafts
from builder.lessons import effects, makers, reading, store
from builder.lessons.terms import Sort, Unfit
from builder.models import Lesson, Workflow
from builder.workflow_pages import backtest_words as words
from builder.workflow_pages.found import found
from runtime.backtests import orders, results
from runtime.cases import inbox
from runtime.models import Escalation
from runtime.permissions import may
from runtime.refused import Refused
from runtime.views.access import needs
from runtime.views.cases import visible

MOST, MOST_DECIDED = 200, 50
ICONS = {"example": "quote", "row": "table", "rule": "shield-check", "sample": "flask-conical"}
SORTS = {"example": "example", "row": "row of a table", "rule": "rule for the data", "sample": "sample case"}
CASES = 200
_STATUS = {"forbidden": 403, "not_found": 404, "unfit": 422, "invalid": 422, "invalid_options": 422}


@require_http_methods(["GET", "HEAD", "POST"])
@needs("escalations:write")
def case_lessons(request: HttpRequest, case_id: str) -> HttpResponse:
    """What an answered case can teach, and what became of what was proposed. A POST proposes one of it.

    `part=card` gives the few words that the inbox shows beside the answer.
    """
    case = visible(request, case_id)
    workflow = Workflow.objects.filter(slug=case.workflow).first()
    if request.method == "POST":
        return _proposed(request, case, workflow)
    if request.GET.get("part") == "card":
        context = {"case": case, "lessons": [_row(each) for each in _of_case(case)]}
        return render(request, "builder/lessons/_card.html", context)
    return _teaching(request, case, workflow)


@require_safe
@needs("workflows:read")
def workflow_lessons(request: HttpRequest, slug: str) -> HttpResponse:
    """What was proposed for a workflow: what waits for a designer, then what was decided."""
    workflow = found(slug).workflow
    waiting = workflow.lessons.filter(state="open").order_by("-pk")[:MOST]
    over = workflow.lessons.exclude(state="open").order_by("-decided_at", "-pk")[:MOST_DECIDED]
    context = {
        "workflow": workflow,
        "open": [_row(each, workflow, effects.fit(each, workflow)) for each in waiting],
        "decided": [_row(each, workflow) for each in over],
    }
    return render(request, "builder/lessons/list.html", context)


@require_safe
@needs("workflows:read")
def workflow_lesson(request: HttpRequest, slug: str, lesson_id: str) -> HttpResponse:
    """One lesson: what it changes, what it does to past cases, and whether it is to be taught.

    `part=live` gives what changes while past cases are tried.
    """
    workflow = found(slug).workflow
    part = "#live" if request.GET.get("part") == "live" else ""
    lesson = _lesson(workflow, lesson_id)
    context = _told(request, workflow, lesson, whole=not part)
    return render(request, f"builder/lessons/lesson.html{part}", context)


@require_POST
@needs("workflows:write")
def workflow_lesson_effect(request: HttpRequest, slug: str, lesson_id: str) -> HttpResponse:
    """Try it on past cases."""
    workflow = found(slug).workflow
    lesson = _lesson(workflow, lesson_id)
    number = request.POST.get("cases", "")
    cases = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
    begun = effects.try_on(lesson, workflow, cases, request.user, timezone.now())
    return _after(request, workflow, lesson, begun)


@require_POST
@needs("workflows:write")
def workflow_lesson_decision(request: HttpRequest, slug: str, lesson_id: str) -> HttpResponse:
    """Accept it into the draft that was looked at, or decline it with a reason."""
    workflow = found(slug).workflow
    lesson, now = _lesson(workflow, lesson_id), timezone.now()
    if request.POST.get("decision") == "accept":
        unseen, etag = bool(request.POST.get("unseen")), request.POST.get("etag", "")
        done: object = store.accept(lesson.pk, etag, request.user, now, unseen=unseen)
        said = "The draft has it now. Nothing is published by that."
    else:
        done = store.decline(lesson.pk, request.POST.get("reason", ""), request.user, now)
        said = f"Declined. {lesson.proposed_by} is shown why."
    if not isinstance(done, Refused):
        messages.success(request, said)
    return _after(request, workflow, lesson, done)


def _proposed(request: HttpRequest, case: Escalation, workflow: Workflow | None) -> HttpResponse:
    now = timezone.now()
    facts = reading.facts_of(case, workflow, now)
    if isinstance(facts, Refused) or workflow is None:
        return _teaching(request, case, workflow)
    sort, key = request.POST.get("sort", ""), request.POST.get("key", "")
    done = store.propose(case, workflow, facts, sort, key, request.POST, request.user, now)
    if isinstance(done, Refused):
        return _teaching(request, case, workflow, done)
    if request.POST.get("onward") and may(request.user, "workflows:write"):
        effects.try_on(done.lesson, workflow, CASES, request.user, now)
        return redirect("workflow_lesson", workflow.slug, done.lesson.pk)
    said = "Proposed. A designer decides about it." if done.new else "Somebody had proposed the same: it is one lesson."
    messages.success(request, said)
    return redirect("case_lessons", case.pk)


def _teaching(
    request: HttpRequest, case: Escalation, workflow: Workflow | None, refused: Refused | None = None
) -> HttpResponse:
    facts = reading.facts_of(case, workflow, timezone.now())
    hindered = isinstance(facts, Refused)
    context = {
        "case": case,
        "answer": inbox.answer_of(case),
        "lessons": [_row(each, workflow) for each in _of_case(case)],
        "hindrance": facts if hindered else None,
        "offers": [] if isinstance(facts, Refused) else [_offer(each) for each in makers.offers(facts)],
        "refused": refused,
        "posted": request.POST if refused else {},
        "may_decide": may(request.user, "workflows:write"),
    }
    status = _STATUS.get(refused.code, 409) if refused else 409 if hindered and request.method == "POST" else 200
    return render(request, "builder/lessons/case.html", context, status=status)


def _offer(offer: Any) -> dict[str, Any]:
    return {"offer": offer, "icon": ICONS[offer.sort], "id": f"{offer.sort}-{offer.key}".replace(":", "-")}


def _of_case(case: Escalation) -> list[Lesson]:
    return list(Lesson.objects.filter(case=case).select_related("workflow").order_by("-pk")[:MOST_DECIDED])


def _row(lesson: Lesson, workflow: Workflow | None = None, made: object = None) -> dict[str, Any]:
    """A lesson as a list shows it; `stale` is why it cannot be taught (any more)."""
    sort = cast("Sort", lesson.sort)
    drawn = (workflow or lesson.workflow).draft
    return {
        "lesson": lesson,
        "sentence": makers.told(drawn, sort, lesson.change),
        "icon": ICONS[sort],
        "sort": SORTS[sort],
        "stale": made if isinstance(made, Unfit) else None,
    }


def _lesson(workflow: Workflow, lesson_id: str) -> Lesson:
    lesson = store.of_id(lesson_id, workflow)
    if lesson is None:
        raise Http404("There is no such lesson.")
    return lesson


def _told(
    request: HttpRequest, workflow: Workflow, lesson: Lesson, refused: Refused | None = None, *, whole: bool = True
) -> dict[str, Any]:
    tried = lesson.backtest
    figures = results.result_of(tried) if tried else None
    is_open = lesson.state == "open"
    made = effects.fit(lesson, workflow) if is_open else None
    return {
        "workflow": workflow,
        **_row(lesson, workflow),
        "prospect": effects.prospect(lesson, workflow) if whole and is_open else None,
        "unfit": made if isinstance(made, Unfit) else None,
        "etag": drafts.etag(workflow.draft_revision),
        "tried": words.row(tried) if tried else None,
        "under_way": tried is not None and tried.state in orders.OPEN,
        "figures": words.figures(figures) if figures else None,
        "outdated": tried is not None and lesson.tried_revision != workflow.draft_revision,
        "is_shown": effects.is_shown(lesson, workflow),
        "cases": CASES,
        "most": orders.MOST_CASES,
        "is_open": is_open,
        "may_decide": is_open and workflow.archived_at is None and may(request.user, "workflows:write"),
        "refused": refused,
        "reason": request.POST.get("reason", "") if refused else "",
    }


def _after(request: HttpRequest, workflow: Workflow, lesson: Lesson, done: object) -> HttpResponse:
    """The page of the lesson as it is now; with what stood in the way, where something did."""
    if not isinstance(done, Refused):
        return redirect("workflow_lesson", workflow.slug, lesson.pk)
    context = _told(request, found(workflow.slug).workflow, _lesson(workflow, lesson.pk), done)
    return render(request, "builder/lessons/lesson.html", context, status=_STATUS.get(done.code, 409))
