"""What a promise adds to a run: the same decision with a fixed cut-off, and by a proven gate with its ledger.

`.venv/bin/python -m bench.gates` on an empty folder of its own. Both take turns, in one process with one engine, so
that what else the machine does falls on both.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import uvloop

from bench.bounds import Bound
from bench.engine import Bench

RUNS, WARM = 400, 40
GIVEN = {"text": "please pay the invoice"}


async def measured(bench: Bench) -> list[Bound]:
    """How long one run of each takes, one after the other."""
    from asgiref.sync import sync_to_async

    from runtime import launch
    from runtime.models import Decision, Gate

    await launch.start()
    try:
        plain = await bench.sealed("plain", _drawing({"promise": None, "cutoff": 0.01}))
        gated = await bench.sealed("gated", _drawing({"audit": 0.001}))
        await bench.run(gated, GIVEN)
        await sync_to_async(Gate.objects.update)(state="proven", cutoff=0.01)
        times: dict[str, list[float]] = {"plain": [], "gated": []}
        for _ in range(RUNS):
            for sealed in (plain, gated):
                begun = time.perf_counter()
                await bench.run(sealed, GIVEN)
                times[sealed.workflow].append((time.perf_counter() - begun) * 1000)
        rows = await sync_to_async(Decision.objects.count)()
    finally:
        await launch.stop()
    without, with_it = (statistics.median(times[name][WARM:]) for name in ("plain", "gated"))
    print(f"a run without a promise {without:.2f} ms, with one {with_it:.2f} ms (medians of {RUNS}), {rows} rows")
    return [Bound("what a gate's decision adds to a run", with_it - without, "ms", 1.0)]


def _drawing(config: dict[str, Any]) -> dict[str, Any]:
    """It reads a step before it, which counts for the epoch."""
    from tests.makers.gated import gated

    examples = {"pay": ["pay the invoice", "a payment"], "decline": ["no, never", "not at all"]}
    choices = [{"name": name, "examples": texts} for name, texts in examples.items()]
    drawn = gated(gate={"choices": choices, "question": "{{ steps.facts.output.text }}", **config}, reviewed=False)
    drawn["edges"][0]["to"] = "facts"
    way = {"id": "read", "from": "facts", "port": "done", "to": "gate"}
    facts = {"id": "facts", "kind": "execute.select", "config": {"fields": {"text": "input.text"}}}
    return {**drawn, "nodes": [*drawn["nodes"], facts], "edges": [*drawn["edges"], way]}


def main() -> None:
    """Measure, and print the bound."""
    with tempfile.TemporaryDirectory() as data:
        os.environ |= {"DATA": data, "DJANGO_SETTINGS_MODULE": "config.settings"}
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        print(*asyncio.run(measured(Bench(Path(data), "")), loop_factory=uvloop.new_event_loop), sep="\n")


if __name__ == "__main__":
    main()
