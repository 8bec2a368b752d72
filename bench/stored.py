"""Whether stored runs slow what is done every day: the trigger and the lists, on few stored runs and on very many.

Run: `.venv/bin/python -m bench.stored [COUNT]` (100,000 stored runs unless told). Two servers stand side by side, one
on 300 stored runs, so that every list fills its page, and one on COUNT. Each request goes to the one and to the other
in turn, so that a busy machine harms both alike; the ratio is that of the medians. Lists that find nothing are measured
too: a query that scans shows there first. A reviewer sees the runs of the cases of his queues: his list grows with
those cases, not with the runs, and is told without a bound.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.bounds import Bound
from bench.client import Client
from bench.server import ROOT, Served, prepare, serving

STORED = 100_000
FEW, FEW_SHARES, SHARES = 300, 5, 20
BOUND = 1.10
WARM_UP, PAIRS = 10, 150
PAGES_DEEP = 100

LISTS = {
    "API, all": "/api/v1/runs/",
    "API, workflow": "/api/v1/runs/?workflow=bench",
    "API, status": "/api/v1/runs/?status=failed",
    "API, workflow and status": "/api/v1/runs/?workflow=bench&status=failed",
    "API, outcome": "/api/v1/runs/?outcome=offered",
    "API, workflow and outcome": "/api/v1/runs/?workflow=bench&outcome=offered",
    "API, label": "/api/v1/runs/?label=source:fair",
    "API, label and workflow": "/api/v1/runs/?label=source:fair&workflow=bench",
    "API, no such status": "/api/v1/runs/?status=waiting",
    "API, no such outcome": "/api/v1/runs/?outcome=none",
    "API, no such label": "/api/v1/runs/?label=source:none",
    "API, none of both": "/api/v1/runs/?workflow=second&status=failed",
    "API, outcome of no such status": "/api/v1/runs/?outcome=offered&status=failed",
    "page, all": "/runs/",
    "page, status": "/runs/?status=failed",
    "page, workflow and outcome": "/runs/?workflow=bench&outcome=offered",
}
OF_A_REVIEWER = {
    "page, a reviewer's runs": "/runs/",
    "page, a reviewer's failed runs": "/runs/?status=failed",
    "page, cases": "/cases/",
    "API, settled cases": "/api/v1/escalations/?state=resolved",
    "API, overdue cases": "/api/v1/escalations/?state=overdue",
}

UNBOUNDED = ("page, a reviewer's runs", "page, a reviewer's failed runs")

type Ask = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Stored:
    """A server and the two who are signed in there."""

    served: Served
    administrator: str
    reviewer: str

    def client(self, session: str | None = None) -> Client:
        """A connection by session, or by token."""
        by_token = {"Authorization": f"Bearer {self.served.token}"}
        return Client(self.served.port, by_token if session is None else {"Cookie": f"sessionid={session}"})


@contextlib.contextmanager
def stored(data: Path, template: Path, token: str, count: int, shares: int) -> Iterator[Stored]:
    """A server on a copy of the template with so many stored runs."""
    shutil.copytree(template, data)
    environment = {**os.environ, "DATA": str(data), "DJANGO_SETTINGS_MODULE": "config.settings"}
    command = [sys.executable, "-m", "bench.seed", str(count), str(shares)]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    administrator, reviewer = done.stdout.split()
    with serving(data, token) as served:
        yield Stored(served, administrator, reviewer)


def with_one_run(template: Path) -> str:
    """A folder with the workflow and one run of it; its token."""
    template.mkdir()
    token = prepare(template)
    with serving(template, token) as served:
        asyncio.run(_one_run(Stored(served, "", "")))
    return token


async def _one_run(one: Stored) -> None:
    async with one.client() as client:
        await _trigger(client)()


def _trigger(client: Client) -> Ask:
    body = {"input": {"seats": 20, "email": "ada@example.com"}, "wait_s": 5}
    return lambda: client.post("/api/v1/workflows/bench/runs/", body)


def _get(client: Client, path: str) -> Ask:
    return lambda: client.get(path)


async def _deep(client: Client, pages: int) -> str:
    """The address of a page far behind, by following `next`; nothing may come twice on the way."""
    path, seen = "/api/v1/runs/?limit=200", set[str]()
    for _ in range(pages):
        page = json.loads(await client.get(path))
        ids = {row["id"] for row in page["results"]}
        if seen & ids:
            raise AssertionError("A run came twice.")
        seen |= ids
        path = "/" + page["next"].split("/", 3)[3]
    return path.replace("limit=200", "limit=50")


async def asks_of(one: Stored, pages_deep: int, stack: contextlib.AsyncExitStack) -> dict[str, Ask]:
    """Every request that is compared, by name."""
    by_token, person, reviewer = [
        await stack.enter_async_context(one.client(session)) for session in (None, one.administrator, one.reviewer)
    ]
    deep = await _deep(by_token, pages_deep)
    behind = json.loads(await by_token.get(deep))["results"][0]["id"]
    return {
        "trigger": _trigger(by_token),
        **{name: _get(by_token if name.startswith("API") else person, path) for name, path in LISTS.items()},
        "API, far behind": _get(by_token, deep),
        "page, far behind": _get(person, f"/runs/?before={behind}"),
        **{name: _get(reviewer, path) for name, path in OF_A_REVIEWER.items()},
    }


async def compare(few: Stored, many: Stored, count: int) -> None:
    """Measure both in turn, and print."""
    async with contextlib.AsyncExitStack() as stack:
        ours = await asks_of(few, 1, stack)
        theirs = await asks_of(many, min(PAGES_DEEP, count // 200 - 1), stack)
        for name, ask in ours.items():
            pairs = [(await _ms(ask), await _ms(theirs[name])) for _ in range(WARM_UP + PAIRS)][WARM_UP:]
            little, much = (statistics.median(side) for side in zip(*pairs, strict=True))
            title, beside = f"{count:,} stored / {FEW}: {name}", f"({much:.2f} ms / {little:.2f} ms)"
            row = Bound(title, much / little, "x", BOUND)
            print(f"{title}: {row.value:.2f} x" if name in UNBOUNDED else row, beside, flush=True)


async def _ms(ask: Ask) -> float:
    begun = time.perf_counter()
    await ask()
    return (time.perf_counter() - begun) * 1000


def main() -> None:
    """Seed, measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else STORED
    with tempfile.TemporaryDirectory() as folder:
        token = with_one_run(Path(folder) / "template")
        template = Path(folder) / "template"
        with (
            stored(Path(folder) / "few", template, token, FEW, FEW_SHARES) as few,
            stored(Path(folder) / "many", template, token, count, SHARES) as many,
        ):
            asyncio.run(compare(few, many, count))


if __name__ == "__main__":
    main()
