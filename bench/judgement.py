"""Whether gates keep their promises, how soon they decide, and what a decision costs.

`python -m bench.judgement [TRIALS]`: in six invented worlds, how often a gate promises too much (at most δ, and two
standard errors of the bench's own), beside what one must not do; late labels; how soon a broken promise is seen; what
is automated on real data (`JUDGEMENT_DATA`, see `bench/judgement_data.py`); the time of a decision, a label, a ledger.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import mean, median

import numpy as np

from bench.bounds import Bound, by_chance
from bench.judgement_data import Stream, out_of_scope, streams
from bench.judgement_life import Case, lived
from bench.judgement_worlds import PROMISE, WORLDS, trial
from runtime.judgement.alarm import Alarm
from runtime.judgement.budget import more_labels
from runtime.judgement.certificate import Candidate, Evidence, Labels
from runtime.judgement.gate import Standing, begin, fold, policy_of, recompute
from runtime.judgement.ledger import Label, Row, attach, written
from runtime.judgement.policy import decide
from runtime.judgement.promise import Promise, Rules
from runtime.judgement.signals import Scoring

# The shares of all cases that the design's own trial automated, on the same data at the same α and δ.
AUTOMATED = {"SpamAssassin": 68.0, "CLINC150, 18 % out of scope": 48.0, "leads not to call (CoIL 2000)": 8.0}


def worlds(trials: int) -> Iterator[object]:
    """Violations in each world."""
    for number, world in enumerate(WORLDS):
        population = world.draw(np.random.default_rng(number), 50_000)
        found = [trial(world, np.random.default_rng((number, at)), population) for at in range(trials)]
        sequential, once = (
            100.0 * mean(flags) for flags in zip(*((t.sequential, t.one_look) for t in found), strict=True)
        )
        yield Bound(f"broken, any time: {world.name}", sequential, "%", by_chance(PROMISE.doubt, trials))
        yield Bound(f"broken, one look: {world.name}", once, "%", by_chance(PROMISE.doubt, trials))
        naive, peeking, proven = (
            100.0 * mean(flags) for flags in zip(*((t.naive, t.peeking, t.proven) for t in found), strict=True)
        )
        yield f"  not to be done: observed error {naive:.1f} %, peeking {peeking:.1f} %; proven {proven:.0f} % of gates"


def late(trials: int) -> Iterator[object]:
    """A bad gate whose wrong answers are found late: as labels come in, and in arrival order up to the watermark."""
    careless, careful = [], []
    for at in range(trials):
        chance = np.random.default_rng((7, at))
        losses = (chance.random(900) < 0.07).astype(float)
        due = np.arange(900) + np.where(losses > 0.0, 500, 5)
        order = np.argsort(due, kind="stable")
        start = Evidence(PROMISE, (Candidate(0.5),))
        labels = [Labels(np.ones(len(x)), x, np.ones(len(x)), np.ones(len(x), dtype=bool)) for x in (losses[order],)]
        careless.append(start.after(labels[0]).cutoff is not None)
        cases = [Case({"score": 0.9}, "yes", "no" if loss else "yes") for loss in losses]
        gate = begin("bench", 0, PROMISE, Rules(learn=20), Scoring(("score",)))
        life = lived(gate, cases, chance, lambda case: 5 if case.answer == case.truth else 500)
        careful.append(any(cutoff is not None for cutoff in life.cutoffs))
    yield Bound(
        "broken with late labels, up to the watermark", 100.0 * mean(careful), "%", by_chance(PROMISE.doubt, trials)
    )
    yield f"  not to be done: labels as they come in: {100.0 * mean(careless):.1f} %"


def alarms(trials: int) -> Iterator[object]:
    """Audits until a false alarm, and until a promise that is broken by double is seen."""
    false, seen = [], []
    for at in range(trials):
        chance = np.random.default_rng((11, at))
        held = Alarm(PROMISE.max_error, 1_000.0)
        while not held.fired and held.seen < 30_000:
            held = held.after((chance.random(1_000) < PROMISE.max_error).astype(float))
        false.append(held.seen)
        calm = Alarm(PROMISE.max_error, 1_000.0).after((chance.random(300) < PROMISE.max_error / 2).astype(float))
        seen.append(calm.after((chance.random(5_000) < 2 * PROMISE.max_error).astype(float)).seen - calm.seen)
    yield Bound("audits until a false alarm, at exactly α", mean(false), "", 1_000.0, at_least=True)
    yield Bound("audits until a doubled error rate is seen", mean(seen), "", 122.0)


def drift(trials: int) -> Iterator[object]:
    """A good gate that goes bad: how long it goes on, and how much it got wrong, beside one that never looks again."""
    wrong, blind, closed = [], [], []
    for at in range(trials):
        chance = np.random.default_rng((13, at))
        errors = chance.random(6_000) < np.where(np.arange(6_000) < 2_000, 0.01, 0.12)
        cases = [Case({"score": 0.9}, "yes", "no" if error else "yes") for error in errors]
        life = lived(begin("bench", 0, PROMISE, Rules(), Scoring(("score",))), cases, chance, lambda _case: 20)
        closed.append(life.broken_at is not None)
        wrong.append(100.0 * life.wrong(cases))
        blind.append(100.0 * float(errors[200:].mean()))
    yield Bound("drift from 1 to 12 %: gates that closed themselves", 100.0 * mean(closed), "%", 99.0, at_least=True)
    yield f"  wrong of all automatic decisions: {mean(wrong):.1f} % (calibrated once: {mean(blind):.1f} %)"


def real(folder: Path) -> Iterator[object]:
    """What is automated on real data, probation included; the median and the mean of ten orders of arrival."""
    for stream in streams(folder):
        if isinstance(stream, str):
            yield f"{stream}: not there"
            continue
        yield from _on(stream)
    if (folder / "clinc150").exists():
        novelty = out_of_scope(folder / "clinc150" / "data_full.json")
        yield Bound("AUROC of novelty, CLINC150's out of scope", 100.0 * novelty, "%", 90.8, at_least=True)


def _on(stream: Stream) -> Iterator[object]:
    every = [Case(*each) for each in zip(stream.signals, stream.answers, stream.truths, strict=True)]
    shares, wrong = [], []
    for at in range(10):
        chance = np.random.default_rng((17, at))
        cases = [every[place] for place in chance.permutation(len(every))]
        life = lived(begin("bench", 0, stream.promise, Rules(), Scoring(stream.names)), cases, chance, lambda _case: 20)
        shares.append(100.0 * life.automatic())
        wrong.append(100.0 * life.wrong(cases))
    yield Bound(f"automated: {stream.name}", mean(shares), "%", AUTOMATED[stream.name], at_least=True)
    fixed = [case.answer != case.truth for case in every if next(iter(case.signals.values())) >= 0.8]
    best = _oracle(every, stream.promise.max_error)
    told = f"wrong {mean(wrong):.1f} % on average, {max(wrong):.1f} % at most, of {100 * stream.promise.max_error:g} %"
    yield f"  median {median(shares):.0f} %; {told}; an oracle {100 * best:.0f} %"
    yield f"  fixed at 0.8: {100 * len(fixed) / len(every):.0f} % automated, {100 * mean(fixed):.1f} % wrong"


def _oracle(cases: list[Case], max_error: float) -> float:
    ordered = sorted(cases, key=lambda case: -next(iter(case.signals.values())))
    rates = np.cumsum([case.answer != case.truth for case in ordered]) / np.arange(1, len(ordered) + 1)
    return float((np.flatnonzero(rates <= max_error)[-1:] + 1).sum()) / len(ordered)


def needed() -> Iterator[object]:
    """Labels above the cut-off until it is proven, in four of five cases; the design's own numbers are the bounds."""
    for alpha, rate, bound in (
        (0.1, 0.0, 43), (0.1, 0.05, 323), (0.05, 0.0, 89), (0.05, 0.025, 681), (0.02, 0.0, 225), (0.02, 0.01, 1848),
    ):  # fmt: skip
        found = more_labels(Candidate(0.5), Promise(alpha), rate)[1]
        yield Bound(f"labels for α {100 * alpha:g} % at {100 * rate:g} % wrong", found, "", bound)


