"""What each page costs the server with a million stored runs and ten thousand open cases: time and CPU of a request.

Run: `.venv/bin/python -m bench.pages [--runs N] [--cases N] [--data FOLDER] [--only NAME]`. A folder that was filled
before is used as it is (filling takes minutes and some gigabytes), else all of it is made and thrown away. With
`DATABASE_URL` in the environment it is measured on that PostgreSQL; the folder keeps the keys then, so both belong
together. `--only` measures the pages whose names hold the word. Pages are asked for one after the other over one
connection to a server of its own: what is bounded is the time until the whole answer is there. Another program on the
machine shows in it, and less in the CPU time beside it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.bounds import Bound, percentile
from bench.client import Client
from bench.server import ROOT, Served, serving

RUNS, CASES = 1_000_000, 10_000
BOUND_MS = 60.0
WARM_UP, TURNS = 5, 60
WORKFLOW = "lead-qualification"
OTHERS = ("designer", "developer")
EVERYBODYS = {"home": "/", "runs": "/runs/", "runs, waiting": "/runs/?status=waiting", "inbox": "/cases/"}
SETTINGS = {
    "settings": "/settings/connections/",
    "settings, queues": "/settings/queues/",
    "settings, people": "/settings/people/",
    "settings, work": "/settings/work/",
    "settings, keeping": "/settings/keeping/",
    "settings, log": "/settings/log/",
}
FILLED = "crowded"
"""The file that says that a folder, or the database beside it, was filled to the end."""


def pages(told: Mapping[str, Any]) -> dict[str, str]:
    """The addresses by name: “reviewer:” is asked for as somebody of this role, what says none as the administrator."""
    everybody = {f"{role}: {name}": path for role in OTHERS for name, path in EVERYBODYS.items()}
    return everybody | _of_runs(told) | _of_cases(told) | _of_workflows(told) | SETTINGS


def _of_runs(told: Mapping[str, Any]) -> dict[str, str]:
    runs = "/runs/?"
    return {
        "home": "/",
        "reviewer: home": "/",
        "runs": "/runs/",
        "reviewer: runs": "/runs/",
        "reviewer: runs, failed": f"{runs}status=failed",
        "reviewer: runs, queued: none": f"{runs}status=queued",
        "reviewer: runs, text: none": f"{runs}q=nowhere+to+be+found",
        "reviewer: runs, far behind": f"{runs}before={told['deep']}",
        "reviewer: run": f"/runs/{told['mine']}/",
        "runs, workflow": f"{runs}workflow={WORKFLOW}",
        "runs, succeeded": f"{runs}status=succeeded",
        "runs, failed": f"{runs}status=failed",
        "runs, waiting": f"{runs}status=waiting",
        "runs, queued: none": f"{runs}status=queued",
        "runs, outcome": f"{runs}outcome=contacted",
        "runs, outcome: none": f"{runs}outcome=nothing",
        "runs, workflow and outcome": f"{runs}workflow={WORKFLOW}&outcome=contacted",
        "runs, text": f"{runs}q=contacted",
        "runs, text: none": f"{runs}q=nowhere+to+be+found",
        "runs, real": f"{runs}simulated=false",
        "runs, real and failed": f"{runs}simulated=false&status=failed",
        "runs, simulated": f"{runs}simulated=true",
        "reviewer: runs, real": f"{runs}simulated=false",
        "runs, far behind": f"{runs}before={told['deep']}",
        "run": f"/runs/{told['run']}/",
        "two runs": f"/runs/{told['run']}/against/{told['other']}/",
    }


def _of_cases(told: Mapping[str, Any]) -> dict[str, str]:
    cases = "/cases/?"
    return {
        "inbox": "/cases/",
        "reviewer: inbox": "/cases/",
        "reviewer: inbox, mine": f"{cases}view=mine",
        "reviewer: inbox, unassigned": f"{cases}view=unassigned",
        "reviewer: inbox, due soon": f"{cases}view=overdue",
        "reviewer: inbox, incidents: none": f"{cases}view=incidents",
        "reviewer: inbox, search": f"{cases}q=employees",
        "reviewer: inbox, search: none": f"{cases}q=nowhere+to+be+found",
        "reviewer: inbox, far behind": f"{cases}after={told['case']}",
        "reviewer: case": f"/cases/{told['case']}/",
        "reviewer: case, the pane alone": f"/cases/{told['case']}/",
        "reviewer: case, a form": f"/cases/{told['form']}/",
    }


def _of_workflows(told: Mapping[str, Any]) -> dict[str, str]:
    workflow = f"/workflows/{WORKFLOW}"
    return {
        "workflows": "/workflows/",
        "canvas": f"/workflows/{WORKFLOW}/",
        "workflow": f"{workflow}/overview/",
        "workflow, versions": f"{workflow}/versions/",
        "workflow, triggers": f"{workflow}/triggers/",
        "workflow, past cases tried": f"{workflow}/backtests/",
        "workflow, gates": f"{workflow}/gates/",
        "workflow, tables": f"{workflow}/triggers/tables/",
        f"table of {told['rows']:,} rows": f"{workflow}/triggers/tables/{told['table']}/",
        "table, far behind": f"{workflow}/triggers/tables/{told['table']}/?after={told['rows'] // 2}",
        "table, failed": f"{workflow}/triggers/tables/{told['table']}/?state=failed",
        "gates": "/gates/",
    }


async def measure(served: Served, told: Mapping[str, Any], only: str = "") -> None:
    """Ask for each page whose name has `only` in it, and print its line."""
    for name, path in pages(told).items():
        if only not in name:
            continue
        role = name.partition(":")[0]
        who = role if role in (*OTHERS, "reviewer") else "administrator"
        headers = {"Cookie": f"sessionid={told['sessions'][who]}"}
        headers |= {"HX-Request": "true"} if name.endswith("the pane alone") else {}
        async with Client(served.port, headers) as client:
            await _times(client, path, WARM_UP)
            before = served.cpu_s()
            times = await _times(client, path, TURNS)
            cpu = (served.cpu_s() - before) / TURNS * 1000
        row = Bound(f"page, p95: {name}", percentile(times, 0.95), "ms", BOUND_MS)
        print(row, f"(p50 {percentile(times, 0.5):.1f} ms, CPU {cpu:.1f} ms)", flush=True)


async def _times(client: Client, path: str, turns: int) -> list[float]:
    found = []
    for _ in range(turns):
        begun = time.perf_counter()
        await client.get(path)
        found.append((time.perf_counter() - begun) * 1000)
    return found


def fill(data: Path, runs: int, cases: int) -> None:
    """Everything that is stored, in a folder that holds nothing yet."""
    begun = time.monotonic()
    _crowd(data, "begin")
    with serving(data, "") as served:
        asyncio.run(_gone_on(served, _told(data)["sessions"]["administrator"]))
    _crowd(data, "copy", str(runs), str(cases))
    (data / FILLED).touch()
    print(f"filled in {time.monotonic() - begun:.0f} s", flush=True)


async def _gone_on(served: Served, session: str) -> None:
    """Until no run of the example is under way."""
    async with Client(served.port, {"Cookie": f"sessionid={session}"}) as client:
        for _ in range(600):
            pages = [await client.get(f"/api/v1/runs/?limit=1&status={status}") for status in ("queued", "running")]
            if not any(json.loads(page)["results"] for page in pages):
                return
            await asyncio.sleep(0.2)
    raise RuntimeError("The runs of the example do not come to an end.")


def _told(data: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_crowd(data, "freshen").splitlines()[-1])
    return found


def _crowd(data: Path, *step: str) -> str:
    environment = {**os.environ, "DATA": str(data), "DJANGO_SETTINGS_MODULE": "config.settings"}
    command = [sys.executable, "-m", "bench.crowd", *step]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


@contextlib.contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    if given is None:
        with tempfile.TemporaryDirectory() as made:
            yield Path(made)
    else:
        given.mkdir(parents=True, exist_ok=True)
        yield given


def main() -> None:
    """Fill what is not filled, measure and print."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--runs", type=int, default=RUNS)
    asked.add_argument("--cases", type=int, default=CASES)
    asked.add_argument("--data", type=Path, default=None)
    asked.add_argument("--only", default="", help="measure the pages whose name has this in it")
    given = asked.parse_args()
    with _folder(given.data) as data:
        if not (data / FILLED).exists():
            fill(data, given.runs, given.cases)
        told = _told(data)
        where = "PostgreSQL" if os.environ.get("DATABASE_URL") else "SQLite"
        print(f"{where}: {told['runs']:,} runs, {told['cases']:,} open cases", flush=True)
        with serving(data, "") as served:
            asyncio.run(measure(served, told, given.only))


if __name__ == "__main__":
    main()
