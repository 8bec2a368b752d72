"""How often something may be asked for: counted in windows of time, in this process.

Used where anybody may knock (public forms, signing in). Generous, and only there to contain what has run wild: several
processes allow as many times as much.
"""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Callable

from django.http import HttpRequest

MOST_KNOWN = 20_000
_NETWORK_BITS = 64


def address_of(request: HttpRequest) -> str:
    """Who knocks, as far as an address can tell."""
    return network_of(request.META.get("REMOTE_ADDR", ""))


def network_of(given: str) -> str:
    """Of an address of IPv6 its network, for one customer has all of its addresses; else as it is."""
    try:
        address = ipaddress.ip_address(given)
    except ValueError:
        return str(given)
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    mapped = address.ipv4_mapped
    return str(mapped or ipaddress.ip_network((int(address), _NETWORK_BITS), strict=False))


class Throttle:
    """At most `most` of each key within `window_s` seconds. Safe to call from any thread.

    It knows `MOST_KNOWN` keys at most and then forgets the one that was begun first: whoever invents keys makes it
    neither grow nor forget everybody at once.
    """

    def __init__(self, most: int, window_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._window_s, self._clock = most, window_s, clock
        # In the order in which the windows began.
        self._counted: dict[str, tuple[float, int]] = {}
        self._lock = threading.Lock()

    def wait_of(self, key: str) -> int:
        """Count one more: 0 when it is allowed, else the seconds until the next one is."""
        with self._lock:
            now = self._clock()
            began, number = self._counted.get(key, (now, 0))
            if now - began >= self._window_s:
                del self._counted[key]
                began, number = now, 0
            if number >= self._most:
                return max(1, round(began + self._window_s - now))
            if len(self._counted) >= MOST_KNOWN and key not in self._counted:
                del self._counted[next(iter(self._counted))]
            self._counted[key] = (began, number + 1)
            return 0

    def counted(self, key: str) -> int:
        """How many of a key were counted in its window."""
        with self._lock:
            began, number = self._counted.get(key, (0.0, 0))
            return number if self._clock() - began < self._window_s else 0

    def take_back(self, key: str) -> None:
        """Count one less: what was counted turned out to be harmless."""
        with self._lock:
            began, number = self._counted.get(key, (0.0, 0))
            if number:
                self._counted[key] = (began, number - 1)

    def forget(self) -> None:
        """Count anew."""
        with self._lock:
            self._counted.clear()
