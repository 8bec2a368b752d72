"""Promise 10: a drawing cannot run code. Importing, checking and comparing one does nothing at all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from tests.makers.live_server import Server, bearer, live_server

ROOT = Path(__file__).parents[1]

HOSTILE = [
    "__import__('os').system('id')",
    "input.__class__.__mro__",
    "eval('1')",
    "open('/etc/passwd')",
    "{{ 7*7 }}",
    "${jndi:ldap://127.0.0.1/x}",
    "input.a.map(x, x.map(y, y.map(z, z)))",
    "(" * 900,
    "input['__proto__']['polluted']",
    "lambda: 0",
    "input.s.matches('(a+)+$')",
    "'a' + 'a'",
]

BOMB = {
    "format": "interlock/1",
    "input": {"type": "object"},
    "nodes": [
        {
            "id": "blow",
            "kind": "execute.transform",
            "config": {"output": {"x": "input.l.map(x, " + " + ".join(["input.s"] * 25) + ")"}},
        },
        {"id": "won", "kind": "outcome"},
        {"id": "lost", "kind": "outcome", "config": {"kind": "stopped"}},
    ],
    "edges": [
        {"id": "e1", "from": "start", "port": "out", "to": "blow"},
        {"id": "e2", "from": "blow", "port": "done", "to": "won"},
        {"id": "e3", "from": "blow", "port": "error", "to": "lost"},
    ],
}


def test_opening_a_hostile_drawing_makes_the_interpreter_do_nothing(tmp_path: Path) -> None:
    environment = {**os.environ, "DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"}
    command = [sys.executable, "-m", "tests.programs.audited", json.dumps(HOSTILE)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == []


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with live_server(tmp_path_factory.mktemp("bomb")) as started:
        yield started


@pytest.mark.slow
@pytest.mark.sqlite_only
def test_an_expression_that_explodes_is_stopped_while_the_server_keeps_answering(server: Server) -> None:
    _ask(server, "POST", "workflows/", {"slug": "bomb", "name": "Bomb"})
    _ask(server, "PUT", "workflows/bomb/draft/", BOMB)
    _ask(server, "POST", "workflows/bomb/versions/", {})
    answered, over = [], threading.Event()

    def watch() -> None:
        while not over.is_set():
            with urlopen(f"{server.url}/healthz", timeout=60) as answer:
                answered.append(answer.status)

    watching = threading.Thread(target=watch)
    watching.start()
    given = {"l": list(range(1000)), "s": "x" * 100_000}
    run = _ask(server, "POST", "workflows/bomb/runs/", {"input": given, "wait_s": 30})
    over.set()
    watching.join()
    assert run["outcome"] == "lost"
    assert run["steps"][0]["output"]["code"] == "expression"
    # A bomb may hold the machine's cores for its half second; it must not hold the server.
    assert len(answered) > 5
    assert set(answered) == {200}


def _ask(server: Server, method: str, path: str, body: Any) -> Any:
    headers = {**bearer(server, "ada"), "Content-Type": "application/json"}
    request = Request(f"{server.url}/api/v1/{path}", json.dumps(body).encode(), headers, method=method)
    with urlopen(request, timeout=60) as answer:
        return json.load(answer)
