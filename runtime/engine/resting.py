"""Runs that have parked while the runs of their items go on, kept as they stand.

A run that waits for a long list comes back for every few items. Folding its journal from the beginning each time would
cost the square of the list. Made and asked by the runner alone. Nothing rests on it: what is not kept any more is read
as a whole, and what others have written meanwhile is read and folded on top.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from runtime.core.state import State
from runtime.engine.ports import NewRun

MOST = 32
MOST_BYTES = 32 * 1_048_576


@dataclass(frozen=True, slots=True)
class Rest:
    """A run as it parked: `state` holds all that its journal did then, `size` is what that took, in bytes."""

    run: NewRun
    state: State
    size: int


class Resting:
    """The runs that were kept last; the oldest go first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Rest] = OrderedDict()

    @property
    def now(self) -> Mapping[str, Rest]:
        """What is kept at this moment, by the ids of the runs."""
        return dict(self._kept)

    def keep(self, rest: Rest) -> None:
        """Keep a run if it waits for items. Its state must hold what is written, and nothing else."""
        if not _waits_for_items(rest.state):
            return
        self._kept[rest.run.id] = rest
        while len(self._kept) > MOST or sum(each.size for each in self._kept.values()) > MOST_BYTES:
            self._kept.popitem(last=False)

    def forget(self, run_id: str) -> None:
        """A run is taken up: from now on its state changes."""
        self._kept.pop(run_id, None)


def _waits_for_items(state: State) -> bool:
    waiting = (step.items for step in state.steps.values() if step.status == "waiting")
    return state.status == "running" and any(items is not None and not items.is_over for items in waiting)
