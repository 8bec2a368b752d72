"""Several processes share what they hint at through Redis, and lose nothing but hints when it is away.

Two layers stand for two processes here: each has its own name, sockets and connections. `elsewhere` has a loop, too.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import channel_layers
from django.conf import settings
from django.test import AsyncClient
from django.utils import timezone

from api.health import ALONE
from builder.models import Workflow
from runtime import launch
from runtime import runs as all_runs
from runtime.cases import holds
from runtime.consumers import Tail
from runtime.live import bell, shared_layer
from runtime.live.broadcast import BELL, Broadcast, run_group
from runtime.live.shared_layer import SharedLayer, client_of
from runtime.models import Worker
from runtime.system_checks import layer_is_sound
from tests import services
from tests.makers import runs
from tests.makers.cases import waiting_run
from tests.makers.eventually import eventually
from tests.makers.people import person
from tests.makers.sockets import Client, Headers, opened
from tests.runtime.test_consumers import in_session

NEVER_S = 3600.0
HINT = {"type": "run.hint", "run": "1", "seq": 1}

transactional = pytest.mark.django_db(transaction=True)
redis = pytest.mark.redis


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"BEAT_S": 0.05, "SILENCE_S": 0.5, "RETRY_S": 0.02}.items():
        monkeypatch.setattr(shared_layer, name, value)


@asynccontextmanager
async def layers(url: str, number: int = 2) -> AsyncIterator[list[SharedLayer]]:
    """Layers that reach one another."""
    made = [SharedLayer(url) for _ in range(number)]
    for layer in made:
        layer.open()
    try:
        await eventually(lambda: not any(layer.alone for layer in made))
        yield made
    finally:
        for layer in made:
            await layer.close()


def serve_with(layer: SharedLayer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the sockets that are opened from now on belong to this process."""
    monkeypatch.setitem(channel_layers.backends, "default", layer)


