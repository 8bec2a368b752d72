"""What it costs to hold a case against past ones, and to match it with playbooks: time and memory.

`python -m bench.familiar` prints how long learning 2,000 past cases takes (once in a quarter of an hour), what one case
then costs, and what the process weighs. It measures the numbers alone, without a database.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections.abc import Callable

from bench.bounds import peak_mib
from runtime.ai import embedded
from runtime.core.node import ModelAnswer, ModelRequest, Option

SYLLABLES = ("re", "in", "fund", "la", "ord", "er", "pay", "ment", "can", "cel", "ship", "ped")
WORDS = tuple(f"{first}{second}" for first in SYLLABLES for second in SYLLABLES)
PAST, ASKED, LENGTH = 2_000, 200, 40
PLAYBOOKS, EXAMPLES = 5, 20


def main() -> None:
    """Print the numbers."""
    chance = random.Random(1)
    before = peak_mib()
    from runtime.judgement.novelty import learn

    loaded = peak_mib()
    texts = [_text(chance) for _ in range(PAST)]
    begun = time.perf_counter()
    known = learn(texts)
    seconds = time.perf_counter() - begun
    if known is None:
        raise SystemExit("Nothing could be learned.")
    learned = peak_mib()
    asked = _milliseconds(lambda: known.of(_text(chance)))
    first, then = _matching(chance)
    print(f"scikit-learn weighs {loaded - before:.0f} MB, {PAST:,} past cases {learned - loaded:.0f} MB")
    print(f"learning them takes {seconds:.2f} s, a case then {asked[0]:.1f} ms (median), {asked[1]:.1f} ms (worst)")
    print(f"{PLAYBOOKS} playbooks of {EXAMPLES} examples: {first:.0f} ms at first, then {then:.1f} ms a case")


def _matching(chance: random.Random) -> tuple[float, float]:
    options = tuple(
        Option(f"p{number}", "", tuple(_text(chance) for _ in range(EXAMPLES))) for number in range(PLAYBOOKS)
    )

    def ask() -> None:
        request = ModelRequest("embedded", "", "match", subject=_text(chance), options=options)
        if not isinstance(asyncio.run(embedded.answer(request)), ModelAnswer):
            raise SystemExit("Nothing was matched.")

    begun = time.perf_counter()
    ask()
    first = 1000 * (time.perf_counter() - begun)
    return first, _milliseconds(ask)[0]


def _milliseconds(work: Callable[[], object]) -> tuple[float, float]:
    took = []
    for _ in range(ASKED):
        begun = time.perf_counter()
        work()
        took.append(1000 * (time.perf_counter() - begun))
    return statistics.median(took), max(took)


def _text(chance: random.Random) -> str:
    return " ".join(chance.choices(WORDS, k=LENGTH))


if __name__ == "__main__":
    main()
