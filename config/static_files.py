"""The styles, scripts and icons of the pages, served before Django is asked: no thread, no middleware, no query.

Called by `config.asgi` for paths under `STATIC_URL`. WhiteNoise knows the files, their types and their caching; this
only speaks ASGI for it, since its own middleware is synchronous and would put every request into a thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from whitenoise.base import WhiteNoise
from whitenoise.responders import Response, StaticFile

type Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PREFIX = f"/{settings.STATIC_URL.strip('/')}/"
MAX_AGE_S = 60
NOT_FOUND = Response(404, [("Content-Type", "text/plain; charset=utf-8")], None)


class StaticFiles:
    """Every file that the installed apps and `STATICFILES_DIRS` bring, found once; while debugging, at each request."""

    def __init__(self) -> None:
        self._noise = WhiteNoise(None, max_age=0 if settings.DEBUG else MAX_AGE_S, allow_all_origins=False)
        if not settings.DEBUG:
            for finder in finders.get_finders():
                for path, storage in finder.list(None):
                    self._noise.add_file_to_dictionary(PREFIX + path.replace("\\", "/"), storage.path(path))

    async def __call__(self, scope: Mapping[str, Any], send: Send) -> None:
        """Answer one request for a file."""
        file = self._find(scope["path"])
        response = file.get_response(scope["method"], _as_meta(scope)) if file else NOT_FOUND
        body = await asyncio.to_thread(_whole, response.file) if response.file else b""
        headers = [*response.headers, ("X-Content-Type-Options", "nosniff")]
        raw = [(name.lower().encode("latin1"), value.encode("latin1")) for name, value in headers]
        await send({"type": "http.response.start", "status": int(response.status), "headers": raw})
        await send({"type": "http.response.body", "body": body})

    def _find(self, url: str) -> StaticFile | None:
        if not settings.DEBUG:
            return self._noise.files.get(url)
        path = finders.find(url.removeprefix(PREFIX))
        return self._noise.get_static_file(path, url) if path else None


def _as_meta(scope: Mapping[str, Any]) -> dict[str, str]:
    """The headers under the names that WSGI gives them, which WhiteNoise asks for."""
    return {
        f"HTTP_{name.decode('latin1').upper().replace('-', '_')}": value.decode("latin1")
        for name, value in scope["headers"]
    }


def _whole(file: Any) -> bytes:
    with file:
        content: bytes = file.read()
        return content
