"""The websockets: one run's trace as it is written, and the inbox as it changes.

Routed by `routing`, wrapped by `config.sockets`, which puts `identify` into the scope: who is calling, asked anew each
time. A hint of `broadcast` only wakes a socket; what it sends is read from the journal behind what it sent last, so no
hint that is dropped, doubled or late makes a gap or a repeat. One page is read when the last one is sent: a slow client
holds back its own socket and nothing else.

Close codes: 1000 the run has ended and everything is sent; 4400 a malformed `after`; 4403 not, or no longer, permitted;
4404 no such run; 4429 this person has too many sockets open; 1011 the server could not go on. A socket of an ended run
closes at once; who retries the run opens a new one with `after`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, cast
from urllib.parse import parse_qs

from channels.consumer import get_handler_name
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from runtime import veils
from runtime.cases.standing import View, shared_standing, view_of
from runtime.ids import is_id
from runtime.live.broadcast import INBOX, broadcast, run_group
from runtime.live.shared import Shared
from runtime.models import Run
from runtime.permissions import Permission, may, permissions_of, sees_all_runs
from runtime.traces.reading import ENDED, LAST_SEQ, read_events

PAGE = 200
MOST_OF_ONE = 1_000
"""Sockets that one person may have open in this process: all windows and programs of a person, and then some."""

log = logging.getLogger(__name__)

type Scope = Mapping[str, Any]
type Identify = Callable[[Scope], Awaitable[Caller | None]]
type Send = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who opened a socket. `scopes` are those of a token; None stands for a session, which may what its user may."""

    user: Any
    scopes: frozenset[str] | None = None

    def may(self, permission: Permission, obj: Run | None = None) -> bool:
        """Whether both the user and the token permit this. Asks the database."""
        return (self.scopes is None or permission in self.scopes) and may(self.user, permission, obj)


