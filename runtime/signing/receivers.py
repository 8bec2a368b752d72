"""Which receivers do not answer just now, so that whoever waits for them holds nobody else up.

Asked by `posting` before each message; it lives in one process, in its event loop. Only a few messages are under way at
once: a receiver that lets each of them hang until it is given up would take all those places for days. So while it is
slow it gets no second one, and after it did not answer it is left alone for a while, longer each time; then one message
tries again. A refusal costs nothing and changes nothing here.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

SLOW_S = 1.0
WHILE_SLOW_S = 5.0
FIRST_S, MOST_S = 60.0, 900.0
MOST_KNOWN = 1_000


@dataclass(slots=True)
class Attempt:
    """A message that is under way. Whoever sends it says whether anything came back."""

    began: float
    answered: bool = False


@dataclass(slots=True)
class _Receiver:
    """`silent`: how often in a row it did not answer, `judged`: when that was counted; `until`: it is left alone."""

    under_way: list[Attempt] = field(default_factory=list)
    silent: int = 0
    judged: float = -math.inf
    until: float = 0.0


class Receivers:
    """What is known of receivers, by host. A host of which nothing bad is known takes no room."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[str, _Receiver] = {}

    def wait_of(self, host: str) -> float:
        """In how many seconds a message may go there; 0.0: now. Not all who ask are sent away for equally long."""
        found = self._known.get(host)
        if found is None:
            return 0.0
        now = self._clock()
        wait = max(0.0, found.until - now)
        if any(now - each.began >= SLOW_S for each in found.under_way):
            wait = max(wait, WHILE_SLOW_S)
        return wait * random.uniform(1.0, 1.5)  # noqa: S311 (nothing is guarded by chance)

    @contextmanager
    def asking(self, host: str) -> Iterator[Attempt]:
        """A message goes there for as long as the block lasts."""
        now = self._clock()
        found = self._known.setdefault(host, _Receiver())
        attempt = Attempt(now)
        found.under_way.append(attempt)
        if found.silent:
            found.until = now + _pause(found.silent)  # This one tries; the others need not.
        try:
            yield attempt
        finally:
            found.under_way.remove(attempt)
            self._judge(host, found, attempt)

    def _judge(self, host: str, found: _Receiver, attempt: Attempt) -> None:
        now = self._clock()
        if attempt.answered:
            found.silent, found.until = 0, 0.0
        elif now - attempt.began >= SLOW_S:
            if attempt.began >= found.judged:  # Those that were under way together count as one.
                found.silent, found.judged = found.silent + 1, now
            found.until = now + _pause(found.silent)
        if not found.silent and not found.under_way:
            del self._known[host]
        elif len(self._known) > MOST_KNOWN:
            self._forget_one()

    def _forget_one(self) -> None:
        idle = next((host for host, each in self._known.items() if not each.under_way), None)
        if idle is not None:
            del self._known[idle]

    def forget(self) -> None:
        """Know nothing of anybody."""
        self._known.clear()


def _pause(silent: int) -> float:
    return min(MOST_S, FIRST_S * 2.0 ** max(0, min(silent, 10) - 1))
