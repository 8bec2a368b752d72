"""The channel layer of one process, for very many sockets: what the library's own does, at a cost that stays flat.

Named in the settings. The library's layer looks through every channel and every group at each message that is sent or
received, and makes a task for each receiver: with five hundred watchers that was most of what a hint cost.
`shared_layer` is this one with a way to other processes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from channels.exceptions import ChannelFull
from channels.layers import InMemoryChannelLayer

CLEAN_S = 1.0


class Layer(InMemoryChannelLayer):
    """Messages expire after a minute and memberships after a day, as in the library: cleaning up can wait a second."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._clean_at = 0.0

    def _clean_expired(self) -> None:
        now = time.monotonic()
        if now >= self._clean_at:
            self._clean_at = now + CLEAN_S
            super()._clean_expired()  # type: ignore[misc]  # the library has it, its stubs do not

    def fault(self) -> str | None:
        """What is wrong with how it is set up, as a sentence for whoever starts the server."""
        return None

    def open(self) -> None:
        """Take part in what is said elsewhere; here there is no elsewhere."""

    def listen(self, group: str, ear: Callable[[], None]) -> None:
        """Have `ear` called when somebody elsewhere says something to this group, until it is closed. Never, here."""

    @property
    def alone(self) -> bool:
        """Whether others take part and cannot be reached now."""
        return False

    def watched(self, group: str) -> bool:
        """Whether anybody may be waiting for what is said to this group. From any thread."""
        return group in self.groups

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        """Hand a message to all channels of a group; those that are full go without it, as the library has it."""
        self.require_valid_group_name(group)
        self._clean_expired()
        for channel in tuple(self.groups.get(group, ())):
            try:
                await self.send(channel, message)
            except ChannelFull:
                continue
