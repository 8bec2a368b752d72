"""Which SQLite this process uses, and whether it may use the write-ahead log.

Called first thing by the settings (before Django loads its backend) and by the system check. SQLite from 3.7.0 to
3.51.2 can corrupt a database in WAL mode with two or more connections (fixed in 3.51.3); Pythons usually link such a
one.
"""

from __future__ import annotations

import importlib
import sqlite3
import sys
from typing import Any

SOUND = (3, 51, 3)

# The bundled library does not tell its limits, which Django asks for: SQLite's own numbers and defaults stand in.
LIMIT_NAMES = {"SQLITE_LIMIT_COLUMN": 2, "SQLITE_LIMIT_VARIABLE_NUMBER": 9}
DEFAULT_LIMITS = {2: 2_000, 9: 32_766}


def use_sound_library() -> None:
    """Put the bundled SQLite in the place of Python's, where it is installed and Python's own is affected."""
    if sqlite3.sqlite_version_info >= SOUND:
        return
    try:
        bundled, dbapi2 = importlib.import_module("pysqlite3"), importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        return
    for module in (bundled, dbapi2):
        vars(module).update(LIMIT_NAMES)
    sys.modules["sqlite3"], sys.modules["sqlite3.dbapi2"] = bundled, dbapi2


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
    """The class of connections in use, with `getlimit` where the bundled library lacks it."""
    base: type[Any] = sys.modules["sqlite3"].Connection
    if hasattr(base, "getlimit"):
        return base
    return type("Connection", (base,), {"getlimit": lambda _self, category: DEFAULT_LIMITS[category]})
