"""A backtest on a server that is killed with -9 in the middle of a case: what was kept is not done, or paid, again."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.makers.live_server import ROOT, Server, bearer, live_server
from tests.makers.openai_server import completion

pytestmark = [pytest.mark.slow, pytest.mark.sqlite_only]

CASES, HELD = 6, 3
PATIENCE_S = 120.0


class Model:
    """A model that answers, but keeps the `HELD`th question to itself until it is let go. `asked` is by case."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.reached, self.let_go = threading.Event(), threading.Event()
        model = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                model.hears(body)
                answer = json.dumps(completion("Yes.")).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Silence."""

        class Quiet(ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None:
                """The killed do not say goodbye."""

        self.server = Quiet(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"

    def hears(self, body: str) -> None:
        """One question."""
        found = re.search(r"seats:(\d+):", body)
        assert found, body
        self.asked[found[1]] += 1
        if sum(self.asked.values()) == HELD:
            self.reached.set()
            self.let_go.wait(PATIENCE_S)


@pytest.fixture
def model() -> Iterator[Model]:
    """A model on loopback."""
    made = Model()
    thread = threading.Thread(target=made.server.serve_forever)
    thread.start()
    yield made
    made.let_go.set()
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def ask(server: Server, path: str, body: Any = None) -> Any:
    """What the API answers a designer."""
    headers = {**bearer(server, "dora"), "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{server.url}/api/v1/{path}", data, headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())


def ended(server: Server, address: str) -> Any:
    """The backtest, once it is over."""
    deadline = time.monotonic() + PATIENCE_S
    while (found := ask(server, address))["state"] in ("queued", "running"):
        assert time.monotonic() < deadline, found
        time.sleep(0.2)
    return found


def test_a_backtest_goes_on_where_it_was_after_the_server_was_killed(tmp_path: Path, model: Model) -> None:
    with live_server(tmp_path, ALLOWED_NETWORKS="127.0.0.0/8") as first:
        given = {**os.environ, "DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"}
        given.pop("DATABASE_URL", None)
        seeding = [sys.executable, str(ROOT / "tests" / "programs" / "seed_backtest.py"), model.url, str(CASES)]
        subprocess.run(seeding, cwd=ROOT, env=given, check=True, timeout=PATIENCE_S)
        begun = ask(first, "workflows/small/backtests/", {"cases": CASES})
        address = f"backtests/{begun['id']}/"
        assert model.reached.wait(PATIENCE_S), ask(first, f"{address}cases/")
        assert ask(first, address)["done"] == HELD - 1
        os.kill(first.pid, signal.SIGKILL)
    model.let_go.set()
    before = Counter(model.asked)
    with live_server(tmp_path, ALLOWED_NETWORKS="127.0.0.0/8") as second:
        over = ended(second, address)
        assert (over["state"], over["done"], over["total"]) == ("done", CASES, CASES)
        cases = ask(second, f"{address}cases/")["results"]
    assert [case["verdict"] for case in cases] == ["same"] * CASES
    assert over["used"]["calls"] == CASES
    assert sorted(model.asked.values()) == [1] * (CASES - 1) + [2]
    assert sum(before.values()) == HELD
