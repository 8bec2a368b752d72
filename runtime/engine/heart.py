"""The heartbeat of a worker, in a thread of its own so that a busy event loop cannot starve it.

Started and stopped by the runner. While it cannot beat, the worker must assume that others take its runs over.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from django.db import connection

logger = logging.getLogger(__name__)


class Heart:
    """Calls `beat` every quarter of a lease; `failing` tells when the lease can no longer be trusted."""

    def __init__(self, beat: Callable[[], None], lease_s: float) -> None:
        self.lease_s = lease_s
        self._beat = beat
        self._stopped = threading.Event()
        self._last = time.monotonic()
        self._thread = threading.Thread(target=self._work, name="interlock-heart", daemon=True)

    def start(self) -> None:
        """Begin to beat."""
        self._thread.start()

    def stop(self) -> None:
        """End. Blocks until the last beat is over."""
        self._stopped.set()
        self._thread.join()

    @property
    def failing(self) -> bool:
        """Whether the last good beat is older than four fifths of a lease."""
        return time.monotonic() - self._last > 0.8 * self.lease_s

    def _work(self) -> None:
        try:
            while not self._stopped.wait(self.lease_s / 4):
                self._beat_once()
        finally:
            connection.close()

    def _beat_once(self) -> None:
        begun = time.monotonic()
        try:
            self._beat()
        except Exception as failure:
            logger.warning("The worker could not say that it lives: %s", failure)
        else:
            # The beat counts from when it began: what the database saw cannot be later.
            self._last = begun
