"""A server to measure: an empty folder with a published 5-node workflow and a token, and `manage.py serve` on it."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORKFLOW = "bench"
PATIENCE_S = 120

FIVE_NODES = {
    "format": "interlock/1",
    "input": {
        "type": "object",
        "properties": {"seats": {"type": "integer"}, "email": {"type": "string", "format": "email"}},
        "required": ["seats", "email"],
    },
    "nodes": [
        {"id": "price", "kind": "execute.transform", "config": {"output": {"total": "input.seats * 12.5"}}},
        {
            "id": "sane",
            "kind": "verify.rules",
            "config": {"rules": [{"name": "positive", "assert": "input.seats > 0"}]},
        },
        {
            "id": "size",
            "kind": "decide.rule",
            "config": {
                "choices": [{"name": "large", "when": "steps.price.output.total > 100.0"}],
                "otherwise": "small",
            },
        },
        {
            "id": "offer",
            "kind": "execute.transform",
            "join": "any",
            "config": {"output": {"to": "input.email", "total": "steps.price.output.total"}},
        },
        {
            "id": "done",
            "kind": "outcome",
            "name": "offered",
            "config": {"output": {"total": "steps.offer.output.total"}},
        },
        {"id": "odd", "kind": "outcome", "name": "odd", "join": "any", "config": {"kind": "stopped"}},
    ],
    "edges": [
        {"id": "e1", "from": "start", "port": "out", "to": "price"},
        {"id": "e2", "from": "price", "port": "done", "to": "sane"},
        {"id": "e3", "from": "sane", "port": "pass", "to": "size"},
        {"id": "e4", "from": "sane", "port": "fail", "to": "odd"},
        {"id": "e5", "from": "sane", "port": "unsure", "to": "odd"},
        {"id": "e6", "from": "size", "port": "large", "to": "offer"},
        {"id": "e7", "from": "size", "port": "small", "to": "offer"},
        {"id": "e8", "from": "size", "port": "unsure", "to": "odd"},
        {"id": "e9", "from": "offer", "port": "done", "to": "done"},
    ],
}

# Runs in a process of its own: the measuring process needs no Django.
_PREPARE = """
import json, sys
from datetime import UTC, datetime
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from api.tokens import issue
from runtime.models import Blueprint
user = get_user_model().objects.create_user("bench", password=None)
user.groups.add(Group.objects.get(name="administrator"))
document, now = json.loads(sys.argv[2]), datetime.now(UTC)
Blueprint.objects.create(
    workflow=sys.argv[1], version=1, name="Bench", digest="0" * 64, document=document, sealed_at=now
)
print(issue(user, "bench", ["runs:read", "runs:write"]).plain)
"""


@dataclass(frozen=True)
class Served:
    """A server under measurement."""

    pid: int
    port: int
    token: str
    data: Path
    workflow: str = WORKFLOW

    def cpu_s(self) -> float:
        """CPU time of the server process so far, in seconds."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rss_mb(self) -> float:
        """Resident memory of the server process, in MB."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

    def size_kb(self) -> float:
        """The database on disk, in KB, without the write-ahead log."""
        return (self.data / "interlock.sqlite3").stat().st_size / 1000


def prepare(data: Path, document: object = FIVE_NODES) -> str:
    """Make the database, publish the workflow, and return a token."""
    environment = {**os.environ, "DATA": str(data), "DJANGO_SETTINGS_MODULE": "config.settings"}
    command = [sys.executable, "-c", _PREPARE, WORKFLOW, json.dumps(document)]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    return done.stdout.strip().splitlines()[-1]


@contextlib.contextmanager
def serving(data: Path, token: str) -> Iterator[Served]:
    """A server process for as long as the block lasts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "DATA": str(data)}
    command = [sys.executable, "manage.py", "serve", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        _wait_until_up(port, process)
        yield Served(process.pid, port, token, data)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_until_up(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError("The server did not start.")
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1):
            return
        time.sleep(0.1)
    raise RuntimeError("The server does not answer.")
