"""Whether gates keep their promise through the whole product: runs, cases, answers, labels and folds in known worlds.

`python -m bench.gates_world [TRIALS [PURE]]`. Many gates live at once in one database, each a workflow of its own: real
runs by the engine, cases answered by `escalations.resolve`, labels folded by the process of numbers. After every round
each row and each gate is held against the pure one that was fed with the same cases (`bench.gates_mirror`): as long as
none differs, what `bench.judgement` finds in thousands of trials is true of the product. PURE lives without the product
tell how often promises break, by the same steps.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bench.bounds import Bound, by_chance
from bench.gates_mirror import (
    CASES,
    PROMISE,
    REVIEWERS,
    RULES,
    WORLDS,
    Case,
    Life,
    Mirror,
    World,
    alone,
    cases_of,
    told,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from runtime.models import Blueprint, Decision
    from tests.makers.engine import Engine

TOGETHER = 24
_ROW = ("number", "signals", "answer", "score", "draw", "cutoff", "audit", "auto", "sampled", "pi", "floor")


@dataclass
class Trial:
    """A gate of the product, the pure one beside it, and what differed between them."""

    world: World
    blueprint: Blueprint
    cases: list[Case]
    mirror: Mirror
    runs: list[str] = field(default_factory=list)
    due: dict[int, list[int]] = field(default_factory=dict)
    cutoffs: set[float] = field(default_factory=set)
    differs: list[str] = field(default_factory=list)

    def life(self) -> Life:
        """What became of it."""
        return told(self.mirror, frozenset(self.cutoffs), self.cases)


def trials_of(count: int) -> list[Trial]:
    """So many gates in each world, published."""
    from tests.makers.engine import seal
    from tests.makers.gated import gated

    document = gated(promise={"max_error": PROMISE.max_error, "confidence": PROMISE.confidence})
    found = []
    for at, world in enumerate(WORLDS):
        for number in range(count):
            slug = f"w{at}-{number}"
            found.append(Trial(world, seal(document, slug), cases_of(world, number), Mirror.begun(f"{slug}:gate")))
    return found


def lived(engine: Engine, trials: Sequence[Trial], people: Sequence[User]) -> None:
    """All cases of all gates: in each round one at every gate."""
    from runtime.gates import folding

    for number in range(CASES):
        ids = engine.call(_started(engine, trials, number))
        for trial, run_id in zip(trials, ids, strict=True):
            trial.runs.append(run_id)
        _hold_rows(trials, number)
        heard = [trial for trial in trials if _answered(trial, number, people)]
        folding.fold_due()
        _hold_gates(heard)


async def _started(engine: Engine, trials: Sequence[Trial], number: int) -> list[str]:
    few = asyncio.Semaphore(TOGETHER)

    async def one(trial: Trial) -> str:
        from tests.makers.gated import case

        asked = trial.cases[number]
        async with few:
            begun = await engine.started(trial.blueprint, case(asked.answer, asked.score, f"case {number}"))
            assert begun.settled
            await begun.settled
            return begun.created.run_id

    return await asyncio.gather(*map(one, trials))


def _hold_rows(trials: Sequence[Trial], number: int) -> None:
    """The row that the product wrote, against the pure one."""
    from runtime.gates.draws import draw
    from runtime.models import Decision

    rows = {row.run: row for row in Decision.objects.filter(run__in=[trial.runs[number] for trial in trials])}
    for trial in trials:
        found, case = rows.get(trial.runs[number]), trial.cases[number]
        row = trial.mirror.decides(case, draw(trial.runs[number], "gate", 1))
        wanted = {name: getattr(row, name) for name in _ROW}
        if found is None or _of(found) != wanted:
            trial.differs.append(f"{trial.mirror.name}: row {number} is {found and _of(found)}, not {wanted}")
        if row.sampled:
            trial.due.setdefault(number + case.late, []).append(number)


def _of(row: Decision) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _ROW}


def _answered(trial: Trial, number: int, people: Sequence[User]) -> bool:
    """Answer what is due at this gate; whether anything was."""
    from tests.makers.gated import answer_case

    answered = trial.due.pop(number, [])
    for at in answered:
        by = at % len(people)
        answer_case(trial.runs[at], trial.cases[at].truth, people[by])
        trial.mirror.hears(at, trial.cases[at].truth, REVIEWERS[by])
    return bool(answered)


def _hold_gates(trials: Sequence[Trial]) -> None:
    """Where the product's gates stand, against where the pure ones do."""
    from runtime.gates import ledger
    from runtime.judgement.ledger import unanswered
    from runtime.judgement.stored import same
    from runtime.models import Gate

    gates = {gate.workflow: gate for gate in Gate.objects.all()}
    for trial in trials:
        trial.mirror.folds()
        gate, pure = gates[trial.blueprint.workflow], trial.mirror.standing
        stands = (gate.state, gate.cutoff, gate.upto, gate.arrivals, gate.open_audits)
        rows = trial.mirror.rows
        wanted = (pure.state, pure.cutoff, pure.upto, len(rows), unanswered(rows, 1))
        if stands != wanted or not same(ledger.standing_of(gate), pure):
            trial.differs.append(f"{trial.mirror.name}: after {len(rows)} rows it is {stands}, not {wanted}")
        trial.cutoffs |= set() if gate.cutoff is None else {gate.cutoff}


