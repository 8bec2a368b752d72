"""The pages of notices: what I want to be told by mail, and which addresses are called. The rules are in `notices`."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from runtime import connections
from runtime.models import NoticeHook, Queue
from runtime.notices import hooks, wishes
from runtime.notices.events import EVENTS, WORDS
from runtime.refused import Refused
from runtime.views.access import needs
from runtime.views.settings.telling import told


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@needs("escalations:read")
def mine(request: HttpRequest) -> HttpResponse:
    """What I want to be told by mail; a post keeps it."""
    if request.method == "POST":
        given = [wish.partition("/") for wish in request.POST.getlist("wish")]
        done = wishes.keep(request.user, [(queue, event) for event, _, queue in given])
        told(request, done, "Kept.")
        return redirect("settings_notices")
    words = {event: WORDS[event] for event in EVENTS}
    context = {"rows": wishes.rows(request.user), "events": words, "by_mail": bool(connections.default_mail())}
    return render(request, "runtime/settings/notices.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("admin")
def calls(request: HttpRequest) -> HttpResponse:
    """The addresses that are called; a post makes one, whose key is shown this once."""
    if request.method != "POST":
        return _calls(request)
    given = request.POST
    events = given.getlist("event")
    made = hooks.make(
        given.get("name", ""), given.get("url", ""), given.get("queue", "*")[:80], events, request.user, timezone.now()
    )
    if isinstance(made, Refused):
        return _calls(request, error=made.errors[0].message if made.errors else made.detail)
    return _calls(request, shown=made)


@require_POST
@needs("admin")
def call(request: HttpRequest, hook_id: int) -> HttpResponse:
    """Switch an address on or off, give it a new key, or take it away."""
    now, deed = timezone.now(), request.POST.get("deed")
    if deed == "key":
        done = hooks.renew(hook_id, request.user, now)
        if isinstance(done, hooks.Kept):
            return _calls(request, shown=done)
        messages.error(request, done.detail)
    elif deed in ("on", "off"):
        told(request, hooks.switch(hook_id, deed == "on", request.user, now), f"It is switched {deed}.")
    elif deed == "remove":
        told(request, hooks.remove(hook_id, request.user, now), "It is not called any more.")
    else:
        messages.error(request, "Nothing was done: choose what to do.")
    return redirect("settings_notice_calls")


def _calls(request: HttpRequest, shown: hooks.Kept | None = None, error: str = "") -> HttpResponse:
    queues = [("*", "All queues"), ("", "Cases without a queue")]
    queues += [(queue.name, str(queue)) for queue in Queue.objects.filter(archived_at__isnull=True).order_by("name")]
    titles = dict(queues)
    rows = [(hook, titles.get(hook.queue, hook.queue), [WORDS[e] for e in hook.events]) for hook in _hooks()]
    given = {name: request.POST.get(name, "") for name in ("name", "url", "queue")} if error else {"queue": "*"}
    chosen = request.POST.getlist("event") if error else ["new", "overdue"]
    context = {"rows": rows, "queues": queues, "events": WORDS, "given": given, "chosen": chosen}
    context |= {"shown": shown, "error": error}
    return render(request, "runtime/settings/notice_calls.html", context, status=422 if error else 200)


def _hooks() -> list[NoticeHook]:
    return list(NoticeHook.objects.order_by("name", "pk"))
