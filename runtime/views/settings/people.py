"""The pages of people: who is here, what they may do, and taking somebody out. The rules are in `people`."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from runtime import people
from runtime.refused import Refused
from runtime.views.access import needs
from runtime.views.settings.telling import told

ROLES = (
    ("designer", "Designer", "Draws and publishes workflows, and sees all runs."),
    ("reviewer", "Reviewer", "Settles the cases of their queues."),
    ("developer", "Developer", "Draws, settles cases, and makes tokens for programs."),
    ("administrator", "Administrator", "May do everything, these settings included."),
)
MOST = 500


@require_http_methods(["GET", "HEAD", "POST"])
@needs("admin")
def listed(request: HttpRequest) -> HttpResponse:
    """Everybody; a post adds somebody."""
    if request.method != "POST":
        return _list(request)
    name, email, roles = request.POST.get("username", ""), request.POST.get("email", ""), request.POST.getlist("role")
    done = people.add(name, email, roles, request.user, timezone.now())
    if isinstance(done, Refused):
        return _list(request, done.errors[0].message if done.errors else done.detail)
    return _person(request, done.person, done.password)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("admin")
def one(request: HttpRequest, person_id: int) -> HttpResponse:
    """Somebody, and their roles."""
    person = get_object_or_404(User, pk=person_id)
    if request.method != "POST":
        return _person(request, person)
    done = people.change(
        person_id, request.POST.get("email", ""), request.POST.getlist("role"), request.user, timezone.now()
    )
    told(request, done, "Kept. It holds from now on.")
    return redirect("settings_person", person_id)


@require_POST
@needs("admin")
def access(request: HttpRequest, person_id: int) -> HttpResponse:
    """Take somebody out, or give them a new password, which lets them in again."""
    person, now = get_object_or_404(User, pk=person_id), timezone.now()
    if request.POST.get("deed") == "password":
        done = people.let_in(person_id, request.user, now)
        if isinstance(done, people.Kept):
            return _person(request, done.person, done.password)
        messages.error(request, done.detail)
    elif request.POST.get("deed") == "out":
        told(request, people.take_out(person_id, request.user, now), f"Nothing opens to {person.username} any more.")
    else:
        messages.error(request, "Nothing was done: choose what to do.")
    return redirect("settings_person", person_id)


def _list(request: HttpRequest, error: str = "") -> HttpResponse:
    rows = User.objects.prefetch_related("groups").order_by("-is_active", "username")[:MOST]
    context: dict[str, Any] = {"rows": rows, "roles": ROLES, "error": error, "chosen": request.POST.getlist("role")}
    context |= {name: request.POST.get(name, "") for name in ("username", "email")}
    return render(request, "runtime/settings/people.html", context, status=422 if error else 200)


def _person(request: HttpRequest, person: User, password: str = "") -> HttpResponse:
    held = set(person.groups.values_list("name", flat=True))
    context = {
        "person": person,
        "roles": [(*role, role[0] in held) for role in ROLES],
        "queues": person.queues.order_by("name"),
        "password": password,
    }
    return render(request, "runtime/settings/person.html", context)
