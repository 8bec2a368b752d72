"""Promises 1, 2, 3 and 5 against the real thing: a server that is killed with -9 again and again while it works."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.makers.ports import free_port

ROOT = Path(__file__).parents[3]
RUNS, KILLS, CLIENTS, SEED = 240, 10, 6, 20260304
PATIENCE_S = 120.0


@dataclass
class Held:
    """The effects of one case, which get no answer until they are let go."""

    case: int | None = None
    reached: threading.Event = field(default_factory=threading.Event)
    let_go: threading.Event = field(default_factory=threading.Event)

    def meets(self, case: int) -> None:
        if case == self.case:
            self.reached.set()
            self.let_go.wait(PATIENCE_S)


class EffectLog:
    """A server on loopback, in the test's own process, that takes effects and keeps every one it was asked for."""

    def __init__(self) -> None:
        self.bodies: dict[str, list[str]] = defaultdict(list)
        self.held = Held()
        effects, log, lock, chance = self, self.bodies, threading.Lock(), random.Random(SEED)

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                with lock:
                    log[self.headers["Idempotency-Key"]].append(f"{self.path} {body}")
                    wait = chance.random() * 0.2
                effects.held.meets(json.loads(body)["n"])
                time.sleep(wait)
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_: object) -> None:
                """Silence."""

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None:
                """The killed do not say goodbye."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self) -> EffectLog:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@dataclass
class Victim:
    """`manage.py serve` on its own DATA folder and port, killed and started again."""

    data: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    log: list[str] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        return {**kept, "DATA": str(self.data), "ALLOWED_NETWORKS": "127.0.0.0/8", "API_REQUESTS_PER_S": "0"}

    def start(self) -> None:
        command = [sys.executable, "manage.py", "serve", "--port", str(self.port)]
        output = (self.data / "server.log").open("ab")
        with output:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=output, stderr=output)

    def until_up(self) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            assert self.process
            assert self.process.poll() is None, (self.data / "server.log").read_text()
            assert time.monotonic() < deadline
            try:
                if ask(self.port, "GET", "/healthz")[0] == 200:
                    return
            except (OSError, HTTPException):
                time.sleep(0.05)

    def kill(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def __enter__(self) -> Victim:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process and self.process.poll() is None:
            self.kill()

    def stop(self) -> None:
        assert self.process
        self.process.terminate()
        assert self.process.wait(PATIENCE_S) in (0, -signal.SIGTERM)


def ask(
    port: int, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, timeout_s: float = 5
) -> tuple[int, Any]:
    """One request on a connection of its own: the status, and the JSON that came back."""
    connection = HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    try:
        given = {"Content-Type": "application/json", **(headers or {})}
        connection.request(method, path, None if body is None else json.dumps(body), given)
        response = connection.getresponse()
        raw = response.read()
        return response.status, json.loads(raw) if raw.startswith(b"{") else None
    finally:
        connection.close()


def accepted(port: int, token: str, number: int) -> str:
    """The run that the server accepted; asked for again and again, with one key, until it answers."""
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"case-{number}"}
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            body = {"input": {"n": number, "odd": number % 2 == 1}}
            status, answer = ask(port, "POST", "/api/v1/workflows/effects/runs/", body, headers)
        except (OSError, HTTPException, ValueError):
            time.sleep(0.05)
            continue
        if status in (200, 202):
            return str(answer["id"])
        assert status in (429, 503), (status, answer)
        time.sleep(0.05)
    raise AssertionError(f"Case {number} was never accepted.")


@dataclass(frozen=True)
class Kept:
    """What is in the database in the end."""

    runs: dict[str, tuple[str, int, int]]
    entries: dict[str, list[tuple[int, str, str | None, int]]]
    cases: Counter[str]


def kept(path: Path) -> Kept:
    connection = sqlite3.connect(path, timeout=PATIENCE_S)
    try:
        runs = {row[0]: row[1:] for row in connection.execute("SELECT id, status, last_seq, fence FROM runtime_run")}
        entries: dict[str, list[tuple[int, str, str | None, int]]] = defaultdict(list)
        for run_id, *entry in connection.execute(
            "SELECT run_id, seq, type, node, visit FROM runtime_entry ORDER BY run_id, seq"
        ):
            entries[run_id].append(tuple(entry))
        cases = Counter(
            row[0] for row in connection.execute("SELECT run_id FROM runtime_escalation WHERE state = 'open'")
        )
        return Kept(runs, entries, cases)
    finally:
        connection.close()


def settled(path: Path) -> bool:
    return all(status in ("succeeded", "failed", "cancelled", "waiting") for status, *_ in kept(path).runs.values())


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[int, str], Kept, dict[str, list[str]]]]:
    """The accepted runs by case, what was kept, and the effects by key: after ten kills and one quiet end."""
    victim = Victim(tmp_path_factory.mktemp("killed"), free_port())
    chance = random.Random(SEED)
    with EffectLog() as effects, ThreadPoolExecutor(CLIENTS) as clients, victim:
        seeding = [sys.executable, str(ROOT / "tests" / "programs" / "seed.py"), effects.url]
        token = subprocess.run(
            seeding, cwd=ROOT, env=victim.environment, check=True, capture_output=True, text=True
        ).stdout.split()[-1]
        victim.start()
        answers: dict[int, Future[str]] = {}
        for killed in range(KILLS + 1):
            victim.until_up()
            cases = range(killed * RUNS // (KILLS + 1), (killed + 1) * RUNS // (KILLS + 1))
            effects.held = Held(cases[0] if killed < KILLS else None)
            answers |= {number: clients.submit(accepted, victim.port, token, number) for number in cases}
            if killed < KILLS:
                assert effects.held.reached.wait(PATIENCE_S)
                time.sleep(0.05 + chance.random() * 0.45)
                victim.kill()
                effects.held.let_go.set()
                victim.start()
        ids = {number: answer.result(PATIENCE_S) for number, answer in answers.items()}
        deadline = time.monotonic() + PATIENCE_S
        while not settled(victim.data / "interlock.sqlite3"):
            assert time.monotonic() < deadline
            time.sleep(0.2)
        victim.stop()
        yield ids, kept(victim.data / "interlock.sqlite3"), dict(effects.bodies)


pytestmark = [pytest.mark.slow, pytest.mark.sqlite_only]


def test_every_accepted_run_has_ended_or_waits_for_a_person(aftermath: Any) -> None:
    ids, found, _ = aftermath
    assert set(ids.values()) == set(found.runs)
    for number, run_id in ids.items():
        assert found.runs[run_id][0] == ("waiting" if number % 2 else "succeeded")
        assert found.cases[run_id] == number % 2


def test_one_key_got_one_run_whatever_was_killed_before_the_reply(aftermath: Any) -> None:
    ids, found, _ = aftermath
    assert len(set(ids.values())) == len(ids) == len(found.runs) == RUNS


def test_each_step_is_journalled_once_and_no_number_is_missing(aftermath: Any) -> None:
    ids, found, _ = aftermath
    for number, run_id in ids.items():
        entries = found.entries[run_id]
        assert [entry[0] for entry in entries] == list(range(1, found.runs[run_id][1] + 1))
        finished = sorted(str(node) for _, type_, node, _ in entries if type_ == "step.finished")
        assert finished == sorted(["a", "b", "both", "way"] + ([] if number % 2 else ["c", "won"]))


def test_an_effect_that_is_repeated_carries_its_key_and_one_key_has_one_body(aftermath: Any) -> None:
    ids, found, effects = aftermath
    assert {key.split(":")[0] for key in effects} <= set(found.runs)
    for number, run_id in ids.items():
        for step in ("a", "b") if number % 2 else ("a", "b", "c"):
            bodies = effects[f"{run_id}:{step}:1"]
            assert len(set(bodies)) == 1
            assert json.loads(bodies[0].partition(" ")[2]) == {"n": number, "step": step}


def test_the_kills_did_hit_runs_that_were_under_way(aftermath: Any) -> None:
    _, found, effects = aftermath
    assert sum(fence > 1 for _, _, fence in found.runs.values()) >= KILLS
    assert any(len(bodies) > 1 for bodies in effects.values())
