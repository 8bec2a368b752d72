"""How often something may be asked for: counted in windows of time, in this process.

Used where anybody may knock (public forms). Generous, and only there to contain what has run wild: several processes
allow as many times as much.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

MOST_KNOWN = 20_000


class Throttle:
    """At most `most` of each key within `window_s` seconds. Safe to call from any thread."""

    def __init__(self, most: int, window_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._window_s, self._clock = most, window_s, clock
        self._counted: dict[str, tuple[float, int]] = {}
        self._lock = threading.Lock()

    def wait_of(self, key: str) -> int:
        """Count one more: 0 when it is allowed, else the seconds until the next one is."""
        with self._lock:
            now = self._clock()
            began, number = self._counted.get(key, (now, 0))
            if now - began >= self._window_s:
                began, number = now, 0
            if number >= self._most:
                return max(1, round(began + self._window_s - now))
            if len(self._counted) >= MOST_KNOWN and key not in self._counted:
                self._counted.clear()
            self._counted[key] = (began, number + 1)
            return 0

    def forget(self) -> None:
        """Count anew."""
        with self._lock:
            self._counted.clear()
