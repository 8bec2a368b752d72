"""Which function works off which kind of job. Filled while Django starts (`AppConfig.ready`), read by the worker."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.core.definition import Retry
from runtime.jobs.outcomes import Outcome

if TYPE_CHECKING:
    from runtime.jobs.work import Work

type Call = Callable[[Work], Awaitable[Outcome]]

PATIENT = Retry(attempts=8, first_s=5.0, factor=4.0, max_s=3_600.0)
"""Eight attempts within about three hours."""
TIMEOUT_S = 900.0
AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Handler:
    """How a kind of job is worked off. `period_s`: it comes back so many seconds after it was done."""

    call: Call
    at_once: int = AT_ONCE
    timeout_s: float | None = TIMEOUT_S
    retry: Retry = PATIENT
    period_s: float | None = None


_handlers: dict[str, Handler] = {}


def handler(
    kind: str, *, at_once: int = AT_ONCE, timeout_s: float | None = TIMEOUT_S, retry: Retry = PATIENT
) -> Callable[[Call], Call]:
    """Have jobs of this kind worked off by a coroutine function, at most `at_once` in a process at the same time.

    `timeout_s` bounds one attempt (None: as long as it takes); `retry` says what follows when it raises.
    """
    return _registers(kind, lambda call: Handler(call, at_once, timeout_s, retry))


def every(kind: str, seconds: float, *, timeout_s: float | None = TIMEOUT_S) -> Callable[[Call], Call]:
    """Have this done again and again: there is always one job of the kind, whose key is empty."""
    return _registers(kind, lambda call: Handler(call, 1, timeout_s, PATIENT, seconds))


def registered() -> dict[str, Handler]:
    """All handlers, by the kind of their jobs."""
    return dict(_handlers)


def is_periodic(kind: str) -> bool:
    """Whether jobs of this kind come back by themselves."""
    found = _handlers.get(kind)
    return found is not None and found.period_s is not None


def _registers(kind: str, made: Callable[[Call], Handler]) -> Callable[[Call], Call]:
    def register(call: Call) -> Call:
        _handlers[kind] = made(call)
        return call

    return register
