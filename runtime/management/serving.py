"""The web server as the commands start it. Used by `serve` and by `demo`."""

from __future__ import annotations

import errno
import socket

import uvicorn
from django.core.management.base import CommandError


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises CommandError with a sentence where that is not possible."""
    try:
        return socket.create_server((host, port), backlog=2048, reuse_port=False)
    except OSError as failure:
        if failure.errno == errno.EADDRINUSE:
            raise CommandError(
                f"Port {port} is taken by another program. Choose another one, such as {port + 1}."
            ) from None
        raise CommandError(f"Cannot listen on {host}, port {port}: {failure.strerror or failure}.") from None
    except OverflowError:
        raise CommandError(f"{port} is no port: a port is a number from 1 to 65535.") from None


def server() -> uvicorn.Server:
    """The server of the whole application: pages, API, websockets, and the run time for as long as it lives."""
    return uvicorn.Server(
        uvicorn.Config(
            "config.asgi:application",
            log_level="warning",
            access_log=False,
            lifespan="on",
            server_header=False,
            timeout_graceful_shutdown=5,
            ws_max_size=64 * 1024,
        )
    )