def promises(what: str, world: World, lives: Sequence[Life]) -> Iterator[object]:
    """How the gates of one world did."""
    count, broken = len(lives), sum(life.violated(world) for life in lives)
    automatic, wrong = sum(life.automatic for life in lives), sum(life.wrong for life in lives)
    proven, closed = sum(bool(life.cutoffs) for life in lives), sum(life.closed for life in lives)
    if world.breaks:
        yield Bound(
            f"{what}, promised what is not true: {world.name}",
            100.0 * broken / count,
            "%",
            by_chance(PROMISE.doubt, count),
        )
    elif world.drifts:
        yield Bound(
            f"{what}, closed of those proven: {world.name}", 100.0 * closed / max(1, proven), "%", 90.0, at_least=True
        )
    else:
        yield Bound(f"{what}, proven: {world.name}", 100.0 * proven / count, "%", 80.0, at_least=True)
        yield Bound(f"{what}, wrong of the automatic: {world.name}", 100.0 * wrong / max(1, automatic), "%", 20.0)
    share = f"{100.0 * wrong / automatic:.1f} % of them wrong" if automatic else "none wrong"
    yield f"  {count} gates, {proven} ever proven, {closed} closed themselves; {automatic} automatic decisions, {share}"


def through_the_product(count: int) -> Iterator[object]:
    """Whole lives with the engine, and whether any row or gate differed from the pure one."""
    from runtime.gates import folding, verifying
    from runtime.models import Gate, Run
    from tests.makers.engine import ENDED, Engine, until
    from tests.makers.gated import doors
    from tests.makers.people import person

    people = [person(name, "administrator") for name in REVIEWERS]
    trials = trials_of(count)
    with Engine(doors()) as engine:
        begun = time.perf_counter()
        lived(engine, trials, people)
        took = time.perf_counter() - begun
        waiting = sum(len(late) for trial in trials for late in trial.due.values())
        until(lambda: Run.objects.exclude(status__in=ENDED).count() == waiting)
    folding.process().stop()
    cases = len(trials) * CASES
    yield f"{cases} cases at {len(trials)} gates in {took:.0f} s: {cases / took:.0f} cases a second"
    differs = [sentence for trial in trials for sentence in trial.differs]
    yield from differs[:10]
    yield Bound("rows and gates of the product that differ from the pure ones", len(differs), "", 0)
    flaws = [flaw for gate in Gate.objects.values_list("pk", flat=True) for flaw in verifying.flaws_of(gate)]
    yield from flaws[:10]
    yield Bound("gates that are not what their ledger says", len(flaws), "", 0)
    for world in WORLDS:
        yield from promises("product", world, [trial.life() for trial in trials if trial.world is world])


def measured(count: int, pure: int) -> Iterator[object]:
    """Everything that is printed."""
    yield from through_the_product(count)
    for world in WORLDS:
        yield from promises("pure", world, [alone(world, count + trial) for trial in range(pure)])


def main(count: int, pure: int) -> None:
    """Measure on an empty folder, and print."""
    with tempfile.TemporaryDirectory() as data:
        os.environ |= {"DATA": data, "DJANGO_SETTINGS_MODULE": "config.settings"}
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        from runtime.gates import terms

        terms.RULES = RULES
        for line in measured(count, pure):
            print(line, flush=True)


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:]]
    main(*(given + [40, 400][len(given) :]))
