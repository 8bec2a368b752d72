"""The bells that say "there may be work", for those who must not know who listens.

Rung after commit: this module's own by whoever signals a run (`escalations`, `runs`), that of `jobs` when one is put;
whoever works in this process connects. Where nobody does, ringing does nothing: a bell carries no state, and the
workers look for themselves every second.

What a person did to a run (an answer, a cancellation) is rung everywhere: the run may be under way in another process,
which else would notice at its next look. New work is rung here alone, for whoever queues it can do it, too.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

log = logging.getLogger(__name__)


class Bells:
    """Who is to be woken in this process."""

    def __init__(self) -> None:
        self._bells: list[Callable[[], None]] = []

    def connect(self, bell: Callable[[], None]) -> Callable[[], None]:
        """Have `bell` called at every ring, from any thread; gives a function that disconnects it."""
        self._bells.append(bell)

        def disconnect() -> None:
            if bell in self._bells:
                self._bells.remove(bell)

        return disconnect

    def ring(self) -> None:
        """Wake the workers of this process. Never raises: what was decided is committed already."""
        for bell in tuple(self._bells):
            try:
                bell()
            except Exception:
                log.exception("A bell could not be rung; the workers will look for themselves")


_runs, _elsewhere = Bells(), Bells()
connect, ring = _runs.connect, _runs.ring
connect_elsewhere = _elsewhere.connect


def ring_everywhere() -> None:
    """Wake the workers of this process and, where there is a way to them, those of the others."""
    ring()
    _elsewhere.ring()
