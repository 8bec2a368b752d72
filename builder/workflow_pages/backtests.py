"""The backtests of a workflow: started here, watched while they go, and read with the cases behind each figure.

Routed by `builder.urls`. What a backtest is and finds is the business of `runtime.backtests`; the words for its
estimates stand in `backtest_words`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, time
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST, require_safe

from builder import backtests
from builder.publishing import NotPublishable
from builder.workflow_pages import backtest_words as words
from builder.workflow_pages.found import found
from runtime.backtests import orders, results
from runtime.backtests.verdicts import RANKED
from runtime.models import Backtest, BacktestCase, Run
from runtime.permissions import Person, may, visible_runs
from runtime.refused import Refused
from runtime.views.access import needs
from runtime.views.csv_files import csv_file, csv_lines

MOST = 50
CHUNK = 500
COLUMNS = ("case", "run", "before", "after", "what it says", "people asked before", "people asked after", "why")


@require_safe
@needs("workflows:read")
def workflow_backtests(request: HttpRequest, slug: str) -> HttpResponse:
    """All backtests of a workflow, newest first, and the form that starts one; `run` picks a case for it by hand."""
    return _list(request, slug)


@require_POST
@needs("workflows:write")
def workflow_backtest_start(request: HttpRequest, slug: str) -> HttpResponse:
    """Start one, and show how it goes."""
    asked = _options(request)
    if isinstance(asked, str):
        return _list(request, slug, asked)
    options, version = asked
    made = backtests.start(found(slug).workflow, options, request.user, timezone.now(), version)
    if isinstance(made, NotPublishable):
        first = made.problems[0].message
        return _list(request, slug, f"The draft cannot run as it is: {first} The drawing shows all of its problems.")
    if isinstance(made, Refused):
        return _list(request, slug, made.detail)
    return redirect("workflow_backtest", slug, made.pk)


@require_safe
@needs("workflows:read")
def workflow_backtest(request: HttpRequest, slug: str, backtest_id: str) -> HttpResponse:
    """One backtest: how far it is, what it has found, and its cases. `part=live` gives what changes meanwhile."""
    one = _visible(request, slug, backtest_id)
    part = "#live" if request.GET.get("part") == "live" else ""
    return render(request, f"builder/workflow/backtest.html{part}", _told(request, slug, one))


@require_POST
@needs("workflows:write")
def workflow_backtest_cancel(request: HttpRequest, slug: str, backtest_id: str) -> HttpResponse:
    """End one that is under way."""
    one = _visible(request, slug, backtest_id)
    stopped = orders.cancel(one.pk, request.user, timezone.now())
    if isinstance(stopped, Refused):
        messages.error(request, stopped.detail)
    else:
        messages.success(request, "The backtest was stopped. What it had found is kept.")
    return redirect("workflow_backtest", slug, one.pk)


@require_safe
@needs("workflows:read")
def workflow_backtest_case(request: HttpRequest, slug: str, backtest_id: str, number: int) -> HttpResponse:
    """One case: how it went, and beside it how it would go."""
    one = _visible(request, slug, backtest_id)
    row = _cases(request.user, one).filter(number=number).first() if number < 2**31 else None
    if row is None:
        raise Http404("There is no such case, or it was not replayed yet.")
    context = {"workflow": found(slug).workflow, "backtest": one, **words.story(one, row)}
    return render(request, "builder/workflow/backtest_case.html", context)


@require_safe
@needs("workflows:read")
async def workflow_backtest_export(request: HttpRequest, slug: str, backtest_id: str) -> StreamingHttpResponse:
    """All cases of a backtest as CSV, the most telling first."""
    one = await sync_to_async(_visible)(request, slug, backtest_id)
    return csv_file(f"backtest-{slug}", _lines(await request.auser(), one))


def _list(request: HttpRequest, slug: str, problem: str = "") -> HttpResponse:
    workflow = found(slug).workflow
    seen = orders.visible(request.user).filter(workflow=slug).order_by("-pk")
    context = {
        "workflow": workflow,
        "backtests": [words.row(each) for each in seen[:MOST]],
        "versions": list(workflow.versions.order_by("-number").values_list("number", flat=True)[:MOST]),
        "may_start": workflow.archived_at is None and orders.may_start(request.user) is None,
        "most": {"cases": orders.MOST_CASES, "calls": orders.MOST_CALLS},
        "given": {"cases": orders.CASES, "calls": orders.CALLS, **request.GET.dict(), **request.POST.dict()},
        "problem": problem,
    }
    return render(request, "builder/workflow/backtests.html", context, status=422 if problem else 200)


def _options(request: HttpRequest) -> tuple[orders.Options, int | None] | str:
    """What the form asks for, or what is wrong with it, in words."""
    given = {name: _whole(request.POST.get(name, "")) for name in ("cases", "calls", "version")}
    since = request.POST.get("since", "").strip()
    try:
        day = parse_date(since) if since else None
    except ValueError:
        day = None
    if given["cases"] is None or given["calls"] is None or (since and day is None):
        return "Give whole numbers, and a day such as 2026-03-31."
    moment = datetime.combine(day, time(), UTC) if day else None
    picked = request.POST.get("run", "").strip()
    return orders.Options(given["cases"], moment, given["calls"], picked=picked), given["version"]


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _visible(request: HttpRequest, slug: str, backtest_id: str) -> Backtest:
    one = orders.visible_one(request.user, backtest_id)
    if one is None or one.workflow != slug:
        raise Http404("There is no such backtest, or you may not see it.")
    return one


def _cases(user: Person, one: Backtest) -> QuerySet[BacktestCase]:
    """The replayed cases that a person may see: what was picked by hand, then the most telling first."""
    seen = BacktestCase.objects.filter(backtest=one.pk, run__in=visible_runs(user)).exclude(verdict="")
    return seen.order_by("-picked", "rank", "number")


def _told(request: HttpRequest, slug: str, one: Backtest) -> dict[str, Any]:
    chosen = request.GET.get("verdict", "")
    shown = _cases(request.user, one).defer("story")
    shown = shown.filter(verdict=chosen) if chosen in RANKED else shown.exclude(verdict="same", picked=False)
    start = min(_whole(request.GET.get("from", "")) or 0, orders.MOST_CASES)
    rows = list(shown[start : start + MOST + 1])
    titles = dict(Run.objects.filter(pk__in=[each.run_id for each in rows]).values_list("pk", "title"))
    figures = results.result_of(one)
    return {
        "workflow": found(slug).workflow,
        "backtest": one,
        "row": words.row(one),
        "under_way": one.state in orders.OPEN,
        "told": words.figures(figures) if figures else None,
        "cases": [{**words.case(each), "title": titles.get(each.run_id, "")} for each in rows[:MOST]],
        "chosen": chosen if chosen in RANKED else "",
        "chosen_words": words.VERDICTS.get(chosen, ""),
        "further": start + MOST if len(rows) > MOST else None,
        "back": max(0, start - MOST) if start else None,
        "may_stop": may(request.user, "workflows:write"),
    }


async def _lines(user: Person, one: Backtest) -> AsyncIterator[str]:
    yield csv_lines([COLUMNS])
    for start in range(0, orders.MOST_CASES, CHUNK):
        rows = await sync_to_async(lambda first: list(_cases(user, one).defer("story")[first : first + CHUNK]))(start)
        if rows:
            yield csv_lines(words.cells(each) for each in rows)
        if len(rows) < CHUNK:
            return
