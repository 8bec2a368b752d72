"""The addresses of design time's websockets. Taken up by `config.sockets`, with those of the runtime."""

from __future__ import annotations

from typing import Any, cast

from django.urls import URLPattern, path

from builder.consumers import DrawingSocket

_view: Any = cast("Any", DrawingSocket.as_asgi())

websocket_urlpatterns: list[URLPattern] = [
    path("ws/workflows/<slug:slug>/", _view, name="drawing_socket"),
]
