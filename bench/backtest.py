"""How fast past cases are replayed: leads through the gallery's own drawing, and through one with another cut-off.

`python -m bench.backtest [CASES]` (1,000). It times the pure part, reading a journal and replaying it, without a
database; models answer at once. A backtest leaves as much time again to the runs of its process. Milliseconds of CPU.
"""

from __future__ import annotations

import asyncio
import copy
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from bench.bounds import Bound, peak_mib
from runtime.backtests.doors import Budget
from runtime.backtests.recorded import Past, record
from runtime.backtests.replay import Means, replay
from runtime.backtests.replayed import Replayed
from runtime.core.definition import parse
from runtime.core.drawing import Drawing, compile_drawing
from runtime.core.events import Event
from runtime.core.expressions import Json
from runtime.core.node import Failed, Familiarity, ModelAnswer, ModelRequest
from runtime.engine.cage import Cage
from runtime.engine.ports import Doors
from runtime.nodes import discover
from tests.makers.leads import ADA

LEADS = Path(__file__).resolve().parents[1] / "builder" / "gallery" / "lead_qualification.json"
BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BOUND_MS = 20.0


class Answering:
    """Models that answer at once, and no earlier cases."""

    async def model(self, request: ModelRequest, key: str) -> ModelAnswer | Failed:
        """Each choice is the first one; each text is short, each score is good."""
        del key
        values: dict[str, Json] = {"choice": request.options[0].name if request.options else "", "text": "Dear Ada."}
        values |= {"score": {"score": 0.9, "reasons": []}, "object": {"text": "Dear Ada."}}
        return ModelAnswer(values[request.purpose], {"probability": 0.7, "logprob": 0.7})

    async def earlier_inputs(
        self, workflow: str, run_id: str, since: datetime, limit: int
    ) -> Sequence[tuple[str, Json]]:
        """None."""
        del workflow, run_id, since, limit
        return ()

    async def familiarity(
        self, workflow: str, run_id: str, expression: str, value: Json, min_p: float
    ) -> Familiarity | Failed:
        """It is not asked here."""
        raise NotImplementedError(workflow)


def drawing(raw: dict[str, Any]) -> Drawing:
    """The drawing of a document."""
    document = parse(raw).document
    if document is None:
        raise SystemExit("The example's drawing cannot be read.")
    return compile_drawing(document, discover())[0]


def means(of: Drawing, cage: Cage) -> Means:
    """What a replay needs, without limits."""
    return Means(of, "leads", Budget(10**9, 10**9), Answering(), cast("Doors", None), cage)


async def journal(of: Drawing, number: int, cage: Cage) -> tuple[Event, ...]:
    """What a run of this lead would have left: its drawing is replayed on nothing but its input."""
    given = {**ADA, "email": f"ada{number}@northwind.example", "seats": 20 + number % 80}
    began = Event("run.started", None, 0, {"input": given}, 1, BEGAN)
    found = await replay(means(of, cage), await record(Past(f"{number:026}", of, (began,)), cage))
    events = [began]
    for told in found.told:
        data = {"port": told.port, "output": told.output}
        kind: Any = "step.asked" if told.how == "asked" else "step.finished"
        event = Event(kind, told.node, told.visit, data)
        events.append(replace(event, seq=len(events) + 1, at=BEGAN + timedelta(milliseconds=len(events))))
    return tuple(events)


async def through(of: Drawing, past: Drawing, journals: Sequence[tuple[Event, ...]], cage: Cage) -> list[Replayed]:
    """All cases, one after the other."""
    doing = means(of, cage)
    return [
        await replay(doing, await record(Past(f"{number:026}", past, events), cage))
        for number, events in enumerate(journals)
    ]


async def main(cases: int) -> None:
    """Measure and print."""
    raw = json.loads(LEADS.read_text())
    changed = copy.deepcopy(raw)
    next(node for node in changed["nodes"] if node["id"] == "intent")["config"]["cutoff"] = 0.75
    before, after, cage = drawing(raw), drawing(changed), Cage()
    try:
        journals = [await journal(before, number, cage) for number in range(cases)]
        for name, draft in (("the same drawing", before), ("another cut-off", after)):
            memory, begun = peak_mib(), time.process_time()
            found = await through(draft, before, journals, cage)
            ms = (time.process_time() - begun) * 1000 / cases
            steps = sum(len(each.told) for each in found) / cases
            ends = sorted({each.outcome or each.state for each in found})
            told = f"{name}: {1000 / ms:,.0f} cases/s, {steps:.1f} steps a case, ends {', '.join(ends)}"
            print(f"{told}; +{peak_mib() - memory:.0f} MiB")
            print(Bound(f"replaying a case, {name}", ms, "ms", BOUND_MS))
    finally:
        await cage.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000))
