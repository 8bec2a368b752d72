"""The pages of queues: who settles what, and how much waits. The rules are in `queues`."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from runtime import queues
from runtime.models import Queue
from runtime.permissions import people_asked, people_with
from runtime.refused import Refused
from runtime.views.access import needs
from runtime.views.settings.telling import told


@require_http_methods(["GET", "HEAD", "POST"])
@needs("settings:write")
def listed(request: HttpRequest) -> HttpResponse:
    """All queues; a post makes one."""
    given = {"name": request.POST.get("name", "").strip(), "title": request.POST.get("title", "")}
    if request.method != "POST":
        return _list(request, given)
    if Queue.objects.filter(name=given["name"]).exists():
        return _list(request, given, "There is a queue of this name already.")
    made = queues.make(given["name"], request.user, timezone.now(), given["title"])
    if isinstance(made, Refused):
        return _list(request, given, made.errors[0].message if made.errors else made.detail)
    told(request, made, "The queue is made. Choose its members.")
    return redirect("settings_queue", made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("settings:write")
def one(request: HttpRequest, queue_id: int) -> HttpResponse:
    """A queue with its members."""
    queue = get_object_or_404(Queue, pk=queue_id)
    if request.method == "POST":
        members = request.POST.getlist("member")
        done = queues.change(queue_id, request.POST.get("title", ""), members, request.user, timezone.now())
        told(request, done, "The queue is kept.")
        return redirect("settings_queue", queue_id)
    names = set(queue.members.values_list("username", flat=True))
    able = set(people_with("escalations:write").values_list("username", flat=True))
    offered = names | set(people_asked("escalations:write").values_list("username", flat=True))
    people = [{"name": name, "is_member": name in names, "able": name in able} for name in sorted(offered)]
    waiting = next((each.waiting for each in queues.listed() if each.queue.pk == queue.pk), 0)
    return render(request, "runtime/settings/queue.html", {"queue": queue, "people": people, "waiting": waiting})


@require_POST
@needs("settings:write")
def archive(request: HttpRequest, queue_id: int) -> HttpResponse:
    """Put a queue away, or back."""
    queue = get_object_or_404(Queue, pk=queue_id)
    away = not request.POST.get("back")
    done = queues.put_away(queue.pk, away, request.user, timezone.now())
    told(request, done, "Put away. Its cases stay with its members." if away else "The queue is offered again.")
    return redirect("settings_queues")


def _list(request: HttpRequest, given: dict[str, str], error: str = "") -> HttpResponse:
    context = {"rows": queues.listed(), "unmade": queues.unmade(), "given": given, "error": error}
    return render(request, "runtime/settings/queues.html", context, status=422 if error else 200)
