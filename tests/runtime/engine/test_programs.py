"""Example programs through the real engine, undisturbed and with a crash after each of its writes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zlib import crc32

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from runtime import blueprints
from runtime.core.node import Ask, Choice, Context, Done, HttpRequest, Inputs, Kinds, NodeKind, Outcome, Params, Wait
from runtime.models import Blueprint, Escalation, Run
from tests.makers.drawings import sound_drawings
from tests.makers.engine import ScriptedDoors, answer, journal, seal
from tests.makers.kinds import KINDS
from tests.makers.programs import Program, Script, play, programs, told

pytestmark = pytest.mark.django_db(transaction=True)

MOST_WRITES = 40


def published(program: Program) -> Blueprint:
    for workflow, document in program.called.items():
        seal(document, workflow)
    return seal(program.document)


@pytest.mark.parametrize("program", programs(), ids=lambda program: program.name)
def test_a_program_does_what_it_says(program: Program) -> None:
    doors = program.scripted
    run_id, _ = play(published(program), program.input, doors, Script(program.answers))
    run = Run.objects.get(pk=run_id)
    assert told(run_id) == program.journal
    assert (run.status, run.outcome) == (program.status, program.outcome)
    assert journal(run_id)[-1].data.get("output") == program.output
    assert not run.escalations.filter(state="open").exists()


@pytest.mark.parametrize("program", programs(), ids=lambda program: program.name)
def test_a_program_says_the_same_after_a_crash_at_any_write(program: Program) -> None:
    blueprint = published(program)
    expected = sorted(line for line in program.journal if line[0] != "step.started")
    for crash_after in range(1, MOST_WRITES):
        doors = program.scripted
        run_id, writes = play(blueprint, program.input, doors, Script(program.answers), crash_after)
        assert sorted(told(run_id, once=True)) == expected, f"after write {crash_after}"
        run = Run.objects.get(pk=run_id)
        assert (run.status, run.outcome) == (program.status, program.outcome)
        assert [entry.seq for entry in journal(run_id)] == list(range(1, run.last_seq + 1))
        if writes < crash_after:
            return
    pytest.fail("The program never came to its end without a crash.")


# Drawings at random


def kinds(seed: int) -> Kinds:
    """The small kinds of the core's tests, with handlers: their answers follow from the seed and the step alone."""
    return {name: replace(kind, **_handlers(seed, kind)) for name, kind in KINDS.items()}


def _handlers(seed: int, kind: NodeKind[Any]) -> dict[str, Any]:
    def port(params: Params, context: Context) -> str:
        ports = sorted(kind.ports(params))
        return ports[crc32(f"{seed}:{context.node}:{context.visit}".encode()) % len(ports)]

    async def work(params: Params, inputs: Inputs, context: Context) -> Outcome:
        await context.http(HttpRequest("POST", "https://there.example/"))
        return Done({"by": context.idempotency_key.partition(":")[2]}, "done")

    def judge(params: Params, inputs: Inputs, context: Context) -> Outcome:
        return Done({}, port(params, context))

    def ask(params: Params, inputs: Inputs, context: Context) -> Outcome:
        return Ask("Well?", (Choice(port(params, context)),))

    if kind.name == "outcome":
        return {"run": lambda *_: Done({}, None)}
    if kind.family == "escalate":
        return {"run": ask, "answer": lambda _params, said: Done({}, said.choice)}
    if kind.name == "execute.wait":
        return {"run": lambda _params, _inputs, context: Wait(context.now + timedelta(milliseconds=5))}
    return {"run": work if kind.family == "execute" else judge}


def approve(case: Escalation) -> None:
    answer(case, case.asked["choices"][0]["name"])


@pytest.fixture
def small_kinds(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes the drawings' kinds those of `kinds(seed)`."""

    def use(seed: int) -> None:
        made = kinds(seed)
        monkeypatch.setattr(blueprints, "discover", lambda: made)
        blueprints.sealed.cache_clear()

    return use


@settings(
    max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate]
)
@given(document=sound_drawings(), seed=st.integers(0, 2**16), moments=st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_a_crash_anywhere_in_any_drawing_changes_nothing(
    small_kinds: Any, document: dict[str, Any], seed: int, moments: list[float]
) -> None:
    small_kinds(seed)
    blueprint = seal(document, f"w{Blueprint.objects.count()}")
    calm, writes = play(blueprint, {}, ScriptedDoors(), approve)
    expected = sorted(told(calm, once=True))
    for crash_after in sorted({1 + int(moment * (writes - 1)) for moment in moments}):
        doors = ScriptedDoors()
        run_id, _ = play(blueprint, {}, doors, approve, crash_after)
        assert sorted(told(run_id, once=True)) == expected
        finished = [entry for entry in journal(run_id) if entry.type == "step.finished"]
        assert len({(entry.node, entry.visit) for entry in finished}) == len(finished)
