"""What a run costs over HTTP: latency, throughput, CPU, memory and disk, against the peers measured on such a machine.

Run: `.venv/bin/python -m bench.http`. It starts a server of its own on an empty folder, triggers a 5-node workflow with
`wait_s` (validated input, every step kept), and prints each figure with its bound and the ratio to it.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from bench import peers
from bench.bounds import Bound
from bench.client import Client
from bench.server import WORKFLOW, Served, prepare, serving

SEQUENTIAL = 500
CONCURRENT = 4_000
CLIENTS = 32
WARM_UP = 200
BODY = {"input": {"seats": 20, "email": "ada@example.com"}, "wait_s": 5}


def client_of(served: Served) -> Client:
    """A connection of a caller with a token."""
    return Client(served.port, {"Authorization": f"Bearer {served.token}"})


async def trigger(client: Client) -> None:
    """One run, from the request to its end. Raises AssertionError where it did not succeed."""
    run = await client.post(f"/api/v1/workflows/{WORKFLOW}/runs/", BODY)
    if run["status"] != "succeeded":
        raise AssertionError(run)


async def sequential(served: Served, count: int) -> list[float]:
    """Latencies of runs one after the other, in milliseconds."""
    found = []
    async with client_of(served) as client:
        for _ in range(count):
            begun = time.perf_counter()
            await trigger(client)
            found.append((time.perf_counter() - begun) * 1000)
    return found


async def concurrent(served: Served, count: int) -> float:
    """Runs a second with 32 clients."""
    left = iter(range(count))

    async def work() -> None:
        async with client_of(served) as client:
            for _ in left:
                await trigger(client)

    begun = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(CLIENTS)))
    return count / (time.perf_counter() - begun)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        prepared = prepare(data)
        with serving(data, prepared) as served:
            idle = served.rss_mb()
            asyncio.run(sequential(served, WARM_UP))
            latency = statistics.median(asyncio.run(sequential(served, SEQUENTIAL)))
            before, size = served.cpu_s(), served.size_kb()
            rate = asyncio.run(concurrent(served, CONCURRENT))
            cpu = (served.cpu_s() - before) / CONCURRENT * 1000
            disk = (served.size_kb() - size) / CONCURRENT
    print(Bound("HTTP, p50 sequential", latency, "ms", 6))
    print(Bound(f"HTTP, runs a second with {CLIENTS} clients", rate, "/s", 250, at_least=True))
    print(Bound("HTTP, CPU of the server a run", cpu, "ms", 3))
    print(Bound("idle memory", idle, "MB", 200))
    print(Bound("disk a run", disk, "KB", 3))
    peers.compare(latency, rate, idle)


if __name__ == "__main__":
    main()
