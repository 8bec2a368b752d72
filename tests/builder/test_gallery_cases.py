"""Every sample case of the gallery, run through the engine: where it goes, and that no hostile one acts by itself.

The tables are meant to be changed with the drawings: a case that goes another way than before is noticed.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from builder import galleries
from builder.galleries import Sample
from runtime.core.definition import parse
from runtime.core.drawing import compile_drawing
from runtime.models import Entry, Escalation, Run
from runtime.nodes import discover
from runtime.triggers import batches
from tests.makers.engine import Engine, seal

# For each workflow: where a case comes to (an outcome; the step that asks a person, as “step?”; the timer that it waits
# for, as “step…”), and which cases these are, by their place in the file.
PLACES: Mapping[str, Mapping[str, list[int]]] = {
    "lead-qualification": {
        "contacted": [1],
        "nurture": [2],
        "plan_call?": [3],
        "settle?": [4, 8, 10, 11, 17, 18, 20],
        "ask_details?": [5, 6, 7, 9, 19],
        "read_message?": [12, 13, 14],
        "handed to support": [15],
        "declined": [16],
    },
    "support-triage": {
        "approve?": [1, 2, 19],
        "with an agent": [3, 4, 14],
        "on_call?": [5, 6, 7],
        "asked for more": [8, 9],
        "find_out?": [10, 11],
        "read_it?": [12, 13, 15],
        "same?": [16],
        "read_odd?": [17, 18, 20],
    },
    "invoice-approval": {
        "paid": [1, 2],
        "one?": [3, 4],
        "two?": [5, 6],
        "buyer?": [7, 8, 9, 18, 19, 20],
        "complete_it?": [10, 11, 12],
        "settle?": [13, 14, 15],
        "call_back?": [16, 17],
    },
    "content-moderation": {
        "published": [1, 2, 3],
        "asked to move it": [13],
        "moderate?": [4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 16, 17, 18, 19, 20],
    },
    "claims-intake": {
        "paid": [1, 2],
        "declined": [6],
        "adjuster?": [3, 4, 5, 11, 14, 18],
        "patience…": [7, 8],
        "ask_details?": [9, 10],
        "settle?": [12, 15, 16],
        "investigator?": [13, 17, 19, 20],
    },
    "data-clean-up": {
        "cleaned": [1, 2, 3, 4, 5],
        "mend?": [6, 7, 8, 17, 18, 19],
        "odd?": [9, 12, 15],
        "compare?": [10, 11, 13, 14],
        "erase_ok?": [16],
    },
    "customer-complaints": {
        "replacement sent": [1, 2],
        "parcel being traced": [3],
        "apologised": [4],
        "choose?": [5, 6, 7, 11, 12, 13, 14, 20],
        "find_out?": [8, 9, 10],
        "read_odd?": [15, 16, 17, 18, 19],
    },
}
# Which sorts of cases a workflow may act on by itself.
BY_ITSELF = {
    "lead-qualification": {"clear"},
    "support-triage": set(),
    "invoice-approval": {"small"},
    "content-moderation": {"clear"},
    "claims-intake": {"small"},
    "data-clean-up": {"clear"},
    "customer-complaints": {"clear"},
}


def test_every_workflow_has_its_table() -> None:
    assert {sample.slug for sample in galleries.samples()} == set(PLACES) == set(BY_ITSELF)


@pytest.mark.parametrize("sample", galleries.samples(), ids=lambda sample: sample.slug)
def test_every_case_comes_to_where_it_belongs(engine: Engine, sample: Sample) -> None:
    seal(sample.document, sample.slug)
    started = run_all(engine, sample)
    found: dict[str, list[int]] = {}
    for line, run_id in started.items():
        found.setdefault(place_of(run_id), []).append(line)
    assert found == PLACES[sample.slug]
    sorts = {case.line: case.labels["case"] for case in sample.cases}
    acted = {sorts[line] for line, run_id in started.items() if acted_by_itself(sample, run_id)}
    assert acted == BY_ITSELF[sample.slug]


def run_all(engine: Engine, sample: Sample) -> dict[int, str]:
    """The run of each case. The first goes ahead: a duplicate is one of an earlier case."""
    found: dict[int, str] = {}
    for cases in (sample.cases[:1], sample.cases[1:]):
        started, refused = engine.submit(batches.run_all(engine.runner, sample.slug, cases, "dora")).result(60)
        assert refused == []
        found.update({each.line: each.run_id for each in started})
    return found


def place_of(run_id: str) -> str:
    run = Run.objects.get(pk=run_id)
    if run.status == "succeeded":
        return str(run.outcome)
    case = Escalation.objects.filter(run_id=run_id, state="open").first()
    if case:
        return f"{case.node}?" if case.kind != "incident" else f"incident at {case.node}: {case.reasons}"
    last = Entry.objects.filter(run_id=run_id).order_by("seq").last()
    return f"{last.node}…" if last and run.status == "waiting" else run.status


def acted_by_itself(sample: Sample, run_id: str) -> bool:
    """Whether a step that commits has run. Nobody has answered anything in these runs."""
    document = parse(sample.document).document
    assert document
    drawing, _ = compile_drawing(document, discover())
    done = Entry.objects.filter(run_id=run_id, type="step.finished").values_list("node", flat=True)
    return any(drawing.commits(str(node)) for node in done)
