"""Where the settings begin, and what everybody may change: their own password."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from runtime import audit
from runtime.permissions import may


@require_safe
@login_required
def start(request: HttpRequest) -> HttpResponse:
    """The first page that this person has."""
    return redirect("settings_connections" if may(request.user, "workflows:read") else "settings_you")


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def you(request: HttpRequest) -> HttpResponse:
    """One's own password. Other sessions of the same person end when it is changed."""
    person = cast("User", request.user)
    form = PasswordChangeForm(person, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        user = form.save()
        update_session_auth_hash(request, user)
        audit.record(user.get_username(), "person.own_password", user, timezone.now())
        messages.success(request, "Your password is changed. Wherever else you were signed in, you are not any more.")
        return redirect("settings_you")
    return render(request, "runtime/settings/you.html", {"form": form}, status=422 if form.errors else 200)