@dataclass(frozen=True, slots=True)
class Close:
    """How a socket is closed. The reason has at most 123 bytes (RFC 6455)."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class Look:
    """A run as it stands, and the next page of its journal. `last_seq` was read no later than the page."""

    status: str
    outcome: str | None
    last_seq: int
    events: list[dict[str, Any]]


type Read = Callable[[str, int, int], Awaitable[Look | None]]


class Tail:
    """Follows a run's journal: sends what comes after `after` in order, once each, then each change of its state.

    `read(run_id, after, limit)` looks at the run (None: it is gone). `hint` says that there may be more; without hints
    the journal is looked at every `poll_s` seconds.
    """

    def __init__(self, read: Read, send: Send, poll_s: float = 1.0) -> None:
        self._read, self._send, self._poll_s = read, send, poll_s
        self._fresh = asyncio.Event()

    def hint(self) -> None:
        """There may be more to read."""
        self._fresh.set()

    async def follow(self, run_id: str, after: int) -> Close:
        """Send until the run has ended and all of it is sent; how to close."""
        sent, shown = after, None
        while True:
            self._fresh.clear()
            look = await self._read(run_id, sent, PAGE)
            if look is None:
                return Close(4404, "There is no such run.")
            for event in look.events:
                await self._send({"type": "event", "event": event})
                sent = event["seq"]
            if look.events and sent != look.last_seq:
                continue
            if shown != (look.status, look.outcome):
                shown = (look.status, look.outcome)
                await self._send({"type": "state", "run": {"id": run_id, "status": shown[0], "outcome": shown[1]}})
            if look.status in ENDED and sent >= look.last_seq:
                return Close(1000, "The run has ended.")
            await _within(self._fresh.wait(), self._poll_s)


class Socket(AsyncWebsocketConsumer):
    """What both sockets share: who may open them, and that they close soon after that is withdrawn."""

    group = ""
    needs: ClassVar[Permission]
    check_s: ClassVar[float] = 1.5

    async def dispatch(self, message: Any) -> None:
        """The base class goes to the database's thread and back before each message; nothing here needs that."""
        await getattr(self, get_handler_name(message))(message)

    async def connect(self) -> None:
        """Accept first, so that the code and reason of a refusal reach the client."""
        self._tasks: list[asyncio.Task[Any]] = []
        await self.accept()
        self._tasks.append(asyncio.create_task(self._live()))

    async def disconnect(self, code: int) -> None:  # noqa: ARG002 (the name is the base class's)
        """The client has gone, or the server goes down."""
        for task in self._tasks:
            task.cancel()
        if self.group:
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Clients have nothing to say."""

    async def _live(self) -> None:
        try:
            close = await self._serve_guarded()
        except OSError:
            return  # The client has gone while something was on its way to it.
        except Exception:
            log.exception("A socket of %s failed", self.scope["path"])
            close = Close(1011, "The server could not go on.")
        await self.close(close.code, close.reason)

    async def _serve_guarded(self) -> Close:
        caller = await self._caller()
        if caller is None:
            return Close(4403, "Sign in, or send a token.")
        who = caller.user.pk
        if _open[who] >= MOST_OF_ONE:
            return Close(4429, "Too many pages and programs of yours are connected. Close some, then load this again.")
        _open[who] += 1
        try:
            return await self._serve_admitted(caller)
        finally:
            _open[who] -= 1
            if not _open[who]:
                del _open[who]

    async def _serve_admitted(self, caller: Caller) -> Close:
        refused = await database_sync_to_async(self.admit)(caller)
        if refused:
            return refused
        broadcast.attach()
        await self.channel_layer.group_add(self.group, self.channel_name)
        ways = [asyncio.create_task(self.serve()), asyncio.create_task(self._guard())]
        self._tasks += ways
        try:
            done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            return done.pop().result()
        finally:
            for way in ways:
                way.cancel()

    async def _caller(self) -> Caller | None:
        scope = cast("Scope", self.scope)
        identify: Identify = scope["identify"]
        return await identify(scope)

    async def _guard(self) -> Close:
        """Ask again and again: a permission is only about now."""
        while True:
            # Those who came together need not ask together: what they follow would wait behind their questions.
            await asyncio.sleep(self.check_s * random.uniform(0.5, 1.0))  # noqa: S311 (nothing is guarded by chance)
            caller = await self._caller()
            if caller is None:
                return Close(4403, "You are signed in no longer.")
            if not await self.still_permits(caller):
                return Close(4403, "The permission was withdrawn.")

    async def tell(self, message: dict[str, Any]) -> None:
        """Send a message as JSON."""
        await self.send(text_data=json.dumps(message, separators=(",", ":")))

    def admit(self, caller: Caller) -> Close | None:
        """Check the request and make ready to serve; how to close where it is refused. Asks the database."""
        raise NotImplementedError

    def permits(self, caller: Caller) -> bool:
        """Whether an admitted caller still has the permission."""
        return caller.may(self.needs)

    async def still_permits(self, caller: Caller) -> bool:
        """`permits`, asked again and again of a socket that is open."""
        return await database_sync_to_async(self.permits)(caller)

    async def serve(self) -> Close:
        """Send until there is nothing left to send."""
        raise NotImplementedError


class RunSocket(Socket):
    """`/ws/runs/{id}/?after=SEQ`: the journal behind SEQ, then live."""

    needs = "runs:read"

    def admit(self, caller: Caller) -> Close | None:
        """The run must be there and be visible, and `after` must be a number."""
        after = after_of(self.scope["query_string"])
        if after is None:
            return Close(4400, f"“after” must be one whole number from 0 to {LAST_SEQ}.")
        if not caller.may(self.needs):
            return Close(4403, f"This needs the permission {self.needs}.")
        run_id = self.scope["url_route"]["kwargs"]["run_id"]
        run = Run.objects.filter(pk=run_id).first() if is_id(run_id) else None
        if run is None:
            return Close(4404, "There is no such run.")
        self.run, self.after, self.group = run, after, run_group(run.pk)
        self.tail = Tail(self._look(caller), self.tell)
        return None if self.permits(caller) else Close(4403, "You may not see this run.")

    def permits(self, caller: Caller) -> bool:
        """Whether the caller may see this very run."""
        return caller.may(self.needs, self.run)

    async def still_permits(self, caller: Caller) -> bool:
        """The sockets of one person ask together; what is asked of this run alone is who sees his cases' runs only."""
        scoped = caller.scopes is None or self.needs in caller.scopes
        if scoped and sees_all_runs(await shared_permissions(caller.user)):
            return True
        return await super().still_permits(caller)

    def _look(self, caller: Caller) -> Read:
        """How this caller looks at the run: what gates said is for those who design, and that they saw it is kept."""
        if not veils.gates_of(self.run.blueprint_id):
            return shared_look
        if not caller.may("workflows:write"):
            return veiled_look
        name = caller.user.get_username()

        async def read(run_id: str, after: int, limit: int) -> Look | None:
            found = await shared_look(run_id, after, limit)
            if found and found.events:
                await database_sync_to_async(veils.hidden)(
                    run_id, self.run.blueprint_id, found.status, name, lambda: True
                )
            return found

        return read

    async def serve(self) -> Close:
        """Replay and follow."""
        return await self.tail.follow(self.run.pk, self.after)

    async def run_hint(self, _hint: dict[str, Any]) -> None:
        """The run has a new entry."""
        self.tail.hint()


