"""Requests and tokens a minute, money a day: how much of a connection may be used now.

Used by `models` before and after each call. Counts live in this process: with several workers each has its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from runtime.ai.connection import Connection
from runtime.core.node import Failed

_DAY_S = 86_400.0


@dataclass(slots=True)
class _Bucket:
    """Holds up to one minute's worth and refills evenly; may go below zero, and is paid back by waiting."""

    level: float
    filled_at: float

    def wait_for(self, amount: float, capacity: float, now: float) -> float:
        """Seconds until this amount (at most a full bucket) is there; 0 when it is."""
        rate = capacity / 60
        self.level = min(capacity, self.level + max(0.0, now - self.filled_at) * rate)
        self.filled_at = now
        return max(0.0, (min(amount, capacity) - self.level) / rate)


class Limits:
    """The use of every connection, by its name. `clock` gives seconds since the epoch (UTC)."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._buckets: dict[tuple[str, str], _Bucket] = {}
        self._spent: dict[str, tuple[int, float]] = {}

    def admit(self, connection: Connection, tokens: int, requests: int = 1) -> Failed | None:
        """Take what these requests will need (an estimate of their tokens), or say when there will be enough."""
        now = self._clock()
        if connection.budget_per_day is not None and self.spent(connection) >= connection.budget_per_day:
            sentence = f"The day's budget of the connection “{connection.name}” is used up."
            return Failed("budget", sentence, passing=True, after_s=_DAY_S - now % _DAY_S)
        wants = self._wants(connection, tokens, requests)
        wait = max((bucket.wait_for(amount, capacity, now) for bucket, amount, capacity in wants), default=0.0)
        if wait > 0:
            sentence = f"The connection “{connection.name}” is at its limit for this minute."
            return Failed("rate_limited", sentence, passing=True, after_s=wait)
        for bucket, amount, _ in wants:
            bucket.level -= amount
        return None

    def settle(self, connection: Connection, estimated: int, used: int, cost: float) -> None:
        """Correct the estimate by what was really used, and count the money."""
        bucket = self._buckets.get((connection.name, "tokens"))
        if bucket:
            bucket.level += estimated - used
        today = int(self._clock() // _DAY_S)
        self._spent[connection.name] = (today, self.spent(connection) + cost)

    def spent(self, connection: Connection) -> float:
        """The money that was spent on this connection today (UTC)."""
        day, money = self._spent.get(connection.name, (0, 0.0))
        return money if day == int(self._clock() // _DAY_S) else 0.0

    def _wants(self, connection: Connection, tokens: int, requests: int) -> list[tuple[_Bucket, float, float]]:
        found: list[tuple[_Bucket, float, float]] = []
        for kind, amount, capacity in (
            ("requests", requests, connection.requests_per_minute),
            ("tokens", tokens, connection.tokens_per_minute),
        ):
            if capacity is not None:
                full = _Bucket(capacity, self._clock())
                found.append((self._buckets.setdefault((connection.name, kind), full), amount, max(capacity, 1e-9)))
        return found
