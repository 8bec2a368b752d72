"""Tells those who watch that something was committed: a hint, never the news itself.

Called by the engine after each commit and by `escalations` after a decision, from any thread. A hint names a run and
its last entry; whoever gets it reads the journal. So a hint that is dropped, doubled or late costs latency only, and
one that nobody waits for is not even sent.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from channels.layers import BaseChannelLayer, get_channel_layer

from runtime.engine.ports import RunStatus
from runtime.live.layer import Layer

INBOX, BELL = "inbox", "bell"

log = logging.getLogger(__name__)

type Hint = dict[str, Any]


def run_group(run_id: str) -> str:
    """The channel group of those who watch a run."""
    return f"run.{run_id}"


class Broadcast:
    """Sends hints through the channel layer; the engine's `Listener`.

    Everything that calls returns at once: hints are collected by group, where the newest replaces the older, and sent
    from the event loop that was given to `attach` (the one in which the sockets live).
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._unsent: dict[str, Hint] = {}
        self._sending: asyncio.Task[None] | None = None

    def attach(self) -> None:
        """Send from the running loop from now on."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._loop, self._sending, self._unsent = loop, None, {}

    def open(self, wake: Callable[[], None] = lambda: None) -> None:
        """Send from the running loop, and to other processes where they share a layer, until `close`.

        `wake` is called in that loop when somebody elsewhere rang (`ring`).
        """
        self.attach()
        layer = get_channel_layer()
        if isinstance(layer, Layer):
            layer.open()
            layer.listen(BELL, wake)

    async def close(self) -> None:
        """Reach no other process any more."""
        layer = get_channel_layer()
        if isinstance(layer, Layer):
            await layer.close()

    def committed(self, run_id: str, last_seq: int, status: RunStatus) -> None:
        """A wave of this run is in the database."""
        self._hint(run_group(run_id), {"type": "run.hint", "run": run_id, "seq": last_seq})
        if status != "running":
            self.inbox_changed()

    def inbox_changed(self) -> None:
        """Cases were opened, claimed, settled or called off."""
        self._hint(INBOX, {"type": "inbox.hint"})

    def ring(self) -> None:
        """Something was done to a run that may be under way in another process."""
        self._hint(BELL, {"type": "bell.hint"})

    def _hint(self, group: str, hint: Hint) -> None:
        loop, layer = self._loop, get_channel_layer()
        if loop is None or layer is None or loop.is_closed() or not _watched(layer, group):
            return
        try:
            loop.call_soon_threadsafe(self._collect, group, hint)
        except RuntimeError:
            log.debug("The loop of the sockets has gone; the hint for %s is dropped", group)

    def _collect(self, group: str, hint: Hint) -> None:
        self._unsent[group] = hint
        if self._sending is None or self._sending.done():
            self._sending = asyncio.get_running_loop().create_task(self._send())

    async def _send(self) -> None:
        while self._unsent:
            group, hint = self._unsent.popitem()
            layer = get_channel_layer()
            if layer is None:
                continue
            try:
                await layer.group_send(group, hint)
            except Exception:  # A layer that is down must not stop those who work; watchers look by themselves.
                log.warning("A hint for %s was not sent", group, exc_info=True)


def _watched(layer: BaseChannelLayer, group: str) -> bool:
    """Whether anybody may be waiting: known for certain in one process, presumed where others take part."""
    return layer.watched(group) if isinstance(layer, Layer) else True


def fault() -> str | None:
    """What is wrong with how the layer is set up, as a sentence."""
    layer = get_channel_layer()
    return layer.fault() if isinstance(layer, Layer) else None


broadcast = Broadcast()
