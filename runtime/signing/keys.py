"""Keys that sign: kept encrypted, shown once, and changed with both the new and the old one valid for a day.

Used by whatever has a row with `SigningColumns`. It opens keys for a call and never gives them to a page.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from runtime import secrets
from runtime.models.webhooks import SigningColumns
from runtime.signing.signatures import new_secret

OVERLAP = timedelta(days=1)
"""For so long an old key stays valid beside the new one."""


def valid(row: SigningColumns, now: datetime) -> tuple[str, ...]:
    """The keys that count now, the newest first; none where no key of the settings opens them."""
    sealed = [row.secret]
    if row.previous and row.previous_until and row.previous_until > now:
        sealed.append(row.previous)
    return tuple(secret for secret in map(secrets.unseal, sealed) if secret)


def renew(row: SigningColumns, now: datetime) -> str:
    """Give the row a new key, in memory; the one it had stays valid for a day. The new key: show it once."""
    if row.secret:
        row.previous, row.previous_until = row.secret, now + OVERLAP
    fresh = new_secret()
    row.secret = secrets.seal(fresh)
    return fresh
