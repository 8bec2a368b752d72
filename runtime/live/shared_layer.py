"""The channel layer of several processes: each keeps its own sockets, and Redis carries to the others what is said.

Named in the settings when `REDIS_URL` is given; opened and closed by `broadcast`. A socket never touches Redis: it
joins, leaves and listens within its process, as in `layer`. What is said goes to those who are here at once; a task
takes it to the other processes, many messages at a time, and another one hears theirs. So a Redis that is away, slow or
started again costs others' hints for that time and nothing else. It is no queue: what cannot be carried is dropped.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from channels.exceptions import ChannelFull
from django.core.signing import BadSignature, Signer
from django.utils.crypto import salted_hmac
from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from runtime.live.layer import Layer

FORM = 1
"""Counts up when what is said takes another form: servers of two versions, while one replaces the other, keep apart."""

SALT = "interlock.hints"
BEAT_S = 2.0
SILENCE_S = 6.0
RETRY_S = 1.0
PATIENCE_S = 1.0
REST_S = 0.01
MOST_UNSAID = 5_000
TELL_EVERY_S = 60.0
MALFORMED = (
    "REDIS_URL is not an address of a Redis. It looks like redis://user:password@host:6379/0, rediss://… (with TLS) "
    "or unix:///path/to/socket."
)

log = logging.getLogger(__name__)

type Message = dict[str, Any]
type Hear = Callable[[str, Message], Awaitable[None]]


def client_of(url: str) -> Redis:
    """A client that gives up soon and does not try again by itself. ValueError, without the address, if it is none."""
    quick = {"socket_timeout": PATIENCE_S, "socket_connect_timeout": PATIENCE_S, "retry": Retry(NoBackoff(), 0)}
    try:
        pool: Any = ConnectionPool.from_url(url, protocol=2, **quick)
        pool.make_connection()  # Connects to nothing, but finds out about options that do not exist.
    except Exception:
        raise ValueError(MALFORMED) from None
    return Redis.from_pool(pool)


class Relay:
    """What this process says to the others and hears from them, in the running event loop, until it is closed.

    Every process hears itself, too: as long as its own beats come back, the whole way works.
    """

    def __init__(self, url: str, here: str, hear: Hear) -> None:
        self.works = False
        self._client, self._here, self._hear = client_of(url), here, hear
        self._signer = Signer(salt=SALT)
        # Redis' databases share their channels: installations are told apart by what only they know.
        self._line = f"{SALT}.{FORM}.{salted_hmac(SALT, 'line', algorithm='sha256').hexdigest()[:16]}"
        self._unsaid: dict[str, None] = {}
        self._due = asyncio.Event()
        self._heard_at = self._told_at = float("-inf")
        self._tasks = [asyncio.create_task(self._speak()), asyncio.create_task(self._listen())]

    def say(self, name: str, message: Message) -> None:
        """Have the others hear this soon, or never. Returns at once."""
        if self.works and len(self._unsaid) < MOST_UNSAID:
            self._unsaid[json.dumps([name, message], separators=(",", ":"))] = None
            self._due.set()

    async def close(self) -> None:
        """Leave."""
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)
        await self._client.aclose()

    async def _speak(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(BEAT_S):
                    await self._due.wait()
            self._due.clear()
            unsaid, self._unsaid = self._unsaid, {}
            said = f'["{self._here}",[{",".join(unsaid)}]]'
            try:
                async with asyncio.timeout(2 * PATIENCE_S):
                    await self._client.publish(self._line, self._signer.sign(said))
            except Exception as failure:  # Whatever it is, those who work go on, and so must this task.
                self._lost(failure)
            await asyncio.sleep(REST_S)  # However much is said, Redis is asked a hundred times a second at most.

    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_once()
            except Exception as failure:  # As above.
                self._lost(failure)
            await asyncio.sleep(RETRY_S)

    async def _listen_once(self) -> None:
        """Until nothing comes any more. A connection can be dead without saying so: our own beats say it."""
        async with self._client.pubsub() as ears:
            async with asyncio.timeout(2 * PATIENCE_S):
                await ears.subscribe(self._line)
            self._heard_at = time.monotonic()
            while time.monotonic() - self._heard_at < SILENCE_S:
                came = await ears.get_message(timeout=BEAT_S)
                if came and came["type"] == "subscribe":
                    self._due.set()  # A beat, to find out at once whether it comes back.
                elif came and came["type"] == "message":
                    await self._take(came["data"])
        raise TimeoutError

    async def _take(self, data: bytes) -> None:
        try:
            origin, said = json.loads(self._signer.unsign(data.decode()))
        except (BadSignature, UnicodeDecodeError):
            self._tell("Something in Redis that is not from Interlock was left unheard.")
            return
        if origin == self._here:
            self._found()
            return
        for name, message in said:
            await self._hear(name, message)

    def _found(self) -> None:
        self._heard_at = time.monotonic()
        if not self.works:
            self.works = True
            log.info("Redis carries hints between servers")

    def _lost(self, failure: Exception) -> None:
        self.works = False
        self._unsaid.clear()  # What is old by the time that Redis is back is worth nothing: everybody has looked.
        # The kind of failure only: its words may hold the address.
        self._tell(f"Redis does not answer ({type(failure).__name__}); watchers on other servers look for themselves.")

    def _tell(self, sentence: str) -> None:
        if time.monotonic() - self._told_at >= TELL_EVERY_S:
            self._told_at = time.monotonic()
            log.warning("%s", sentence)


class SharedLayer(Layer):
    """Sockets of this process, as in `Layer`, and what they and others say to one another through Redis."""

    def __init__(self, secret_url: str, **options: Any) -> None:
        super().__init__(**options)
        self._url, self._here = secret_url, uuid.uuid4().hex
        self._relay: Relay | None = None
        self._ears: dict[str, Callable[[], None]] = {}

    def fault(self) -> str | None:
        """What is wrong with the address."""
        try:
            client_of(self._url)
        except ValueError as malformed:
            return str(malformed)
        return None

    def open(self) -> None:
        """Take part from now on, in the running loop. ValueError for an address that is none."""
        self._relay = Relay(self._url, self._here, self._take)

    def listen(self, group: str, ear: Callable[[], None]) -> None:
        """From now on, once for each message."""
        self._ears[group] = ear

    async def close(self) -> None:
        """Take part no longer."""
        relay, self._relay = self._relay, None
        self._ears.clear()
        if relay:
            await relay.close()

    @property
    def alone(self) -> bool:
        """Whether the others cannot be reached now."""
        return self._relay is None or not self._relay.works

    def watched(self, group: str) -> bool:
        """Who watches elsewhere is not known here."""
        return not self.alone or super().watched(group)

    async def new_channel(self, prefix: str = "specific.") -> str:
        """A name that says in which process it is."""
        return f"{prefix}{self._here}!{uuid.uuid4().hex}"

    async def send(self, channel: str, message: Message) -> None:
        """To a channel here, or to one in another process."""
        if self._is_here(channel):
            await super().send(channel, message)
        elif self._relay:
            self._relay.say(channel, message)

    async def group_send(self, group: str, message: Message) -> None:
        """To all who are here, and to all elsewhere."""
        await super().group_send(group, message)
        if self._relay:
            self._relay.say(group, message)

    def _is_here(self, channel: str) -> bool:
        process, mark, _ = channel.partition("!")
        return not mark or process.endswith(self._here)

    async def _take(self, name: str, message: Message) -> None:
        if name in self._ears:
            self._ears[name]()
        elif "!" not in name:
            await super().group_send(name, message)
        elif self._is_here(name):
            with contextlib.suppress(ChannelFull):
                await super().send(name, message)
