"""Two servers on one PostgreSQL, a gate, and people who answer its cases over REST while servers are killed.

Used by the test of that, which is small, and by `python -m tests.makers.gate_servers CASES KILLS` for a large one.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from tests.makers.ports import free_port

ROOT = Path(__file__).parents[2]
PROGRAM = str(ROOT / "tests" / "programs" / "gate_server.py")
REVIEWERS = ("ann", "bea", "cem")
PATIENCE_S = 120.0
MOST_OPEN = 12
"""So many cases may wait for people before more are sent: so that the gate learns while it works."""


def truth_of(number: int) -> str:
    """What a person says of the case of this number; `tests/programs/gate_server.py` says the same."""
    return "decline" if number % 25 == 7 else "pay"


@dataclass
class Server:
    """One of the servers, killed and started again on its port."""

    environment: dict[str, str]
    log: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; whoever asks it waits."""
        command = [sys.executable, PROGRAM, "serve", str(self.port)]
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=output, stderr=output)

    def stop(self, how: int = signal.SIGTERM) -> None:
        """End it."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(PATIENCE_S)

    def children(self) -> list[int]:
        """The processes in which it computes gates."""
        assert self.process
        with suppress(OSError):
            listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
            return [int(pid) for pid in listed if _computes(pid)]
        return []


def _computes(pid: str) -> bool:
    try:
        return b"runtime.gates.numbers" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


@dataclass
class World:
    """What the clients know: the run of each case, and which wait for people."""

    servers: tuple[Server, ...]
    tokens: dict[str, str]
    runs: dict[str, int] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, who: str, method: str, path: str, body: Any = None, *, key: str = "") -> tuple[int, Any]:
        """Ask any server, again and again until one answers."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.tokens[who]}"}
        headers |= {"Idempotency-Key": key} if key else {}
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            connection = HTTPConnection("127.0.0.1", random.choice(self.servers).port, timeout=60)
            try:
                connection.request(method, f"/api/v1/{path}", body and json.dumps(body), headers)
                response = connection.getresponse()
                raw = response.read()
                if response.status not in (429, 503):
                    return response.status, json.loads(raw) if raw else None
            except (OSError, HTTPException, ValueError):
                pass
            finally:
                connection.close()
            time.sleep(0.05)
        raise AssertionError("No server answers.")

    def send(self, number: int) -> None:
        """Start the run of a case, once there is room for it."""
        while len(self.waiting) >= MOST_OPEN and not self.over.is_set():
            time.sleep(0.02)
        body = {"input": {"text": f"please pay the invoice {number}"}, "wait_s": 5}
        status, told = self.ask("dev", "POST", "workflows/gated/runs/", body, key=f"case-{number}")
        if status not in (200, 202):
            self.refused.append(f"{status}: {told}")
            return
        with self.lock:
            self.runs[told["id"]] = number
            self.waiting |= {told["id"]} if told["status"] != "succeeded" else set()

    def has_sent(self, count: int) -> bool:
        """Whether so many runs were accepted."""
        return len(self.runs) >= count

    def review(self, who: str) -> None:
        """Answer cases, in no order, also those that somebody else answers at this very moment."""
        while not self.over.is_set():
            _, page = self.ask(who, "GET", "escalations/?state=open&limit=50")
            cases = page["results"]
            random.shuffle(cases)
            for case in cases[:4]:
                self.answer(who, case)
            if not cases:
                self.look()
                time.sleep(0.05)

    def answer(self, who: str, case: dict[str, Any]) -> None:
        """Answer one case, if it is known which it is."""
        number = self.runs.get(case["run"])
        if number is None:
            return
        body = {"choice": truth_of(number), "digest": case["digest"]}
        status, told = self.ask(who, "POST", f"escalations/{case['id']}/resolution/", body)
        if status == 200:
            self.waiting.discard(case["run"])
        elif status != 409:
            self.refused.append(f"{status}: {told}")

    def look(self) -> None:
        """A run whose trigger was cut short may have ended by itself."""
        for run_id in list(self.waiting):
            _, told = self.ask("dev", "GET", f"runs/{run_id}/")
            if told["status"] == "succeeded":
                self.waiting.discard(run_id)


@dataclass(frozen=True)
class Aftermath:
    """What `gate_server.py told` says in the end, and what the servers wrote into their logs."""

    told: dict[str, Any]
    refused: list[str]
    logs: str
    seconds: float


@contextmanager
def _up(database: str, data: Path, quick: bool) -> Iterator[World]:
    kept = {**os.environ, "DATA": str(data), "DATABASE_URL": database, "API_REQUESTS_PER_S": "0"}
    environment = {**kept, "GATES": "quick" if quick else ""}
    servers = tuple(Server(environment, data / f"server{number}.log") for number in range(2))
    tokens = json.loads(_run(environment, "seed"))
    try:
        for server in servers:
            server.start()
        yield World(servers, tokens)
    finally:
        for server in servers:
            server.stop()


def _run(environment: dict[str, str], deed: str) -> str:
    done = subprocess.run(
        [sys.executable, PROGRAM, deed], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


def lived(database: str, data: Path, cases: int, kills: int, *, quick: bool = True) -> Aftermath:
    """So many cases on an empty database, while servers and the processes that compute gates are killed with -9."""
    with _up(database, data, quick) as world, ThreadPoolExecutor(8) as pool:
        begun = time.monotonic()
        people = [pool.submit(world.review, who) for who in REVIEWERS]
        sent = [pool.submit(world.send, number) for number in range(cases)]
        try:
            for kill in range(kills):
                _wait(partial(world.has_sent, (kill + 1) * cases // (kills + 1)), *people)
                _killed(world.servers[kill // 2 % 2], server_too=kill % 2 == 1)
            for each in sent:
                each.result(PATIENCE_S)
            _wait(lambda: not world.waiting, *people)
            world.waiting |= set(world.runs)  # What was answered has still to come to its end.
            _wait(lambda: not world.waiting, *people)
        finally:
            world.over.set()
        for person in people:
            person.result(PATIENCE_S)
        took = time.monotonic() - begun
    told = json.loads(_run(world.servers[0].environment, "told"))
    logs = "".join(server.log.read_text() for server in world.servers)
    return Aftermath(told, world.refused, logs, took)


def _killed(server: Server, *, server_too: bool) -> None:
    for pid in server.children():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    if server_too:  # else only where it computes
        server.stop(signal.SIGKILL)
        server.start()


def _wait(done: Callable[[], bool], *people: Future[None]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not done():
        for person in people:
            if person.done():
                person.result()
        assert time.monotonic() < deadline, "It did not come about in time."
        time.sleep(0.05)


def main(cases: int, kills: int, *, quick: bool) -> None:
    """A large one, printed."""
    from tests.services import postgresql

    with postgresql() as database, tempfile.TemporaryDirectory() as data:
        found = lived(database, Path(data), cases, kills, quick=quick)
    told = {name: value for name, value in found.told.items() if name != "numbers"}
    gaps = found.told["numbers"] != list(range(cases))
    print(told, f"gaps: {gaps}", f"refused: {found.refused[:5]}", f"{found.seconds:.0f} s", sep="\n")
    print(found.logs[-5000:])


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), quick="quick" in sys.argv)