def _ledger(count: int) -> tuple[Standing, list[Row]]:
    """A ledger of a gate that is never proven, so that every row has a label: the longest way."""
    chance = np.random.default_rng(19)
    gate = begin("bench", 0, PROMISE, Rules(), Scoring(("a", "b")))
    rows: list[Row] = []
    for number, (one, other, wrong) in enumerate(chance.random((count, 3)).tolist()):
        signals = {"a": one, "b": other}
        row = written("bench", number, policy := policy_of(gate), decide(policy, signals, None, one), signals, "yes")
        labelled = attach(row, "bench", Label("no" if wrong < 0.06 else "yes", "reviewer"), ("yes", "no"))
        rows.append(labelled if isinstance(labelled, Row) else row)
    return gate, rows


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def speed() -> Iterator[object]:
    """A decision, a label at a time, a whole ledger, and what judgement weighs in a process that only decides."""
    gate, rows = _ledger(100_000)
    # scikit-learn is loaded by the first plan, whose labels are not counted.
    gate = fold(gate, rows[:200])
    standing = gate

    def one_by_one() -> None:
        nonlocal standing
        for row in rows[200:3_200]:
            standing = fold(standing, (row,))

    policy, signals = policy_of(gate), {"a": 0.9, "b": 0.8}
    deciding = _seconds(lambda: [decide(policy, signals, None, 0.5) for _ in range(10_000)])
    yield Bound("a decision", deciding / 10_000 * 1_000, "ms", 1.0)
    yield Bound("labels a second, folded one at a time", 3_000 / _seconds(one_by_one), "", 5_000.0, at_least=True)
    yield Bound("a ledger of 100,000 rows, computed anew", _seconds(lambda: recompute(gate, rows)), "s", 5.0)
    yield Bound("a process that decides", _weight("runtime.judgement.policy, runtime.judgement.ledger"), "MB", 200.0)
    yield Bound("a process that folds labels", _weight("runtime.judgement.gate"), "MB", 200.0)


def _weight(modules: str) -> float:
    # Not the resource module's maximum: that is inherited from the process that starts this one.
    code = f"import {modules}; print(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])"
    return int(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout) / 1024


def main(trials: int) -> None:
    """Print the table."""
    few = max(10, trials // 5)
    folder = Path(os.environ.get("JUDGEMENT_DATA", "../shared/data"))
    for part in (speed(), needed(), alarms(few), late(few), drift(max(10, trials // 20)), worlds(trials), real(folder)):
        for line in part:
            print(line, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000)