class InboxSocket(Socket):
    """`/ws/inbox/`: how many cases wait for this person, and which were opened, changed or closed.

    First `{"type": "counts", "counts": {"open", "mine", "overdue"}}`; then, whenever something changed, one
    `{"type": "case", "change": "opened"|"changed"|"closed", "case": {...}}` each and the counts. Where many changed at
    once (`standing.MOST_TOLD`), or some are out of this person's sight now, `{"type": "list"}`: ask for it again.
    """

    group = INBOX
    needs = "escalations:read"
    poll_s: ClassVar[float] = 2.0
    rest_s: ClassVar[float] = 0.25

    def admit(self, caller: Caller) -> Close | None:
        """Only the permission counts: what is visible is asked at each reading."""
        self.user, self.fresh = caller.user, asyncio.Event()
        return None if self.permits(caller) else Close(4403, f"This needs the permission {self.needs}.")

    async def serve(self) -> Close:
        """Compare what is visible with what was told last."""
        view, _ = await self._look(None)
        await self.tell({"type": "counts", "counts": view.counts})
        while True:
            await _within(self.fresh.wait(), self.poll_s)
            self.fresh.clear()
            before = view
            view, messages = await self._look(before)
            for message in messages:
                await self.tell(message)
            if view.counts != before.counts:
                await self.tell({"type": "counts", "counts": view.counts})
            await asyncio.sleep(self.rest_s)  # However busy the inbox is, it is read a few times a second.

    async def _look(self, before: View | None) -> tuple[View, list[dict[str, Any]]]:
        standing = await shared_standing()
        return await database_sync_to_async(view_of)(self.user, standing, before)

    async def inbox_hint(self, _hint: dict[str, Any]) -> None:
        """Some case was opened, claimed or settled."""
        self.fresh.set()


def look(run_id: str, after: int, limit: int) -> Look | None:
    """A run as it stands and the next page of its journal; None where there is no such run."""
    return _looked(run_id, after, limit, veiling=False)


def look_through_veil(run_id: str, after: int, limit: int) -> Look | None:
    """The same without what gates said while people are asked."""
    return _looked(run_id, after, limit, veiling=True)


def _looked(run_id: str, after: int, limit: int, *, veiling: bool) -> Look | None:
    row = Run.objects.filter(pk=run_id).values_list("status", "outcome", "last_seq", "blueprint").first()
    if row is None:
        return None
    status, outcome, last_seq, blueprint = row

    def hide() -> frozenset[str]:
        return veils.secret(run_id, blueprint, status) if veiling else frozenset()

    return Look(status, outcome, last_seq, read_events(run_id, after, limit, hide) if last_seq > after else [])


_open: Counter[int] = Counter()
shared_look = Shared(look)
veiled_look = Shared(look_through_veil)
shared_permissions = Shared(permissions_of)


def after_of(query: bytes) -> int | None:
    """The number of the last entry that the client has; 0 where it says nothing, None where it says something else."""
    try:
        given = parse_qs(query.decode("latin1"), keep_blank_values=True, max_num_fields=20).get("after", ["0"])
    except ValueError:
        return None
    text = given[0]
    if len(given) > 1 or not (text.isascii() and text.isdigit()) or len(text) > len(str(LAST_SEQ)):
        return None
    return int(text) if int(text) <= LAST_SEQ else None


async def _within(waiting: Any, seconds: float) -> None:
    try:
        await asyncio.wait_for(waiting, seconds)
    except TimeoutError:
        return
