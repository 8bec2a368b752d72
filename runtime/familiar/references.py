"""What was learned of past cases, kept for each workflow and expression, and asked how familiar a case is.

Made by `doors`, one a process. Learning (some seconds for 2,000 cases) and asking (milliseconds) happen in threads, one
learning at a time for each; scikit-learn is loaded by the first of them. What a case is measured against was fixed
before it came: it is learned anew after a quarter of an hour at the earliest, and from runs that are over, so that no
case is ever among the past ones it is held against.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import Error as DatabaseFailure

from runtime import threads
from runtime.core import expressions
from runtime.core.expressions import Json, Unknown
from runtime.core.node import Failed, Familiarity, Near
from runtime.engine.cage import Cage
from runtime.familiar import cases

if TYPE_CHECKING:
    from runtime.judgement.novelty import Familiarity as Learned

MOST_KEPT = 32
FRESH_S = 900.0
LOOK_AGAIN_S = 60.0
"""How soon past cases of which nothing could be learned are looked at again."""
MOST_SHOWN = 160
NEAREST = 3

type Key = tuple[str, str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """What was learned at a moment (`at`, seconds of a steady clock); `learned` is None where that was nothing."""

    learned: Learned | None
    runs: tuple[str, ...]
    excerpts: tuple[str, ...]
    at: float


@dataclass(slots=True)
class References:
    """The references of this process."""

    cage: Cage | None = None
    clock: Callable[[], float] = time.monotonic
    _kept: OrderedDict[Key, Reference] = field(default_factory=OrderedDict)
    _learning: dict[Key, asyncio.Lock] = field(default_factory=dict)

    async def familiarity(
        self, workflow: str, run_id: str, expression: str, value: Json, min_p: float
    ) -> Familiarity | Failed:
        """How familiar a value is. Never raises but to be cancelled."""
        try:
            reference = await self._reference((workflow, expression, min_p), run_id)
        except DatabaseFailure as failure:
            return Failed("database", f"The past cases could not be read: {failure}"[:300], passing=True)
        if isinstance(reference, int):
            return Familiarity(None, reference, (), "There are too few past cases to tell.")
        if reference.learned is None:
            return Familiarity(None, len(reference.runs), (), "Too few past cases have a text to be compared with.")
        if run_id in reference.runs:
            return Familiarity(None, len(reference.runs), (), "This case is itself among the past ones.")
        return await asyncio.to_thread(_asked, reference, value)

    async def _reference(self, key: Key, run_id: str) -> Reference | int:
        """What is known, learned now where it is not or is old; how many past cases there are, where too few."""
        known = self._known(key)
        lock = self._learning.setdefault(key, asyncio.Lock())
        if known or (lock.locked() and key in self._kept):
            return known or self._kept[key]
        async with lock:
            return self._known(key) or await self._learn(key, run_id)

    def _known(self, key: Key) -> Reference | None:
        known = self._kept.get(key)
        if known is None:
            return None
        self._kept.move_to_end(key)
        return known if self.clock() - known.at < (FRESH_S if known.learned else LOOK_AGAIN_S) else None

    async def _learn(self, key: Key, run_id: str) -> Reference | int:
        workflow, expression, min_p = key
        needed = await asyncio.to_thread(_needed, min_p)
        there = await threads.in_any_thread(cases.count, workflow, run_id, needed)
        if there < needed:
            return there
        runs, texts = await self._texts(workflow, run_id, expression)
        learned = await asyncio.to_thread(_learned, texts, min_p)
        excerpts = tuple(_excerpt(text) for text in texts)
        reference = self._kept[key] = Reference(learned, runs, excerpts, self.clock())
        while len(self._kept) > MOST_KEPT:
            self._learning.pop(self._kept.popitem(last=False)[0], None)
        return reference

    async def _texts(self, workflow: str, run_id: str, expression: str) -> tuple[tuple[str, ...], list[str]]:
        """Past cases as texts, oldest first, and their runs; those without a value of the expression are left out."""
        found: list[tuple[str, str]] = []
        left = _most_characters()
        parts = iter(cases.read(workflow, run_id, expression))
        while left > 0 and (part := await threads.in_any_thread(next, parts, None)):
            for past in part:
                text = await self._text(expression, past)
                left -= len(text or "")
                if text:
                    found.append((past.run, text))
        found.reverse()
        return tuple(run for run, _ in found), [text for _, text in found]

    async def _text(self, expression: str, past: cases.Past) -> str | None:
        if not expressions.is_costly(expression, past.scope):
            value = await asyncio.to_thread(expressions.evaluate, expression, past.scope)
        elif self.cage:
            value = (await self.cage.evaluate_all([expression], past.scope))[expression]
        else:
            return None
        return None if isinstance(value, Unknown) else _as_text(value)


# scikit-learn weighs 100 MB: whoever never asks does not carry it. All of these run in threads, or behind one that did.


def _needed(min_p: float) -> int:
    from runtime.judgement.novelty import cases_needed

    return cases_needed(min_p)


def _most_characters() -> int:
    from runtime.judgement.novelty import MOST_CHARACTERS

    return MOST_CHARACTERS


def _learned(texts: list[str], min_p: float) -> Learned | None:
    from runtime.judgement.novelty import learn

    return learn(texts, min_p)


def _as_text(value: Json) -> str:
    from runtime.judgement.novelty import MAX_CHARACTERS, text_of

    return text_of(value)[:MAX_CHARACTERS]


def _asked(reference: Reference, value: Json) -> Familiarity:
    if reference.learned is None:
        return Familiarity(None)
    found = reference.learned.of(_as_text(value), NEAREST)
    near = tuple(Near(reference.runs[at], reference.excerpts[at], alike) for at, alike in found.nearest if alike > 0)
    return Familiarity(found.p, len(reference.runs), near)


def _excerpt(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= MOST_SHOWN else f"{plain[: MOST_SHOWN - 1]}…"
