"""How soon a trace event reaches those who watch a run, and whether each of them gets every event exactly once.

Run: `.venv/bin/python -m bench.sockets [SECONDS]`. Its last part is the crowd: 500 sockets watch for a minute (or so
many seconds) while 50 runs a second go on; it tells how many events each should have got and got, and whether the
server's memory grows. It starts a server of its own and opens websockets to runs that write two
entries every 0.2 s. Bounded is the time from the commit, as another connection sees it (`commits`), to the arrival
here, by one clock. Beside it stands the time from the event's own `at`, which is stamped before its transaction begins:
that is the upper limit, with the disk in it. Events that were replayed when a socket opened do not count. The watchers
are all in this one process, and reading what they get is part of the time; how late this process itself wakes is told
too, since nothing that is measured on a busy machine is better than that.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from bench.bounds import Bound, percentile
from bench.client import Client
from bench.commits import Commits, observed
from bench.server import Served, prepare, serving

BOUND_MS = 50.0
WAITS = 15
WAIT_S = 0.2
ROUNDS = 3
LOAD_PER_S = 20
CROWD, CROWD_PER_S, CROWD_S = 500, 50, 60.0
CROWD_RUNS = 50
CROWD_BOUND_MS, GROWN_MB = 250.0, 10.0


def _document() -> dict[str, Any]:
    """A run that is watched goes through a chain of waits; any other computes two steps and ends."""
    waits = [f"wait_{number}" for number in range(WAITS)]
    ways = [*waits, "seen"]
    nodes: list[dict[str, Any]] = [
        {
            "id": "which",
            "kind": "decide.rule",
            "config": {"choices": [{"name": "watched", "when": "input.watched"}], "otherwise": "load"},
        },
        *({"id": wait, "kind": "execute.wait", "config": {"seconds": WAIT_S}} for wait in waits),
        {"id": "price", "kind": "execute.transform", "config": {"output": {"total": "12.5 * 20.0"}}},
        {"id": "offer", "kind": "execute.transform", "config": {"output": {"total": "steps.price.output.total"}}},
        {"id": "seen", "kind": "outcome", "name": "seen", "config": {}},
        {"id": "done", "kind": "outcome", "name": "done", "config": {}},
        {"id": "odd", "kind": "outcome", "name": "odd", "config": {"kind": "stopped"}},
    ]
    taken = [("start", "out", "which"), ("which", "watched", waits[0]), ("which", "load", "price")]
    taken += [("which", "unsure", "odd"), ("price", "done", "offer"), ("offer", "done", "done")]
    taken += [(wait, "done", after) for wait, after in zip(waits, ways[1:], strict=True)]
    edges = [{"id": f"e{n}", "from": one, "port": port, "to": to} for n, (one, port, to) in enumerate(taken)]
    schema = {"type": "object", "properties": {"watched": {"type": "boolean"}}, "required": ["watched"]}
    return {"format": "interlock/1", "input": schema, "nodes": nodes, "edges": edges}


@dataclass(slots=True)
class Seen:
    """What one watcher got: the numbers of the events in their order; of the live ones also `at` and the arrival."""

    run_id: str
    numbers: list[int] = field(default_factory=list)
    live: list[tuple[int, float, float]] = field(default_factory=list)
    last_state: str = ""

    def check(self, last_seq: int) -> None:
        """Raises AssertionError where an event is missing, doubled or out of its order, or the end was not told."""
        if self.numbers != list(range(1, last_seq + 1)) or self.last_state != "succeeded":
            raise AssertionError(f"{self.numbers} of {last_seq}, then {self.last_state}")


async def watch(served: Served, run_id: str) -> Seen:
    """Follow a run to its end."""
    seen, live_since = Seen(run_id), 0.0
    headers = {"Authorization": f"Bearer {served.token}"}
    address = f"ws://127.0.0.1:{served.port}/ws/runs/{run_id}/"
    async with connect(address, additional_headers=headers, compression=None, proxy=None) as socket:
        async for text, now in _stamped(socket):
            message = json.loads(text)
            if message["type"] == "state":
                seen.last_state = message["run"]["status"]
                # The first state closes the replay.
                live_since = live_since or now
                continue
            seen.numbers.append(message["event"]["seq"])
            at = datetime.fromisoformat(message["event"]["at"]).timestamp()
            if live_since and at > live_since:
                seen.live.append((message["event"]["seq"], at, now))
    return seen


async def _stamped(socket: ClientConnection) -> AsyncIterator[tuple[str | bytes, float]]:
    async for text in socket:
        yield text, time.time()


@dataclass(slots=True)
class Latencies:
    """In milliseconds: since the commit, since `at`, and how late this process woke."""

    commit: list[float] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)

    def take(self, seen: Seen, commits: Commits) -> None:
        """Add what one watcher got."""
        self.at += [(now - at) * 1000 for _, at, now in seen.live]
        self.commit += [max(0.0, now - commits[seen.run_id, seq]) * 1000 for seq, _, now in seen.live]


async def measure(served: Served, runs: int, watchers: int, found: Latencies) -> None:
    """So many runs with so many watchers each, all at once."""
    path, headers = f"/api/v1/workflows/{served.workflow}/runs/", {"Authorization": f"Bearer {served.token}"}
    with observed(served.data) as commits:
        async with Client(served.port, headers) as client:
            ids = [(await client.post(path, {"input": {"watched": True}}))["id"] for _ in range(runs)]
        all_seen = await asyncio.gather(*(watch(served, run_id) for run_id in ids for _ in range(watchers)))
    async with Client(served.port, headers) as client:
        journal = json.loads(await client.get(f"/api/v1/runs/{ids[0]}/trace/"))["events"]
    for seen in all_seen:
        seen.check(len(journal))
        found.take(seen, commits)


@contextlib.asynccontextmanager
async def load(served: Served, per_s: float = LOAD_PER_S, workers: int = 1) -> AsyncIterator[list[int]]:
    """Other runs at a steady rate for as long as the block lasts; gives how many there were."""
    path, done = f"/api/v1/workflows/{served.workflow}/runs/", [0]

    async def work() -> None:
        async with Client(served.port, {"Authorization": f"Bearer {served.token}"}) as client:
            due = time.monotonic()
            while True:
                await client.post(path, {"input": {"watched": False}, "wait_s": 5})
                done[0] += 1
                due += workers / per_s
                await asyncio.sleep(max(0.0, due - time.monotonic()))

    tasks = [asyncio.create_task(work()) for _ in range(workers)]
    try:
        yield done
    finally:
        for task in tasks:
            if task.done():
                task.result()
            task.cancel()


async def _lateness(late: list[float]) -> None:
    while True:
        begun = time.monotonic()
        await asyncio.sleep(0.01)
        late.append((time.monotonic() - begun - 0.01) * 1000)


async def case(served: Served, name: str, runs: int, watchers: int, *, loaded: bool) -> None:
    """Measure one case and print it."""
    found = Latencies()
    waking = asyncio.create_task(_lateness(found.late))
    async with load(served) if loaded else contextlib.nullcontext([0]):
        for _ in range(ROUNDS):
            await measure(served, runs, watchers, found)
    waking.cancel()
    title = f"commit to watcher p95: {name}{f', {LOAD_PER_S} runs/s beside' if loaded else ''}"
    print(Bound(title, percentile(found.commit, 0.95), "ms", BOUND_MS))
    p50, at = percentile(found.commit, 0.5), percentile(found.at, 0.95)
    late = percentile(found.late, 0.95)
    print(f"    p50 {p50:.1f} ms; since `at` p95 {at:.1f} ms; {len(found.at)} events; woken {late:.1f} ms late")


@dataclass(slots=True)
class Crowd:
    """What became of the crowd: events that should have come and that came, memory at the beginning and the end."""

    expected: int = 0
    received: int = 0
    fewest: int = 10**9
    most: int = 0
    missed: int = 0
    memory: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)

    def take(self, seen: Seen, last_seq: int, commits: Commits) -> None:
        """Add what one watcher got of a run with so many entries."""
        self.expected += last_seq
        self.received += len(seen.numbers)
        self.fewest, self.most = min(self.fewest, len(seen.numbers)), max(self.most, len(seen.numbers))
        wrong = seen.numbers != list(range(1, last_seq + 1)) or seen.last_state != "succeeded"
        self.missed += max(1, last_seq - len(set(seen.numbers))) if wrong else 0
        self.latencies += [max(0.0, now - commits[seen.run_id, seq]) * 1000 for seq, _, now in seen.live]


async def crowd(served: Served, seconds: float) -> None:
    """500 sockets on 50 runs that write all the time, again and again, while 50 other runs a second go on."""
    found, path = Crowd(), f"/api/v1/workflows/{served.workflow}/runs/"
    headers = {"Authorization": f"Bearer {served.token}"}
    async with load(served, CROWD_PER_S, 4) as done, Client(served.port, headers) as client:
        begun, rounds = time.monotonic(), 0
        while time.monotonic() - begun < seconds or rounds < 3:
            with observed(served.data) as commits:
                ids = [(await client.post(path, {"input": {"watched": True}}))["id"] for _ in range(CROWD_RUNS)]
                watching = [watch(served, run_id) for run_id in ids for _ in range(CROWD // CROWD_RUNS)]
                all_seen = await asyncio.gather(*watching)
            last = {run_id: await _last_seq(client, run_id) for run_id in ids}
            for seen in all_seen:
                found.take(seen, last[seen.run_id], commits)
            rounds += 1
            found.memory.append(served.rss_mb())
        rate = done[0] / (time.monotonic() - begun)
    _tell(found, rounds, rate)


async def _last_seq(client: Client, run_id: str) -> int:
    journal = json.loads(await client.get(f"/api/v1/runs/{run_id}/trace/"))["events"]
    return int(journal[-1]["seq"])


def _tell(found: Crowd, rounds: int, rate: float) -> None:
    print(f"{CROWD} sockets, {rounds} rounds of {CROWD_RUNS} watched runs")
    print(Bound(f"{CROWD} sockets: other runs a second meanwhile", rate, "/s", 0.9 * CROWD_PER_S, at_least=True))
    print(f"    events expected {found.expected:,}, received {found.received:,}", end="; ")
    print(f"each watcher of a run {found.fewest} to {found.most}")
    print(Bound(f"{CROWD} sockets: events missed, doubled or out of order", found.missed, "", 0))
    # The first round warms everything up; what is held for good shows behind it.
    begin, end = found.memory[min(1, len(found.memory) - 1)], found.memory[-1]
    print(f"    RSS after each round: {', '.join(f'{each:.0f}' for each in found.memory)} MB")
    print(Bound(f"{CROWD} sockets: memory from the second round to the end", end - begin, "MB", GROWN_MB))
    late = percentile(found.latencies, 0.95)
    print(Bound(f"{CROWD} sockets: commit to watcher p95, {CROWD_PER_S} runs/s beside", late, "ms", CROWD_BOUND_MS))


async def all_cases(served: Served) -> None:
    """Each case without load and with it; the first of all warms up."""
    await measure(served, 2, 2, Latencies())
    for name, runs, watchers in (
        ("1 watcher", 1, 1),
        ("50 watchers of one run", 1, 50),
        ("50 runs, a watcher each", 50, 1),
    ):
        for loaded in (False, True):
            await case(served, name, runs, watchers, loaded=loaded)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        with serving(data, prepare(data, _document())) as served:
            asyncio.run(all_cases(served))
            print("Every watcher got every event exactly once, in order.", flush=True)
            asyncio.run(crowd(served, float(sys.argv[1]) if len(sys.argv) > 1 else CROWD_S))


if __name__ == "__main__":
    main()
