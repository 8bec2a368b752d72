"""Signing in: Django's own view, at a pace at which no password can be guessed.

Routed by `urls`; the admin's own sign-in leads here (`config.urls`). Attempts that fail are counted: by address, by
name and address, and by name alone. Whoever knows a name can therefore use up what strangers may try under it, but
never lock out the person: a browser in which this person has signed in before (a signed cookie says so) is counted by
itself. Comparing a password costs half a second of a processor: `config.sign_in_lane` keeps that away from the pages.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, redirect_to_login
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from runtime.triggers.throttle import Throttle, address_of

PAIR = Throttle(10, 300.0)
ADDRESS = Throttle(60, 300.0)
NAME = Throttle(300, 3_600.0)
KNOWN = Throttle(20, 300.0)
COOKIE, COOKIE_DAYS, MOST_NAMES = "known_here", 180, 5
_SALT = "signed in here before"

type Counted = tuple[tuple[Throttle, str], ...]


class SignIn(LoginView):
    """The page; a POST signs in, or says for how long it has to wait."""

    template_name = "runtime/sign_in.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Try a name and a password, unless too many were tried."""
        counted = _counted(request, request.POST.get("username", ""))
        wait = next((wait for throttle, key in counted if (wait := throttle.wait_of(key))), 0)
        if wait:
            return self._told_to_wait(request, wait)
        answer = super().post(request, *args, **kwargs)
        if request.user.is_authenticated:
            _take_back(counted)
        return answer

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Signed in; from now on this browser is known."""
        answer = super().form_valid(form)
        names = [form.get_user().get_username(), *_names_of(self.request)]
        answer.set_cookie(
            COOKIE,
            signing.dumps(list(dict.fromkeys(names))[:MOST_NAMES], salt=_SALT),
            max_age=COOKIE_DAYS * 24 * 3_600,
            httponly=True,
            secure=settings.PRODUCTION,
            samesite="Lax",
        )
        return answer

    def _told_to_wait(self, request: HttpRequest, wait_s: int) -> HttpResponse:
        minutes = -(-wait_s // 60)
        said = (
            "Too many attempts to sign in. Your password was not looked at. "
            f"Try again in {minutes} minute{'' if minutes == 1 else 's'}."
        )
        context = {"slow_down": said, "next": request.POST.get("next", "")}
        answer = render(request, self.template_name, context, status=429)
        answer["Retry-After"] = str(wait_s)
        return answer


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """In place of the admin's sign-in, which would count nothing. Who is signed in and came here may not enter."""
    if request.user.is_authenticated:
        raise PermissionDenied("This page is for people who are marked as staff.")
    return redirect_to_login(request.GET.get("next", "/"))


def _counted(request: HttpRequest, name: str) -> Counted:
    """What this attempt counts for, the narrowest last: what is refused by address uses nothing up of a name."""
    if name in _names_of(request):
        return ((KNOWN, name),)
    address, name = address_of(request), name[:150]
    return (ADDRESS, address), (PAIR, f"{address} {name}"), (NAME, name)


def _take_back(counted: Counted) -> None:
    for throttle, key in counted:
        throttle.take_back(key)


def _names_of(request: HttpRequest) -> list[str]:
    return names_known(request.COOKIES.get(COOKIE, ""))


def names_known(cookie: str) -> list[str]:
    """Who has signed in with the browser that sends this cookie (`COOKIE`)."""
    try:
        found = signing.loads(cookie, salt=_SALT, max_age=COOKIE_DAYS * 24 * 3_600)
    except signing.BadSignature:
        return []
    return [name for name in found if isinstance(name, str)] if isinstance(found, list) else []
