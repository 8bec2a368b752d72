"""When entries of journals became visible to another connection: the moment of their commit, seen from outside.

Used by `sockets`. A process of its own asks the SQLite file every two milliseconds, so what it says is late by that
much, and by more where the machine is busy.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

from runtime import sqlite

EVERY_S = 0.002

type Commits = dict[tuple[str, int], float]
"""The time of each entry's commit, by run and number."""


@contextlib.contextmanager
def observed(data: Path) -> Iterator[Commits]:
    """Observe for as long as the block lasts; what was seen is there when it has ended."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_observe, args=(theirs, data), daemon=True)
    process.start()
    ours.recv()
    found: Commits = {}
    try:
        yield found
    finally:
        ours.send(None)
        found.update(ours.recv())
        process.join(5)


def _observe(pipe: Pipe, data: Path) -> None:
    sqlite.use_sound_library()
    import sqlite3  # Only now is it the sound one.

    found: Commits = {}
    with contextlib.closing(sqlite3.connect(f"file:{data / 'interlock.sqlite3'}?mode=ro", uri=True)) as connection:
        last = connection.execute("SELECT coalesce(max(rowid), 0) FROM runtime_entry").fetchone()[0]
        pipe.send(None)
        going = True
        while going:
            # Asked before the last look, so that nothing is missed that was there when the block ended.
            going = not pipe.poll()
            fresh = "SELECT rowid, run_id, seq FROM runtime_entry WHERE rowid > ? ORDER BY rowid"
            rows, now = connection.execute(fresh, [last]).fetchall(), time.time()
            found.update({(run_id, seq): now for _, run_id, seq in rows})
            last = rows[-1][0] if rows else last
            time.sleep(EVERY_S)
    pipe.send(found)
