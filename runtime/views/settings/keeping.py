"""The page that says how long runs are kept. The rules are in `retention`."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from runtime import retention
from runtime.forgetting import BACKTESTS_KEPT
from runtime.jobs import KEPT
from runtime.models import Blueprint
from runtime.refused import Refused
from runtime.views.access import needs
from runtime.views.settings.telling import told


@require_http_methods(["GET", "HEAD", "POST"])
@needs("admin")
def keeping(request: HttpRequest) -> HttpResponse:
    """What is kept for how long; a post changes a rule, once it is known what goes."""
    if request.method != "POST":
        return _page(request)
    workflow, now = request.POST.get("workflow", ""), timezone.now()
    if request.POST.get("deed") == "follow":
        return _followed(request, workflow)
    given = request.POST.get("days", "").strip()
    if given and not (given.isascii() and given.isdigit() and len(given) < 7):
        messages.error(request, "Enter a number of days, or nothing for ever.")
        return redirect("settings_keeping")
    days = int(given) if given else None
    going = retention.would_go(workflow, days, now) if days and days >= retention.FEWEST_DAYS else 0
    if going and request.POST.get("sure") != "on":
        return _page(request, asked={"workflow": workflow, "days": days, "going": going})
    kept = retention.keep(workflow, days, request.user, now)
    told(request, kept if isinstance(kept, Refused) else None, "Kept. Whatever is too old goes within the hour.")
    return redirect("settings_keeping")


def _followed(request: HttpRequest, workflow: str) -> HttpResponse:
    """Take a workflow's own rule away, once it is known what goes by the rule for all."""
    now, days = timezone.now(), retention.rules()[0]
    going = retention.would_go(workflow, days, now) if workflow and days else 0
    if going and request.POST.get("sure") != "on":
        return _page(request, asked={"workflow": workflow, "days": days, "going": going, "deed": "follow"})
    gone = retention.follow_all(workflow, request.user, now)
    told(request, gone, "The rule for all workflows holds for it again.")
    return redirect("settings_keeping")


def _page(request: HttpRequest, asked: dict[str, object] | None = None) -> HttpResponse:
    for_all, known = retention.rules()
    names = dict(Blueprint.objects.filter(version__gt=0).order_by("version").values_list("workflow", "name"))
    if asked:
        asked["name"] = names.get(str(asked["workflow"]), asked["workflow"])
    named = [(rule, names.get(rule.workflow, rule.workflow)) for rule in known]
    context = {"for_all": for_all, "rules": named, "asked": asked, "most": retention.MOST_COUNTED}
    context |= {"jobs_days": KEPT.days, "backtests_days": BACKTESTS_KEPT.days, "fewest": retention.FEWEST_DAYS}
    return render(request, "runtime/settings/keeping.html", context)
