"""Django's own middleware without its detours: what computes runs in the event loop, only database work leaves it.

Named in the settings in place of Django's classes. Django calls each synchronous middleware in a thread, once on the
way in and once on the way out; for a small request that costs several times the request. These classes do the same
work in the same order and add nothing.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.common import CommonMiddleware
from django.middleware.csp import ContentSecurityPolicyMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.security import SecurityMiddleware
from django.utils.deprecation import MiddlewareMixin

from runtime.permissions import remembering

SAFE = frozenset({"GET", "HEAD"})


class InLoop(MiddlewareMixin):
    """A middleware whose two halves only compute."""

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        """In, on, out."""
        enter = getattr(self, "process_request", None)
        response: Any = enter(request) if enter else None
        response = response or await self.get_response(request)  # type: ignore[misc]  # async, as we were called so
        return await self.leave(request, response)

    async def leave(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The way out."""
        leave = getattr(self, "process_response", None)
        result: HttpResponseBase = leave(request, response) if leave else response
        return result


class Security(InLoop, SecurityMiddleware):
    """Redirects and headers of a protected site."""


class ContentSecurityPolicy(InLoop, ContentSecurityPolicyMiddleware):
    """The policy's header."""


class Session(InLoop, SessionMiddleware):
    """The session, read when first asked for and written, in a thread, when it was changed."""

    async def leave(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Only a changed session asks the database."""
        if not request.session.modified:
            return await super().leave(request, response)
        save: Any = self.process_response
        saved: HttpResponseBase = await sync_to_async(save)(request, response)
        return saved


class Common(InLoop, CommonMiddleware):
    """Slashes and lengths; and no address holds a NUL, for which PostgreSQL cannot even be asked.

    Webhooks answer for themselves: what is not there looks like what is not signed.
    """

    def process_request(self, request: HttpRequest) -> Any:
        """Nothing is there."""
        if "\0" in request.path and not request.path.startswith("/hooks/"):
            raise Http404("There is no such page.")
        return super().process_request(request)


@dataclass(frozen=True, slots=True)
class _Refused:
    reason: str


class Csrf(InLoop, CsrfViewMiddleware):
    """The token against forged requests; it stands in a cookie, so no session is read."""

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        if self.async_mode:
            vars(self)["process_view"] = self._check

    async def _check(self, request: HttpRequest, *args: Any) -> Any:
        checks: Any = super()
        told = checks.process_view(request, *args)
        # Its page names who is signed in, which only a thread may ask.
        return await sync_to_async(checks._reject)(request, told.reason) if isinstance(told, _Refused) else told

    def _reject(self, request: HttpRequest, reason: str) -> Any:
        checks: Any = super()
        return _Refused(reason) if self.async_mode else checks._reject(request, reason)


class Authentication(InLoop, AuthenticationMiddleware):
    """The user, found when first asked for."""


class Remembering(MiddlewareMixin):
    """What a person may do is asked once for a request that only reads, however many parts of its page want to know."""

    def __call__(self, request: HttpRequest) -> Any:
        """In a thread, or as a coroutine."""
        if self.async_mode:
            return self.__acall__(request)
        with remembering() if request.method in SAFE else nullcontext():
            return self.get_response(request)

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        """The same in the event loop."""
        answer: Any = self.get_response
        with remembering() if request.method in SAFE else nullcontext():
            found: HttpResponseBase = await answer(request)
            return found


class Messages(InLoop, MessageMiddleware):
    """Notices for the next page, in a cookie."""


class ClickJacking(InLoop, XFrameOptionsMiddleware):
    """No page in anybody's frame."""
