"""Keys that are made once and kept in a file that only its owner may read. Called by the settings."""

from __future__ import annotations

import contextlib
import os
import secrets
from base64 import urlsafe_b64encode
from pathlib import Path


def load_or_create(path: Path) -> str:
    """The key in this file: 32 random bytes, URL-safe base64. Made at the first call; two processes get the same."""
    if not path.exists():
        mine = path.with_name(f".{path.name}.{os.getpid()}")
        mine.write_text(urlsafe_b64encode(secrets.token_bytes(32)).decode())
        mine.chmod(0o600)
        with contextlib.suppress(FileExistsError):
            os.link(mine, path)
        mine.unlink()
    return path.read_text().strip()
