"""Folders that servers of the tests start with: filled once in a run of the tests, and copied by whoever needs one.

To migrate and to fill a database takes longer than to start the server on it. The processes of a parallel run share the
shelf; `tests/conftest.py` says where it stands. A copy is its owner's alone: no test sees what another did to its own.
"""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

DATABASE = "interlock.sqlite3"
_where: list[Path] = []


def stands_in(folder: Path) -> None:
    """Where the shelf is."""
    _where[:] = [folder]


def of_this_run(tmp_path_factory: pytest.TempPathFactory, *, parallel: bool) -> Path:
    """The same folder for all processes of this run; gone with its temporary files."""
    own = tmp_path_factory.getbasetemp()
    return (own.parent if parallel else own) / "shelf"


def filled(name: str, into: Path, fill: Callable[[Path], str]) -> str:
    """Put into a folder without a database what `fill` makes of an empty folder; gives what `fill` said."""
    made = _made(name, fill)
    if not (into / DATABASE).exists():
        shutil.copytree(made / "data", into, dirs_exist_ok=True)
    return (made / "said").read_text()


def _made(name: str, fill: Callable[[Path], str]) -> Path:
    (shelf,) = _where
    shelf.mkdir(exist_ok=True)
    with (shelf / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = shelf / name
        if not made.exists():
            begun = Path(tempfile.mkdtemp(dir=shelf))
            (begun / "data").mkdir()
            (begun / "said").write_text(fill(begun / "data"))
            begun.rename(made)  # whole, or not at all
    return made
