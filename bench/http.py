"""What a run costs over HTTP: latency, throughput, CPU, memory and disk, against the peers measured on such a machine.

Run: `.venv/bin/python -m bench.http`. It starts a server of its own on an empty folder, triggers a 5-node workflow with
`wait_s` (validated input, every step kept), and prints each figure with its bound and the ratio to it.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
from pathlib import Path

from bench import peers
from bench.server import Served, prepare, serving

SEQUENTIAL = 500
CONCURRENT = 4_000
CLIENTS = 32
WARM_UP = 200


class Client:
    """One keep-alive connection that speaks just enough HTTP, so that the client's own cost stays small."""

    def __init__(self, served: Served) -> None:
        body = json.dumps({"input": {"seats": 20, "email": "ada@example.com"}, "wait_s": 5}).encode()
        head = (
            f"POST /api/v1/workflows/{served.workflow}/runs/ HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\n"
            f"Authorization: Bearer {served.token}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._request = head.encode() + body
        self._port = served.port

    async def open(self) -> None:
        """Connect."""
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)

    async def trigger(self) -> None:
        """One run, from the request to its end. Raises AssertionError where it did not succeed."""
        self._writer.write(self._request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = int(next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")).split(b":")[1])
        body = await self._reader.readexactly(length)
        if b" 200 " not in head[:20] or b'"succeeded"' not in body:
            raise AssertionError((head + body)[:600])

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


async def sequential(served: Served, count: int) -> list[float]:
    """Latencies of runs one after the other, in milliseconds."""
    client = Client(served)
    await client.open()
    found = []
    for _ in range(count):
        begun = time.perf_counter()
        await client.trigger()
        found.append((time.perf_counter() - begun) * 1000)
    client.close()
    return found


async def concurrent(served: Served, count: int) -> float:
    """Runs a second with 32 clients."""
    clients = [Client(served) for _ in range(CLIENTS)]
    await asyncio.gather(*(client.open() for client in clients))
    left = iter(range(count))

    async def work(client: Client) -> None:
        for _ in left:
            await client.trigger()

    begun = time.perf_counter()
    await asyncio.gather(*(work(client) for client in clients))
    for client in clients:
        client.close()
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
    rows = [
        ("p50 sequential", latency, "ms", 6.0, "at most"),
        ("runs/s, 32 clients", rate, "/s", 250.0, "at least"),
        ("server CPU a run", cpu, "ms", 3.0, "at most"),
        ("idle memory", idle, "MB", 200.0, "at most"),
        ("disk a run", disk, "KB", 3.0, "at most"),
    ]
    for name, value, unit, bound, kind in rows:
        ratio = value / bound
        met = ratio <= 1 if kind == "at most" else ratio >= 1
        print(f"{name:22} {value:9.2f} {unit:3} {kind} {bound:g}: ratio {ratio:.2f} {'met' if met else 'NOT MET'}")
    peers.compare(latency, rate, idle)


if __name__ == "__main__":
    main()
