"""Secrets at rest: encrypted on the way in, readable only where a call goes out.

Called by `connections`. Fernet with the keys of the settings: the first encrypts, all of them decrypt, so that a new
key is put in front, the command `rotate_secrets` is run, and the old one is taken away. It stores nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


def seal(secret: str) -> bytes:
    """The secret, encrypted with the newest key."""
    return _keys().encrypt(secret.encode())


def unseal(sealed: bytes | memoryview | None) -> str | None:
    """The secret, or None where none was sealed or no key of the settings fits (a key was lost)."""
    if sealed is None:
        return None
    try:
        return _keys().decrypt(bytes(sealed)).decode()
    except InvalidToken:
        return None


def resealed(sealed: bytes | memoryview) -> bytes | None:
    """The same secret under the newest key; None where no key of the settings fits."""
    try:
        return _keys().rotate(bytes(sealed))
    except InvalidToken:
        return None


def _keys() -> MultiFernet:
    # Made anew each time: a key that was taken out of the settings must not live on in a cache.
    keys: Iterable[str] = settings.ENCRYPTION_KEYS
    return MultiFernet([Fernet(key) for key in keys])
