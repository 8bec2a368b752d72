"""64 model calls at once against a server that takes 200 ms: how long all of them take, and the CPU of each.

Run it with `python -m bench.model_calls [CALLS] [ROUNDS]`. The server is a process of its own. Printed are medians: the
time until all calls are done (a single one takes 200 ms at best), and the CPU of a call beside that of the bare HTTP
client below it.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection as Pipe

from bench.bounds import Bound
from runtime.ai import Connection, Models
from runtime.core.node import Failed, ModelRequest, Option
from runtime.egress import Egress, Policy, RawRequest
from tests.makers.openai_server import openai_server, says, slow

SERVER_S = 0.2
BOUND_MS = 300.0
REQUEST = ModelRequest("c", "Which way?", "choice", options=(Option("go"), Option("stop")))


async def _serve(pipe: Pipe) -> None:
    answer = says({"choice": "go", "confidence": 0.9})
    async with openai_server(slow(SERVER_S, answer)) as server:
        pipe.send(server.url)
        await asyncio.to_thread(pipe.recv)


def _server(pipe: Pipe) -> None:
    asyncio.run(_serve(pipe))


async def _measured(call: Callable[[], Awaitable[object]], calls: int, rounds: int) -> tuple[float, float]:
    """Seconds until all calls of a round are done, and CPU milliseconds a call; medians."""
    walls, cpus = [], []
    for _ in range(rounds + 1):
        wall, cpu = time.perf_counter(), time.process_time()
        answers = await asyncio.gather(*(call() for _ in range(calls)))
        walls.append(time.perf_counter() - wall)
        cpus.append((time.process_time() - cpu) / calls * 1000)
        failed = [answer for answer in answers if isinstance(answer, Failed)]
        if failed:
            raise SystemExit(f"A call failed: {failed[0]}")
    # The first round opens the connections; it is not counted.
    return statistics.median(walls[1:]), statistics.median(cpus[1:])


async def measure(url: str, calls: int, rounds: int) -> None:
    """Print both lines."""
    egress = Egress()
    models = Models(egress)
    connection = Connection("c", base_url=url, model="m", allow_private=True)
    policy = Policy(private=True)
    raw = RawRequest("POST", f"{url}/chat/completions", {"Content-Type": "application/json"}, b"{}", 30.0)
    for name, call in (
        ("model call", lambda: models.ask(connection, REQUEST)),
        ("bare exchange", lambda: egress.exchange(raw, policy)),
    ):
        wall, cpu = await _measured(call, calls, rounds)
        print(f"{Bound(f'{name}, {calls} at once', wall * 1000, 'ms', BOUND_MS)}  (CPU {cpu:.2f} ms a call)")
    await egress.close()


def main() -> None:
    """Start the server, measure, stop it."""
    given = [int(text) for text in sys.argv[1:3]]
    calls, rounds = [*given, *(64, 9)[len(given) :]]
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_server, args=(theirs,), daemon=True)
    process.start()
    asyncio.run(measure(ours.recv(), calls, rounds))
    ours.send(None)
    process.join(5)


if __name__ == "__main__":
    main()
