"""How many requests a caller may make: a bucket per token or user, in this process.

Asked by every route, the hot one included. The limit is generous and there to contain a client that has run wild; it is
set with `API_REQUESTS_PER_S` (0: none).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

if TYPE_CHECKING:
    from rest_framework.views import APIView  # The framework's views import this module.

BURST_S = 4.0
MOST_BUCKETS = 10_000

_buckets: dict[str, tuple[float, float]] = {}


def wait_of(key: str) -> float:
    """Take one request from a caller's bucket: 0.0 when there was one, else the seconds until there is."""
    rate = float(settings.INTERLOCK["API_REQUESTS_PER_S"])
    if rate <= 0:
        return 0.0
    now = time.monotonic()
    left, since = _buckets.get(key, (rate * BURST_S, now))
    left = min(rate * BURST_S, left + (now - since) * rate)
    if left < 1.0:
        _buckets[key] = (left, now)
        return (1.0 - left) / rate
    if len(_buckets) >= MOST_BUCKETS:
        _buckets.clear()
    _buckets[key] = (left - 1.0, now)
    return 0.0


def forget() -> None:
    """Fill every bucket again."""
    _buckets.clear()


class PerCaller(BaseThrottle):
    """The bucket in the REST framework's words."""

    def __init__(self) -> None:
        self._wait = 0.0

    def allow_request(self, request: Request, _view: APIView) -> bool:
        """Whether the caller's bucket has a request left; public routes are not counted."""
        caller = request.auth
        self._wait = 0.0 if caller is None else wait_of(caller.key)
        return self._wait == 0.0

    def wait(self) -> float:
        """Seconds until the next request may come."""
        return self._wait
