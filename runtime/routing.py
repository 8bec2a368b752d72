"""The addresses of the websockets. Taken up by `config.sockets`, which adds the checks that go before them."""

from __future__ import annotations

from typing import Any, cast

from django.urls import URLPattern, path

from runtime.consumers import InboxSocket, RunSocket, Socket


def _view(socket: type[Socket]) -> Any:
    """Django's stubs know views only; Channels puts an ASGI application in their place."""
    return cast("Any", socket.as_asgi())


websocket_urlpatterns: list[URLPattern] = [
    path("ws/runs/<str:run_id>/", _view(RunSocket), name="run_socket"),
    path("ws/inbox/", _view(InboxSocket), name="inbox_socket"),
]
