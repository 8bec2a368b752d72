"""The bell that says "there may be work", for those who must not know who listens.

Rung after commit by whoever signals a run (`escalations`, `runs`); `launch` connects the engine of this process. Where
none runs, ringing does nothing: a bell carries no state, and the workers look for themselves every second.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

log = logging.getLogger(__name__)

_bells: list[Callable[[], None]] = []


def connect(bell: Callable[[], None]) -> Callable[[], None]:
    """Have `bell` called at every ring, from any thread; gives a function that disconnects it."""
    _bells.append(bell)

    def disconnect() -> None:
        if bell in _bells:
            _bells.remove(bell)

    return disconnect


def ring() -> None:
    """Wake the workers of this process. Never raises: what was decided is committed already."""
    for bell in tuple(_bells):
        try:
            bell()
        except Exception:
            log.exception("A bell could not be rung; the workers will look for themselves")
