"""Ids of runs and escalations: ordered by time, not to be guessed, the same text everywhere."""

from __future__ import annotations

import base64
import os
import time
from datetime import datetime

_POOL = 256
_random: list[bytes] = []
os.register_at_fork(after_in_child=_random.clear)


def new_id() -> str:
    """A UUID version 7 (RFC 9562) as 26 characters whose order is the order of time."""
    stamp = time.time_ns() // 1_000_000
    raw = bytearray(stamp.to_bytes(6) + _ten_random_bytes())
    raw[6] = (raw[6] & 0x0F) | 0x70
    raw[8] = (raw[8] & 0x3F) | 0x80
    return base64.b32hexencode(raw).decode().rstrip("=").lower()


def _ten_random_bytes() -> bytes:
    """Fetched many at a time: each call lets other threads run, and a busy one is slow to give the turn back."""
    while True:
        try:
            return _random.pop()
        except IndexError:
            fresh = os.urandom(10 * _POOL)
            _random.extend(fresh[start : start + 10] for start in range(0, len(fresh), 10))


def is_id(text: str) -> bool:
    """Whether this could be an id; anything else is not looked up at all."""
    return len(text) == 26 and all(character in "0123456789abcdefghijklmnopqrstuv" for character in text)


def first_id_at(moment: datetime) -> str:
    """The smallest id that could have been made then: ids begin with their time, so a key finds a time."""
    stamp = int(moment.timestamp() * 1_000)
    return base64.b32hexencode(stamp.to_bytes(6) + bytes(10)).decode().rstrip("=").lower()
