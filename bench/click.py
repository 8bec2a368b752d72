"""From a person's click to the run's next step: an answer is posted as the page posts it, until the next step is there.

Run: `.venv/bin/python -m bench.click`. Each turn starts a run that asks at once, follows it by websocket, and posts the
answer with a session over real HTTP. Bounded is the time until the watcher has the journal's entry of the step behind
the question. With `UNDO_S=0` the run goes on at once; that is the server's own time. In the product the run waits for
the time of grace first (`UNDO_S`, 5 s unless set), since until then the answer can be taken back, and there is no
button that sends it earlier: a second part sets it to 1 s and tells how much later than that the next step is there.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect

from bench.bounds import Bound, percentile
from bench.client import Client
from bench.server import ROOT, Served, prepare, serving

BOUND_MS = 100.0
WARM_UP, TURNS, TURNS_WITH_GRACE = 10, 100, 20
GRACE_S = 1.0

DOCUMENT: dict[str, Any] = {
    "format": "interlock/1",
    "input": {},
    "nodes": [
        {
            "id": "ask",
            "kind": "escalate.review",
            "name": "Well?",
            "config": {"question": "May we go on?", "choices": [{"name": "go"}, {"name": "stop"}]},
        },
        {"id": "next", "kind": "execute.transform", "config": {"output": {"gone": "true"}}},
        {"id": "done", "kind": "outcome", "name": "done", "config": {}},
        {"id": "off", "kind": "outcome", "name": "off", "config": {"kind": "stopped"}},
    ],
    "edges": [
        {"id": "e1", "from": "start", "port": "out", "to": "ask"},
        {"id": "e2", "from": "ask", "port": "go", "to": "next"},
        {"id": "e3", "from": "ask", "port": "stop", "to": "off"},
        {"id": "e4", "from": "next", "port": "done", "to": "done"},
    ],
}

_SESSION = """
import django
django.setup()
from django.contrib.auth import get_user_model
from bench.seed import signed_in
print(signed_in(get_user_model().objects.get(username="bench")))
"""


def session_of(data: Path) -> str:
    """The key of a session of the administrator."""
    environment = {**os.environ, "DATA": str(data), "DJANGO_SETTINGS_MODULE": "config.settings"}
    command = [sys.executable, "-c", _SESSION]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    return done.stdout.strip()


async def turn(served: Served, programs: Client, person: Client, token: str) -> float:
    """One case from its opening to the step behind it; milliseconds from the click to that step's entry here."""
    run = await programs.post(f"/api/v1/workflows/{served.workflow}/runs/", {"input": {}, "wait_s": 5})
    trace = json.loads(await programs.get(f"/api/v1/runs/{run['id']}/trace/"))["events"]
    case_id = next(event["data"]["escalation"] for event in trace if event["type"] == "step.asked")
    case = json.loads(await person.get(f"/api/v1/escalations/{case_id}/"))
    headers = {"Authorization": f"Bearer {served.token}"}
    address = f"ws://127.0.0.1:{served.port}/ws/runs/{run['id']}/?after={trace[-1]['seq']}"
    async with connect(address, additional_headers=headers, compression=None, proxy=None) as socket:
        await socket.recv()  # How the run stands: from here on it is followed.
        form = {"csrfmiddlewaretoken": token, "choice": "go", "digest": case["digest"], "comment": ""}
        begun = time.perf_counter()
        clicked = asyncio.create_task(person.form(f"/cases/{case_id}/", urlencode(form)))
        arrived = await _next_step(socket)
        await clicked
        return (arrived - begun) * 1000


async def _next_step(socket: ClientConnection) -> float:
    async for text in socket:
        event = json.loads(text).get("event") or {}
        if event.get("node") == "next" and event["type"] == "step.finished":
            return time.perf_counter()
    raise AssertionError("The run did not go on.")


async def turns(served: Served, session: str, count: int) -> list[float]:
    """So many clicks, one after the other."""
    token = "c" * 32
    cookie = f"sessionid={session}; csrftoken={token}"
    async with (
        Client(served.port, {"Authorization": f"Bearer {served.token}"}) as programs,
        Client(served.port, {"Cookie": cookie}) as person,
    ):
        return [await turn(served, programs, person, token) for _ in range(count)]


def measured(grace_s: float, count: int) -> list[float]:
    """Clicks on a server with this time of grace."""
    os.environ["UNDO_S"] = str(grace_s)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        token = prepare(data, DOCUMENT)
        session = session_of(data)
        with serving(data, token) as served:
            return asyncio.run(turns(served, session, WARM_UP + count))[WARM_UP:]


def main() -> None:
    """Measure and print."""
    times = measured(0, TURNS)
    print(Bound("click to next step, p95, without a time of grace", percentile(times, 0.95), "ms", BOUND_MS))
    print(f"    p50 {percentile(times, 0.5):.1f} ms, {len(times)} clicks", flush=True)
    late = [each - GRACE_S * 1000 for each in measured(GRACE_S, TURNS_WITH_GRACE)]
    half, most = percentile(late, 0.5), percentile(late, 0.95)
    print(f"    with {GRACE_S:g} s of grace: p50 {half:.1f} ms, p95 {most:.1f} ms later")
    print("    In the product UNDO_S (5 s unless set) comes on top: the run goes on when it is over.")


if __name__ == "__main__":
    main()
