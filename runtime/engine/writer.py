"""Group commit: one thread, one connection, and everything that is queued goes into one transaction.

Called by the store for every write of the engine. It knows transactions, not tables: an operation is a function that
uses Django's connection of this thread. A batch that fails is undone and played again one by one, so that a poison
operation harms no neighbour; operations must therefore bear being played again after an unsure commit (fences and keys
see to it).
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import Error as DatabaseFailure
from django.db import connection, transaction

from runtime.engine.ports import StoreError

logger = logging.getLogger(__name__)

MAX_BATCH = 256


@dataclass(frozen=True, slots=True)
class Last:
    """What is done at the end of a transaction, with what its operation gave.

    For what takes a lock that many share: those of all operations run in the order of `place`, after everything else,
    so that no two transactions wait for each other.
    """

    place: str
    work: Callable[[Any], object]


@dataclass(slots=True)
class _Operation:
    work: Callable[[], Any]
    last: Sequence[Last]
    durable: bool
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]
    result: Any = None
    failure: Exception | None = None
    begun: bool = False

    def settle(self) -> None:
        """Give the result to whoever waits; runs in the loop."""
        if self.future.done():
            return
        if self.failure is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.failure)


class Writer:
    """The one thread that writes for the engine of a process."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[_Operation | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="interlock-writer", daemon=True)
        self._closed = False

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Write what is queued, then end. Blocks until then."""
        self._closed = True
        self._queue.put(None)
        self._thread.join()

    def submit[T](
        self, work: Callable[[], T], *, durable: bool = False, last: Sequence[Last] = ()
    ) -> asyncio.Future[T]:
        """Run `work` in the next transaction, and `last` at its end. The future is settled after its commit.

        `durable` waits for the disk. The future raises StoreError when the database fails; then nothing was written.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        if self._closed:
            future.set_exception(StoreError("The writer is closed."))
        else:
            self._queue.put(_Operation(work, last, durable, loop, future))
        return future

    def _work(self) -> None:
        try:
            while batch := self._next_batch():
                _carry_out(batch)
                _settle(batch)
        finally:
            connection.close()

    def _next_batch(self) -> list[_Operation]:
        first = self._queue.get()
        batch: list[_Operation] = []
        while first is not None:
            batch.append(first)
            if len(batch) == MAX_BATCH or self._queue.empty():
                return batch
            first = self._queue.get()
        if batch:
            self._queue.put(None)
        return batch


def _carry_out(batch: list[_Operation]) -> None:
    try:
        _transact(batch)
    except Exception as failure:
        logger.warning("A batch of %d writes failed: %s", len(batch), failure)
        if not batch[0].begun and connection.connection is not None and connection.is_usable():
            # It is the database that lets nobody write (it is locked): asking for each again would take an age.
            _fail(batch, failure)
        else:
            _one_by_one(batch)


def _one_by_one(batch: list[_Operation]) -> None:
    for place, operation in enumerate(batch):
        operation.begun = False
        try:
            connection.close_if_unusable_or_obsolete()
            _transact([operation])
        except Exception as failure:
            connection.close()
            _fail([operation], failure)
            if not operation.begun:
                _fail(batch[place + 1 :], failure)
                return


def _fail(batch: Iterable[_Operation], failure: Exception) -> None:
    if not isinstance(failure, DatabaseFailure | StoreError):
        logger.error("A write failed", exc_info=failure)
    for operation in batch:
        operation.failure = StoreError(str(failure)) if isinstance(failure, DatabaseFailure) else failure


def _transact(batch: list[_Operation]) -> None:
    _set_durability(any(operation.durable for operation in batch))
    with transaction.atomic():
        for operation in batch:
            operation.begun = True
            operation.result = operation.work()
        latest = [(last, operation) for operation in batch for last in operation.last]
        for last, operation in sorted(latest, key=lambda pair: pair[0].place):
            last.work(operation.result)


def _set_durability(durable: bool) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
        else:
            cursor.execute(f"SET synchronous_commit TO {'ON' if durable else 'OFF'}")


def _settle(batch: Iterable[_Operation]) -> None:
    """One call into each loop for the whole batch: a call for each operation would cost more than the write."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Operation]] = {}
    for operation in batch:
        by_loop.setdefault(operation.loop, []).append(operation)
    for loop, operations in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle_all, operations)


def _settle_all(operations: list[_Operation]) -> None:
    for operation in operations:
        operation.settle()
