"""What Django's system check asks of the runtime: that the database cannot be corrupted by a known fault, that the
address of a Redis is one, and that not everybody is believed who they say they are.

Registered by `apps`; run before every command. It reads settings and versions only; no database is opened.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from channels.layers import get_channel_layer
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

from runtime import sqlite
from runtime.live.layer import Layer

LAYER_HINT = "Set REDIS_URL to the address of a Redis, or take it away: a single server needs none."
EVERYBODY = frozenset({"*", "0.0.0.0/0", "::/0"})
FORWARDED_HINT = "Set it to the addresses or networks of your proxy, with commas."
HINT = "Install Interlock's extra `sqlite` (make setup does), or use a Python whose SQLite is 3.51.3 or newer."


def sqlite_is_sound(**_: Any) -> list[CheckMessage]:
    """Refuse the write-ahead log on a SQLite that can corrupt it; say so where it stays off for that reason."""
    return found_in(settings.DATABASES)


def layer_is_sound(**_: Any) -> list[CheckMessage]:
    """Say so where Redis' address is none. Whether a Redis is there is another matter: it may come later."""
    layer = get_channel_layer()
    fault = layer.fault() if isinstance(layer, Layer) else None
    return [Error(fault, hint=LAYER_HINT, id="runtime.E002")] if fault else []


def forwarders_are_named(**_: Any) -> list[CheckMessage]:
    """Say so where any connection may tell whose address it stands for. The web server itself reads this setting."""
    believed = EVERYBODY.intersection(os.environ.get("FORWARDED_ALLOW_IPS", "").split(","))
    if not believed:
        return []
    sentence = (
        f"With FORWARDED_ALLOW_IPS={min(believed)} anybody can choose the address under which attempts are counted."
    )
    return [Warning(sentence, hint=FORWARDED_HINT, id="runtime.W002")]


def found_in(databases: Mapping[str, Mapping[str, Any]]) -> list[CheckMessage]:
    """What is wrong with these entries of Django's `DATABASES`, with the SQLite in use."""
    on_sqlite = [database for database in databases.values() if str(database["ENGINE"]).endswith("sqlite3")]
    if not on_sqlite or sqlite.wal_is_safe():
        return []
    version = ".".join(map(str, sqlite.version()))
    if any("journal_mode=wal" in _first_command(database) for database in on_sqlite):
        return [Error(f"SQLite {version} can corrupt a database that is in WAL mode.", hint=HINT, id="runtime.E001")]
    sentence = f"SQLite {version} is not safe in WAL mode, so Interlock uses the slower rollback journal."
    return [Warning(sentence, hint=HINT, id="runtime.W001")]


def _first_command(database: Mapping[str, Any]) -> str:
    command = str(database.get("OPTIONS", {}).get("init_command", ""))
    return "".join(command.lower().split())
