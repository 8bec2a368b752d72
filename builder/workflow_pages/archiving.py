"""Putting a workflow away, and taking it out again: the deeds of its overview. The rules are in `workflows`.

Routed by `builder.urls`; the list of workflows shows what is put away.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from builder import workflows
from builder.workflow_pages.found import found
from runtime.refused import Refused
from runtime.views.access import needs


@require_POST
@needs("workflows:write")
def workflow_archive(request: HttpRequest, slug: str) -> HttpResponse:
    """Put it away, or take it out again."""
    back = request.POST.get("deed") == "back"
    change = workflows.unarchive if back else workflows.archive
    done = change(found(slug).workflow, request.user, timezone.now())
    if isinstance(done, Refused):
        messages.error(request, done.detail)
    elif back:
        messages.success(request, "It can be started again. Schedules stay paused until somebody resumes them.")
    else:
        messages.success(request, "It is archived and starts no more runs. Those under way go on.")
    return redirect("workflow_overview", slug)
