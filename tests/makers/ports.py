"""Ports for servers that a test starts, kills and starts again where they were. (Who starts once listens on port 0.)"""

from __future__ import annotations

import random
import socket

# Below those that the system lends to outgoing connections, of which one could take the port while the server is down.
_LOWEST, _HIGHEST = 10_000, 32_000


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on. No two processes of the tests try the same ones in the same order."""
    while True:
        port = random.SystemRandom().randint(_LOWEST, _HIGHEST)
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port
