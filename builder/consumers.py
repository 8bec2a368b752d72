"""The websocket of a drawing: who else has it open, and who has saved it meanwhile.

Routed by `routing`, on the mechanics of `runtime.consumers`: who may open it, how it closes when that is withdrawn. Who
is here is nowhere kept: every socket says so to the others, again and again, and one that falls silent is forgotten. So
it holds over several processes, and after any crash. The draft's revision is read from the database, whoever saved it.

Close codes: 4403 not, or no longer, permitted; 4404 no such workflow; 1011 the server could not go on.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any, ClassVar, cast

from channels.exceptions import ChannelFull
from django.utils import timezone

from builder.models import Workflow
from runtime.consumers import Caller, Close, Socket
from runtime.live.shared import Shared
from runtime.traces.reading import moment


class DrawingSocket(Socket):
    """`/ws/workflows/{slug}/`.

    First, and after each save, `{"type": "draft", "revision", "etag", "by", "at"}`; and whenever somebody comes or goes
    `{"type": "others", "others": [{"name", "since", "you"}]}`, one entry a person, the longest here first. `you` is the
    same person in another window.
    """

    needs = "workflows:read"
    poll_s: ClassVar[float] = 1.5
    beat_s: ClassVar[float] = 5.0
    patience_s: ClassVar[float] = 16.0

    @staticmethod
    def clock() -> float:
        """Seconds, by which somebody is silent."""
        return time.monotonic()

    def admit(self, caller: Caller) -> Close | None:
        """The workflow must be there; whoever may read workflows may be seen reading this one."""
        if not self.permits(caller):
            return Close(4403, f"This needs the permission {self.needs}.")
        slug = self.scope["url_route"]["kwargs"]["slug"]
        workflow = Workflow.objects.filter(slug=slug).only("pk").first()
        if workflow is None:
            return Close(4404, "There is no such workflow.")
        self.workflow, self.name = workflow.pk, caller.user.get_username()
        self.since = cast("str", moment(timezone.now()))
        self.known: dict[str, tuple[str, str, float]] = {}
        self.fresh, self.group = asyncio.Event(), f"drawing.{slug}"
        return None

    async def serve(self) -> Close:
        """Say that we are here, and tell what has changed."""
        shown: tuple[Any, Any] = (None, None)
        beaten = self.clock()
        await self._say("drawing.hello")
        try:
            while True:
                draft = await _look(self.workflow)
                if draft is None:
                    return Close(4404, "There is no such workflow.")
                if self.clock() - beaten >= self.beat_s:
                    beaten = self.clock()
                    await self._say("drawing.here")
                shown = await self._told(shown, draft)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self.poll_s):
                        await self.fresh.wait()
                self.fresh.clear()
        finally:
            await self._say("drawing.gone")

    async def drawing_hello(self, said: dict[str, Any]) -> None:
        """Somebody has come and wants to know who is here: only they are told, for the others know."""
        if self._hear(said):
            await self._tell_one(said["channel"])

    async def drawing_here(self, said: dict[str, Any]) -> None:
        """Somebody is still here."""
        self._hear(said)

    async def drawing_gone(self, said: dict[str, Any]) -> None:
        """Somebody has left."""
        if self.known.pop(said["channel"], None):
            self.fresh.set()

    def _hear(self, said: dict[str, Any]) -> bool:
        """Note somebody; False for what we said ourselves."""
        channel = said["channel"]
        if channel == self.channel_name:
            return False
        if channel not in self.known:
            self.fresh.set()
        self.known[channel] = (said["name"], said["since"], self.clock())
        return True

    async def _told(self, shown: tuple[Any, Any], draft: dict[str, Any]) -> tuple[Any, Any]:
        others = self._others()
        if draft["revision"] != shown[0]:
            await self.tell({"type": "draft", **draft})
        if others != shown[1]:
            await self.tell({"type": "others", "others": others})
        return draft["revision"], others

    def _others(self) -> list[dict[str, Any]]:
        """Who is here besides this window: one entry a person, from when the first of their windows was opened."""
        silent = self.clock() - self.patience_s
        self.known = {channel: each for channel, each in self.known.items() if each[2] >= silent}
        since: dict[str, str] = {}
        for name, came, _ in sorted(self.known.values(), key=lambda each: each[1]):
            since.setdefault(name, came)
        return [{"name": name, "since": came, "you": name == self.name} for name, came in since.items()]

    async def _say(self, type_: str) -> None:
        await self.channel_layer.group_send(self.group, self._saying(type_))

    async def _tell_one(self, channel: str) -> None:
        # One whose ears are full hears of us at the next beat.
        with contextlib.suppress(ChannelFull):
            await self.channel_layer.send(channel, self._saying("drawing.here"))

    def _saying(self, type_: str) -> dict[str, Any]:
        return {"type": type_, "channel": self.channel_name, "name": self.name, "since": self.since}


def draft_of(workflow: int) -> dict[str, Any] | None:
    """Which revision the draft is at, and who saved it; None where the workflow is gone."""
    columns = ("draft_revision", "draft_saved_by", "updated_at")
    found = Workflow.objects.filter(pk=workflow).values_list(*columns).first()
    if found is None:
        return None
    revision, by, at = found
    return {"revision": revision, "etag": f'"r{revision}"', "by": by, "at": moment(at)}


_look = Shared(draft_of)
