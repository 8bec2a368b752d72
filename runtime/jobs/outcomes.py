"""What a handler gives back: how its job came out. Data; what follows from it is the worker's part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Done:
    """The job is done; one that comes back every so often comes back.

    `also` is run in the transaction that says so, or not at all: it may be played again, so it only writes rows.
    """

    also: Callable[[], object] | None = None


@dataclass(frozen=True, slots=True)
class Again:
    """The job is due again, after so many seconds or at a moment (`at` wins).

    With `why` (a sentence for administrators) it did not go well: the attempts count on. Without, it got on, and they
    begin anew. `also` as in `Done`.
    """

    after_s: float = 0.0
    at: datetime | None = None
    why: str = ""
    also: Callable[[], object] | None = None


@dataclass(frozen=True, slots=True)
class Postponed:
    """The job was not even tried, since it could not have gone well now; it is due again after so many seconds.

    This counts as no attempt. `also` as in `Done`.
    """

    after_s: float
    also: Callable[[], object] | None = None


@dataclass(frozen=True, slots=True)
class GivenUp:
    """The job has failed for good and says why, in a sentence for administrators. They may have it tried again."""

    why: str
    also: Callable[[], object] | None = None


@dataclass(frozen=True, slots=True)
class Stopped:
    """The job was cancelled on the way, and has put away what it had begun."""

    also: Callable[[], object] | None = None


type Outcome = Done | Again | Postponed | GivenUp | Stopped
