"""What a run costs in the engine, without HTTP: latency, throughput, branches, model calls, parked runs.

`.venv/bin/python -m bench.engine [NAME…]` on an empty folder of its own; with `--profile NAME` it tells where the time
of one part goes. Everything runs in one process with one engine, as `serve` has it; each figure stands by its bound.
"""

from __future__ import annotations

import asyncio
import cProfile
import gc
import os
import pstats
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

import uvloop

from bench.bounds import Bound
from bench.server import FIVE_NODES
from tests.makers.openai_server import openai_server, says, slow

INPUT = {"seats": 20, "email": "ada@example.com"}
MODEL_S = 0.2
CLIENTS = 50
RUNS = 4_000
WON: Mapping[str, Any] = {"id": "won", "kind": "outcome"}

type Part = Callable[[Any], Awaitable[list[Bound]]]


class Bench:
    """A run time on an empty folder, and drawings in it."""

    def __init__(self, data: Path, model_url: str) -> None:
        self.data, self.model_url = data, model_url
        self.path = data / "interlock.sqlite3"

    async def sealed(self, name: str, document: Mapping[str, Any]) -> Any:
        """A published drawing, ready to be triggered."""
        from asgiref.sync import sync_to_async

        from runtime import blueprints
        from tests.makers.engine import seal

        made = await sync_to_async(seal)(document, name)
        return await sync_to_async(blueprints.sealed)(made.pk)

    async def run(self, sealed: Any, given: Any = None) -> str:
        """One run, from its trigger until it has ended or is parked; its id."""
        from datetime import UTC, datetime

        from runtime import launch
        from runtime.engine.ports import NewRun
        from runtime.ids import new_id

        asked = NewRun(new_id(), sealed.id, sealed.workflow, 1, given or {}, datetime.now(UTC))
        started = await launch.current().runner.start(asked, sealed.drawing)
        assert started.settled
        if await started.settled != ("waiting" if sealed.workflow == "parked" else "succeeded"):
            raise SystemExit(f"The run {asked.id} of {sealed.workflow} did not succeed: {await self._last(asked.id)}")
        return asked.id

    async def _last(self, run_id: str) -> Any:
        from runtime.models import Entry

        last = await Entry.objects.filter(run_id=run_id).order_by("-seq").afirst()
        return last and last.data

    def bytes(self) -> int:
        """What the database takes on disk, with nothing left in the log."""
        with self._opened() as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return self.path.stat().st_size

    def raw_rate(self, count: int = 2_000) -> float:
        """Runs a second where each is nothing but one durable transaction: the rows of a real one, written again."""
        copy = self.data / "raw.sqlite3"
        shutil.copy(self.path, copy)
        with self._opened(copy) as connection:
            run = connection.execute("SELECT * FROM runtime_run WHERE workflow = 'five' LIMIT 1").fetchone()
            entries = connection.execute("SELECT * FROM runtime_entry WHERE run_id = ?", run[:1]).fetchall()
            begun = time.perf_counter()
            for number in range(count):
                self._write(connection, f"raw{number:023}", run, entries)
            return count / (time.perf_counter() - begun)

    def _write(self, connection: Any, name: str, run: Any, entries: list[Any]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(f"INSERT INTO runtime_run VALUES ({', '.join('?' * len(run))})", (name, *run[1:]))
        for entry in entries:
            row = [name if value == run[0] else value for value in entry]
            connection.execute(f"INSERT INTO runtime_entry VALUES ({', '.join('?' * len(row))})", row)
        connection.execute("COMMIT")

    @contextmanager
    def _opened(self, path: Path | None = None) -> Iterator[Any]:
        import sqlite3  # the one that the settings have put in its place

        connection = sqlite3.connect(path or self.path, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        try:
            yield connection
        finally:
            connection.close()

    async def each(self, sealed: Any, count: int, given: Any = None) -> list[float]:
        """Milliseconds of runs one after the other."""
        took = []
        for _ in range(count):
            begun = time.perf_counter()
            await self.run(sealed, given)
            took.append((time.perf_counter() - begun) * 1000)
        return took

    async def together(self, sealed: Any, count: int, clients: int, given: Any = None) -> float:
        """Seconds for so many runs by so many clients at once."""
        left = iter(range(count))

        async def client() -> None:
            for _ in left:
                await self.run(sealed, given)

        begun = time.perf_counter()
        await asyncio.gather(*(client() for _ in range(clients)))
        return time.perf_counter() - begun


# The parts


async def five(bench: Bench) -> list[Bound]:
    """A run of five nodes: alone, many at once, the raw bound beside it, and what it takes on disk."""
    sealed = await bench.sealed("five", FIVE_NODES)
    await bench.each(sealed, 200, INPUT)
    alone = statistics.median(await bench.each(sealed, 1_000, INPUT))
    before, rates, raw, cpu = bench.bytes(), [], [], []
    for _ in range(3):
        used = time.process_time()
        rates.append(RUNS / await bench.together(sealed, RUNS, CLIENTS, INPUT))
        cpu.append((time.process_time() - used) / RUNS * 1000)
        raw.append(await asyncio.to_thread(bench.raw_rate))
    size = (bench.bytes() - before) / (3 * RUNS)
    rate, bound = statistics.median(rates), statistics.median(raw)
    print(f"five nodes: CPU {statistics.median(cpu):.2f} ms a run; raw, one transaction a run: {bound:,.0f} a second")
    return [
        Bound("five nodes, one at a time, p50", alone, "ms", 5),
        Bound(f"five nodes, {CLIENTS} at a time", rate, "/s", 1_000, at_least=True),
        Bound("five nodes, of the raw bound", rate / bound, "", 0.1, at_least=True),
        Bound("five nodes, on disk", size / 1024, "KB", 3),
    ]


async def branches(bench: Bench) -> list[Bound]:
    """Twenty parallel branches and a join."""
    bounds = []
    for name, make in (("pure", _compute), ("with an effect each", _call)):
        nodes = [_compute("split"), *(make(f"b{n}") for n in range(20)), _compute("join"), WON]
        ways = [("start", "out", "split"), ("join", "done", "won")]
        ways += [way for n in range(20) for way in (("split", "done", f"b{n}"), (f"b{n}", "done", "join"))]
        sealed = await bench.sealed(f"branches-{make.__name__}", _document(nodes, ways))
        await bench.each(sealed, 10)
        took = statistics.median(await bench.each(sealed, 100))
        bounds.append(Bound(f"twenty branches and a join, {name}, p50", took, "ms", 20))
    return bounds


async def series(bench: Bench) -> list[Bound]:
    """A hundred nodes in a row."""
    bounds = []
    for name, make in (("pure", _compute), ("with an effect each", _call)):
        nodes = [*(make(f"n{n}") for n in range(100)), WON]
        ways = [("start", "out", "n0"), *((f"n{n}", "done", f"n{n + 1}") for n in range(99)), ("n99", "done", "won")]
        sealed = await bench.sealed(f"series-{make.__name__}", _document(nodes, ways))
        await bench.each(sealed, 5)
        took = statistics.median(await bench.each(sealed, 40))
        bounds.append(Bound(f"a hundred nodes in a row, {name}, p50", took, "ms", 50))
    return bounds


async def models(bench: Bench) -> list[Bound]:
    """64 runs at once, each with one model call of 200 ms, through the real client."""
    config = {"connection": "slow", "prompt": "Which way?"}
    nodes = [{"id": "ask", "kind": "execute.prompt", "config": config}, WON]
    sealed = await bench.sealed("models", _document(nodes, [("start", "out", "ask"), ("ask", "done", "won")]))
    took = [await bench.together(sealed, 64, 64) for _ in range(8)]
    return [Bound("64 runs with a model call of 200 ms each", statistics.median(took[1:]) * 1000, "ms", 300)]


async def parked(bench: Bench) -> list[Bound]:
    """A thousand runs that wait for a person."""
    config = {"question": "May we?", "choices": [{"name": "yes"}]}
    nodes = [{"id": "ask", "kind": "escalate.review", "config": config}, WON]
    sealed = await bench.sealed("parked", _document(nodes, [("start", "out", "ask"), ("ask", "yes", "won")]))
    await bench.together(sealed, 500, CLIENTS)
    gc.collect()
    before = _resident()
    await bench.together(sealed, 1_000, CLIENTS)
    gc.collect()
    held = sum(type(each).__name__ in ("Driver", "State", "Step") for each in gc.get_objects())
    return [
        Bound("a thousand parked runs, resident", (_resident() - before) / 2**20, "MB", 5),
        Bound("a thousand parked runs, objects held", held, "", 1),
    ]


PARTS: dict[str, Part] = {part.__name__: part for part in (five, branches, series, models, parked)}


# Small makers


def _compute(name: str) -> dict[str, Any]:
    return {"id": name, "kind": "execute.transform", "config": {"output": {"x": "1 + 2"}}}


def _call(name: str) -> dict[str, Any]:
    config = {"function": "interlock.fingerprint", "args": {"value": "'x'"}}
    return {"id": name, "kind": "execute.python", "config": config}


def _document(nodes: Sequence[Mapping[str, Any]], ways: Sequence[tuple[str, str, str]]) -> dict[str, Any]:
    edges = [{"id": f"e{n}", "from": a, "port": port, "to": b} for n, (a, port, b) in enumerate(ways)]
    return {"format": "interlock/1", "input": {}, "nodes": list(nodes), "edges": edges}


def _resident() -> int:
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


# The process


async def _measured(bench: Bench, names: Sequence[str], profiled: bool) -> None:
    from asgiref.sync import sync_to_async

    from runtime import launch
    from runtime.models import Connection

    config = {"base_url": bench.model_url, "model": "m", "allow_private": True}
    await sync_to_async(Connection.objects.create)(name="slow", provider="custom", config=config)
    await launch.start()
    try:
        for name in names:
            profile = cProfile.Profile()
            with profile if profiled else nullcontext():
                bounds = await PARTS[name](bench)
            print(*bounds, sep="\n", flush=True)
            if profiled:
                pstats.Stats(profile).sort_stats("tottime").print_stats(30)
    finally:
        await launch.stop()


def _model(pipe: Pipe) -> None:
    async def serve() -> None:
        async with openai_server(slow(MODEL_S, says("That way."))) as server:
            pipe.send(server.url)
            await asyncio.to_thread(pipe.recv)

    asyncio.run(serve())


def main(arguments: Sequence[str]) -> None:
    """Measure the parts that are named, or all."""
    names = [name for name in arguments if name in PARTS] or list(PARTS)
    ours, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=_model, args=(theirs,), daemon=True)
    process.start()
    with tempfile.TemporaryDirectory() as data:
        os.environ |= {"DATA": data, "DJANGO_SETTINGS_MODULE": "config.settings"}
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        work = _measured(Bench(Path(data), ours.recv()), names, "--profile" in arguments)
        asyncio.run(work, loop_factory=uvloop.new_event_loop)
    ours.send(None)
    process.join(5)


if __name__ == "__main__":
    main(sys.argv[1:])
