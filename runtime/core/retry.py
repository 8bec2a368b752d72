"""When a failed step is tried again. A pure function; the executor asks it after every failure that may pass."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from runtime.core.definition import Retry

DEFAULT = Retry()


def retry_at(
    policy: Retry | None, attempt: int, now: datetime, key: str, after_s: float | None = None
) -> datetime | None:
    """When attempt `attempt + 1` is due, or None when the attempts are used up.

    `attempt` counts from 1; `after_s` is what the other side asked for (Retry-After, in seconds). The wait grows by
    `factor` up to `max_s` and is spread by up to a quarter, so that many runs do not come back at the same moment; the
    spread follows from `key`, so that the same attempt always gets the same wait.
    """
    policy = policy or DEFAULT
    if attempt >= policy.attempts:
        return None
    wait = min(policy.max_s, policy.first_s * policy.factor ** (attempt - 1)) * (0.75 + 0.25 * _spread(key, attempt))
    return now + timedelta(seconds=max(wait, min(after_s or 0.0, 3600.0)))


def _spread(key: str, attempt: int) -> float:
    digest = hashlib.sha256(f"{key}:{attempt}".encode()).digest()
    return int.from_bytes(digest[:4]) / 2**32
