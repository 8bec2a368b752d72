"""Which SQLite this process uses, and whether it may use the write-ahead log.

Called first thing by the settings (before Django loads its backend) and by the system check. SQLite from 3.7.0 to 3.51.2
can corrupt a database in WAL mode with two or more connections (fixed in 3.51.3); Pythons usually link such a one.
"""

from __future__ import annotations

import importlib
import sqlite3
import sys
from typing import Any

SOUND = (3, 51, 3)


def use_sound_library() -> None:
    """Put the bundled SQLite in the place of Python's, where it is installed and Python's own is affected."""
    if sqlite3.sqlite_version_info >= SOUND:
        return
    try:
        sys.modules["sqlite3"] = importlib.import_module("pysqlite3")
        sys.modules["sqlite3.dbapi2"] = importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        return


def version() -> tuple[int, ...]:
    """The version of the SQLite in use, after `use_sound_library`."""
    found: tuple[int, ...] = sys.modules["sqlite3"].sqlite_version_info
    return found


def wal_is_safe() -> bool:
    """Whether the write-ahead log may be used with the SQLite in use."""
    return version() >= SOUND


def journal_mode() -> str:
    """The journal mode that is safe here."""
    return "WAL" if wal_is_safe() else "TRUNCATE"


def connection_class() -> type[Any]:
    """The class of connections in use. The bundled library's lacks `getlimit`, which Django asks for."""
    module = sys.modules["sqlite3"]
    base: type[Any] = module.Connection
    if hasattr(base, "getlimit"):
        return base
    limits = {module.SQLITE_LIMIT_VARIABLE_NUMBER: 32_766, module.SQLITE_LIMIT_COLUMN: 2_000}
    return type("Connection", (base,), {"getlimit": lambda _self, category: limits[category]})
