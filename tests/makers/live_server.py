"""Interlock as a process of its own, with its own DATA folder, on a free port: what outsiders see.

For tests that need the real ASGI application under a real server. It holds the cast, a token of each, and two published
workflows: `small` (a person is asked for large cases) and `echo` (pure, ends at once).
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.makers import shelf

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 120.0


@dataclass(frozen=True)
class Server:
    """A server that answers. `tokens` are by user name."""

    url: str
    data: Path
    tokens: Mapping[str, str]
    pid: int


def bearer(server: Server, name: str) -> dict[str, str]:
    """The header of somebody's token."""
    return {"Authorization": f"Bearer {server.tokens[name]}"}


@contextmanager
def live_server(data: Path, **environment: str) -> Iterator[Server]:
    """A server on this folder; filled when it is empty."""
    given = {**_environment(data), **environment}
    seeded = shelf.filled("live_server", data, _filling)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        command = [sys.executable, "-m", "tests.makers.live_server", str(listener.fileno())]
        with (data / "server.log").open("ab") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, env=given, pass_fds=[listener.fileno()], stdout=log, stderr=log
            )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url, process, data)
        yield Server(url, data, json.loads(seeded), process.pid)
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _environment(data: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return {**kept, "DATA": str(data), "DJANGO_SETTINGS_MODULE": "config.settings"}


def _filling(data: Path) -> str:
    """Fill the folder; the tokens, as JSON."""
    command = [sys.executable, "-m", "tests.makers.live_server"]
    done = subprocess.run(
        command, check=False, cwd=ROOT, env=_environment(data), capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


def _wait_for(url: str, process: subprocess.Popen[bytes], data: Path) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=10):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise AssertionError((data / "server.log").read_text())


def _seed() -> None:
    """Make and fill the database; prints the tokens as JSON. Runs in a process of its own."""
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command

    from api.tokens import Issued, issue
    from runtime.permissions import SCOPES
    from tests.makers.people import person, queue_of
    from tests.makers.runs import SMALL
    from tests.makers.sealed import ECHO, published

    call_command("migrate", verbosity=0)
    cast = {"dora": "designer", "rui": "reviewer", "dev": "developer", "ada": "administrator"}
    people = {name: person(name, role) for name, role in cast.items()}
    queue_of("sales", people["rui"])
    published("small", SMALL)
    published("echo", ECHO)
    tokens = {user.username: issue(user, "test", SCOPES) for user in User.objects.all()}
    print(json.dumps({name: token.plain for name, token in tokens.items() if isinstance(token, Issued)}))


def _serve(descriptor: int) -> None:
    """Serve on a socket that is open already, as the command `serve` does."""
    import django

    django.setup()
    from runtime.management.serving import server

    server().run(sockets=[socket.socket(fileno=descriptor)])


if __name__ == "__main__":
    _serve(int(sys.argv[1])) if sys.argv[1:] else _seed()