@contextmanager
def elsewhere(layer: SharedLayer) -> Iterator[asyncio.AbstractEventLoop]:
    """A loop of its own in which this layer lives."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    with closing(loop):
        thread.start()
        loop.call_soon_threadsafe(layer.open)
        try:
            yield loop
        finally:
            asyncio.run_coroutine_threadsafe(layer.close(), loop).result(60)
            loop.call_soon_threadsafe(loop.stop)
            thread.join()


@redis
async def test_what_is_said_in_one_process_is_heard_in_another(redis_url: str) -> None:
    other = SharedLayer(redis_url)
    async with layers(redis_url, 1) as [here]:
        with elsewhere(other) as loop:
            await eventually(lambda: not other.alone)
            mine = await here.new_channel()
            await here.group_add("run.1", mine)
            asyncio.run_coroutine_threadsafe(other.group_send("run.1", HINT), loop).result(60)
            assert await here.receive(mine) == HINT
            asyncio.run_coroutine_threadsafe(other.send(mine, {"type": "answer"}), loop).result(60)
            assert await here.receive(mine) == {"type": "answer"}


@redis
async def test_who_says_something_hears_it_once_and_others_hear_only_what_is_theirs(redis_url: str) -> None:
    async with layers(redis_url) as [here, there]:
        mine, theirs, last = await here.new_channel(), await there.new_channel(), await there.new_channel()
        await here.group_add("run.1", mine)
        await there.group_add("run.2", theirs)
        await there.group_add("run.3", last)
        await here.group_send("run.1", HINT)
        await here.group_send("run.3", HINT)
        assert await there.receive(last) == HINT
        assert await here.receive(mine) == HINT
        assert mine not in here.channels
        assert theirs not in there.channels


@redis
@transactional
async def test_a_commit_wakes_its_watcher_on_another_server(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.consumers.Tail", partial(Tail, poll_s=NEVER_S))
    story, sent = await sync_to_async(lambda: (runs.qualified(), in_session(person("dora", "designer"))))()
    async with layers(redis_url) as [here, there]:
        serve_with(here, monkeypatch)
        async with opened(f"/ws/runs/{story.run.pk}/?after={story.run.last_seq}", sent) as socket:
            await socket.told(1)
            await sync_to_async(story.starts)("draft")
            await there.group_send(run_group(story.run.pk), HINT)
            (event,) = await socket.told(1)
            assert event["event"]["type"] == "step.started"


@redis
@transactional
async def test_a_redis_that_dies_and_comes_again_costs_no_event_and_hints_come_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    story, sent = await sync_to_async(lambda: (runs.qualified(), in_session(person("dora", "designer"))))()
    before = story.run.last_seq

    async def goes_on(step: str) -> None:
        await sync_to_async(story.starts)(step)
        await there.group_send(run_group(story.run.pk), HINT)

    async with AsyncExitStack() as stack:
        folder = stack.enter_context(services.redis_folder())
        with services.redis_in(folder) as url:
            here, there = await stack.enter_async_context(layers(url))
            serve_with(here, monkeypatch)
            socket = await stack.enter_async_context(opened(f"/ws/runs/{story.run.pk}/?after={before}", sent))
            await goes_on("draft")
        await eventually(lambda: here.alone and there.alone)
        await goes_on("draft")
        with services.redis_in(folder):
            await eventually(lambda: not here.alone and not there.alone)
            await goes_on("draft")
            told = [message for message in await socket.told(4) if message["type"] == "event"]
            assert [event["event"]["seq"] for event in told] == [before + 1, before + 2, before + 3]
            mine = await here.new_channel()
            await here.group_add("run.1", mine)
            await there.group_send("run.1", HINT)
            assert await here.receive(mine) == HINT
    told_of = [
        each for each in caplog.records if each.name == "runtime.live.shared_layer" and each.levelno > logging.INFO
    ]
    assert 1 <= len(told_of) <= 2  # Each of the two servers says it once, however often it tries.


@redis
@transactional
async def test_people_on_two_servers_see_one_another_on_a_drawing(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make() -> tuple[Headers, Headers]:
        Workflow.objects.create(slug="leads", name="Leads")
        return in_session(person("dora", "designer")), in_session(person("dev", "developer"))

    async def until_sees(socket: Client, *names: str) -> None:
        while not ((told := (await socket.told(1))[0])["type"] == "others" and _names(told) == names):
            pass

    dora, dev = await sync_to_async(make)()
    async with layers(redis_url) as [here, there]:
        serve_with(here, monkeypatch)
        async with opened("/ws/workflows/leads/", dora) as first:
            await until_sees(first)
            serve_with(there, monkeypatch)
            async with opened("/ws/workflows/leads/", dev) as second:
                await until_sees(first, "dev")
                await until_sees(second, "dora")
            await until_sees(first)


def _names(told: dict[str, Any]) -> tuple[str, ...]:
    return tuple(each["name"] for each in told["others"])


@redis
async def test_what_others_write_into_redis_is_left_unheard(redis_url: str, caplog: pytest.LogCaptureFixture) -> None:
    async with layers(redis_url) as [here, there]:
        mine = await here.new_channel()
        await here.group_add("run.1", mine)
        stranger = client_of(redis_url)
        for line in await stranger.pubsub_channels("interlock.*"):
            for forged in (b"\xff", b"", b'["x",[["run.1",{"type":"websocket.disconnect"}]]]:signed', b"[]"):
                await stranger.publish(line, forged)
        await stranger.aclose()
        await there.group_send("run.1", HINT)
        assert await here.receive(mine) == HINT
        assert mine not in here.channels
    assert [each.getMessage() for each in caplog.records if "not from Interlock" in each.getMessage()]


@redis
async def test_installations_with_other_keys_do_not_hear_one_another(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with layers(redis_url) as [here, there]:
        monkeypatch.setattr(settings, "SECRET_KEY", "of another installation")
        async with layers(redis_url) as [foreign, theirs]:
            mine, witness = await here.new_channel(), await theirs.new_channel()
            await here.group_add("run.1", mine)
            await theirs.group_add("run.1", witness)
            await foreign.group_send("run.1", {"type": "foreign"})
            assert await theirs.receive(witness) == {"type": "foreign"}
            await there.group_send("run.1", HINT)
            assert await here.receive(mine) == HINT
            assert mine not in here.channels


@transactional
async def test_a_redis_that_never_answers_keeps_nobody_waiting_and_readiness_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, async_client: AsyncClient
) -> None:
    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    monkeypatch.setattr(shared_layer, "PATIENCE_S", 0.05)
    await sync_to_async(Worker.objects.create)(id="w", beat_at=timezone.now())
    async with await asyncio.start_unix_server(hang, tmp_path / "s"):
        layer = SharedLayer(f"unix://{tmp_path / 's'}")
        serve_with(layer, monkeypatch)
        layer.open()
        mine = await layer.new_channel()
        await layer.group_add("run.1", mine)
        async with asyncio.timeout(1.0):
            for _ in range(1000):
                await layer.group_send("run.2", HINT)
        await layer.group_send("run.1", HINT)
        assert await layer.receive(mine) == HINT
        assert not layer.watched("run.2")
        answer = await async_client.get("/readyz")
        assert (answer.status_code, answer.json()["checks"]["channel_layer"]) == (200, ALONE)
        await layer.close()


@redis
async def test_a_bell_that_is_rung_here_is_heard_elsewhere_and_only_there(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with layers(redis_url) as [here, there]:
        serve_with(here, monkeypatch)
        heard: list[str] = []
        here.listen(BELL, lambda: heard.append("here"))
        there.listen(BELL, lambda: heard.append("there"))
        said = Broadcast()
        said.attach()
        said.ring()
        await eventually(lambda: bool(heard))
        said.ring()
        await eventually(lambda: heard == ["there"] * 2)


async def test_without_others_a_bell_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    layer = SharedLayer("redis://127.0.0.1:1/0")
    serve_with(layer, monkeypatch)
    said = Broadcast()
    said.attach()
    said.ring()
    assert not said._unsent
    assert said._sending is None


@transactional
@pytest.mark.parametrize("deed", ["cancelled", "answered"])
async def test_what_a_person_does_to_a_run_is_rung_everywhere(deed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[str] = []
    disconnect = bell.connect_elsewhere(lambda: rung.append(deed))
    try:
        await sync_to_async(cancelled if deed == "cancelled" else holds.tell)()
    finally:
        disconnect()
    assert rung == [deed]


def cancelled() -> None:
    assert isinstance(all_runs.cancel(waiting_run().pk, "ada"), all_runs.Signalled)


@redis
async def test_what_cannot_be_carried_takes_no_memory(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_layer, "MOST_UNSAID", 10)
    async with layers(redis_url) as [here, there]:
        mine = await there.new_channel()
        await there.group_add("run.1", mine)
        for number in range(100):
            await here.group_send("run.1", {"type": "hint", "number": number})
        assert [(await there.receive(mine))["number"] for _ in range(10)] == list(range(10))
        await here.group_send("run.1", HINT)
        assert await there.receive(mine) == HINT


async def test_the_password_of_a_redis_that_is_away_is_in_no_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    layer = SharedLayer("redis://user:hunter2@127.0.0.1:1/0")
    layer.open()
    await eventually(lambda: "Redis does not answer (ConnectionError)" in caplog.text)
    await layer.close()
    assert "hunter2" not in caplog.text + repr(layer)


@pytest.mark.parametrize(
    "url", ["hunter2", "http://u:hunter2@h", "redis://u:hunter2@h:port", "redis://u:hunter2@h:6379/0?colour=blue"]
)
async def test_an_address_that_is_none_is_refused_with_a_sentence_that_keeps_it(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve_with(SharedLayer(url), monkeypatch)
    (found,) = layer_is_sound()
    assert found.id == "runtime.E002"
    assert found.msg.startswith("REDIS_URL is not an address of a Redis.")
    assert "hunter2" not in str(found)
    with pytest.raises(launch.NotStarted, match="REDIS_URL is not an address") as refused:
        await launch.start()
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("url", ["redis://h", "rediss://u:p@h:6380/1", "unix:///run/redis.sock?db=1"])
def test_addresses_of_every_kind_are_good(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    serve_with(SharedLayer(url), monkeypatch)
    assert layer_is_sound() == []


def test_without_an_address_nothing_is_shared_and_nothing_is_said() -> None:
    assert settings.CHANNEL_LAYERS["default"] == {"BACKEND": "runtime.live.layer.Layer"}
    assert layer_is_sound() == []
