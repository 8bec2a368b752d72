"""Who may see a page: sign in first, then hold the permission. What no database can keep goes no further either.

Used by the pages of `runtime` and `builder`. The rules themselves stand in `runtime.permissions`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from runtime.permissions import Permission, may
from runtime.views.out_of_date import ours

type View = Callable[..., Any]


def needs(permission: Permission) -> Callable[[View], View]:
    """A page for those who hold a permission: others are asked to sign in, or refused when they are."""

    def wrap(view: View) -> View:
        if iscoroutinefunction(view):

            @wraps(view)
            async def guarded_async(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
                refused = await sync_to_async(_refused)(request, permission)
                return refused or await view(request, *args, **kwargs)

            return guarded_async

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return _refused(request, permission) or view(request, *args, **kwargs)

        return guarded

    return wrap


def _refused(request: HttpRequest, permission: Permission) -> HttpResponseBase | None:
    if not request.user.is_authenticated:
        return _to_sign_in(request)
    if not may(request.user, permission):
        raise PermissionDenied(f"This needs the permission {permission}.")
    if request.method == "POST" and any("\0" in text for texts in request.POST.lists() for text in texts[1]):
        raise BadRequest("A text that was sent holds a character (NUL) that no text can hold.")
    return None


def _to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Asks to sign in. What was sent is lost: that is said, and one comes back to the page that the form stood on.

    The form's own address may take nothing but forms.
    """
    if request.method in ("GET", "HEAD"):
        return redirect_to_login(request.get_full_path())
    came_from = ours(request, request.headers.get("Referer", ""))
    return redirect_to_login(came_from, f"{reverse('sign_in')}?unsent=1")
