"""The websocket of a drawing: who else is here, who has saved, and nobody who may not be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from api import authentication
from builder import drafts
from builder.consumers import DrawingSocket
from builder.models import Workflow
from runtime.consumers import Socket
from tests.makers.eventually import eventually
from tests.makers.people import person
from tests.makers.sealed import ECHO, drafted
from tests.makers.sockets import Client, opened
from tests.runtime.test_consumers import ORIGIN, headers, in_session, with_token

SOON = 0.05
PATH = "/ws/workflows/echo/"
made: Callable[..., Any] = sync_to_async
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Socket, "check_s", SOON)
    monkeypatch.setattr(DrawingSocket, "poll_s", SOON)
    authentication.forget()


class Time:
    """The time of those who are here, which stands still until a test moves it, and who heard of whom since then."""

    def __init__(self) -> None:
        self.now = 0.0
        self.heard: set[tuple[str, str]] = set()


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    made, hear = Time(), DrawingSocket._hear

    def noted(socket: DrawingSocket, said: dict[str, Any]) -> bool:
        heard = hear(socket, said)
        if heard:
            made.heard.add((socket.channel_name, said["channel"]))
        return heard

    monkeypatch.setattr(DrawingSocket, "clock", staticmethod(lambda: made.now))
    monkeypatch.setattr(DrawingSocket, "_hear", noted)
    return made


def cast() -> tuple[Any, Any, Workflow]:
    """Two who may draw, each with a session, and the workflow."""
    workflow = drafted("echo", ECHO)
    return in_session(person("dora", "designer")), in_session(person("dev", "developer")), workflow


async def until(socket: Client, kind: str, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The next message of this kind that is as wanted."""
    while True:
        (message,) = await socket.told(1)
        if message["type"] == kind and wanted(message):
            return message


async def names(socket: Client, *wanted: str) -> dict[str, Any]:
    return await until(socket, "others", lambda told: [each["name"] for each in told["others"]] == [*wanted])


async def test_who_comes_and_who_goes_is_told_to_the_others() -> None:
    dora, dev, _ = await made(cast)()
    async with opened(PATH, dora) as first:
        await names(first)
        async with opened(PATH, dev) as second:
            (there,) = (await names(second, "dora"))["others"]
            assert (there["you"], there["since"][-1]) == (False, "Z")
            await names(first, "dev")
        await names(first)


async def test_ones_own_second_window_is_told_as_such() -> None:
    dora, _, _ = await made(cast)()
    async with opened(PATH, dora) as first, opened(PATH, dora) as second, opened(PATH, dora) as third:
        for window in (first, second, third):
            told = await until(window, "others", lambda message: bool(message["others"]))
            assert [(each["name"], each["you"]) for each in told["others"]] == [("dora", True)]


async def test_people_at_another_drawing_are_not_here() -> None:
    dora, dev, _ = await made(cast)()
    await made(drafted)("other", ECHO)
    async with opened("/ws/workflows/other/", dev) as elsewhere, opened(PATH, dora) as here:
        assert [each["type"] for each in await here.told(2)] == ["draft", "others"]
        await elsewhere.told(2)
        assert await here.hears_nothing(4 * SOON)


async def test_a_save_is_told_with_who_and_which_revision() -> None:
    dora, _, workflow = await made(cast)()
    async with opened(PATH, dora) as socket:
        (draft, _) = await socket.told(2)
        assert (draft["type"], draft["revision"], draft["etag"]) == ("draft", 1, '"r1"')
        somebody = await made(person)("ada", "administrator")
        await made(drafts.save)(workflow, {**ECHO, "input": {}}, None, somebody, timezone.now())
        told = await until(socket, "draft", lambda _: True)
        assert (told["revision"], told["etag"], told["by"]) == (2, '"r2"', "ada")


async def test_another_name_for_the_workflow_is_no_save() -> None:
    dora, _, workflow = await made(cast)()
    async with opened(PATH, dora) as socket:
        await socket.told(2)
        await made(Workflow.objects.filter(pk=workflow.pk).update)(name="Another", updated_at=timezone.now())
        assert await socket.hears_nothing(4 * SOON)


async def test_who_comes_is_answered_alone(time: Time) -> None:
    """Were each answer told to everybody, a hundred who come back at once would have a million things to hear."""
    dora, dev, _ = await made(cast)()
    async with opened(PATH, dora) as first, opened(PATH, dev) as second:
        await names(first, "dev")
        await names(second, "dora")
        known = set(time.heard)
        time.heard.clear()
        async with opened(PATH, await made(in_session)(await made(person)("ada", "administrator"))) as third:
            await names(third, "dora", "dev")
            await eventually(lambda: len(time.heard) == 4)
            assert await third.hears_nothing(4 * SOON)
        assert not time.heard & known


async def test_who_falls_silent_is_forgotten(time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DrawingSocket, "beat_s", 2 * DrawingSocket.patience_s)
    dora, dev, _ = await made(cast)()
    async with opened(PATH, dora) as first, opened(PATH, dev):
        await names(first, "dev")
        time.now += DrawingSocket.patience_s + 0.1
        await names(first)


async def test_who_speaks_up_again_and_again_stays(time: Time) -> None:
    dora, dev, _ = await made(cast)()
    async with opened(PATH, dora) as first, opened(PATH, dev):
        await names(first, "dev")
        for _ in range(8):
            time.heard.clear()
            time.now += DrawingSocket.beat_s
            await eventually(lambda: len(time.heard) == 2)
        assert time.now > 2 * DrawingSocket.patience_s
        assert await first.hears_nothing(4 * SOON)


@pytest.mark.parametrize(
    ("who", "path", "code"),
    [
        (lambda: headers(origin=ORIGIN), PATH, 4403),
        (lambda: in_session(person("rob")), PATH, 4403),
        (lambda: in_session(person("rui", "reviewer")), PATH, 4403),
        (lambda: with_token(person("dev2", "developer"), "runs:read"), PATH, 4403),
        (lambda: in_session(person("dora2", "designer")), "/ws/workflows/nothing/", 4404),
    ],
    ids=["nobody", "no role", "a reviewer", "no scope", "no workflow"],
)
async def test_who_may_not_is_told_why(who: Callable[[], Any], path: str, code: int) -> None:
    await made(cast)()
    async with opened(path, await made(who)()) as socket:
        assert (await socket.closed())[0] == code


async def test_the_socket_closes_when_the_permission_is_withdrawn_and_the_others_hear_of_it() -> None:
    dora, _, _ = await made(cast)()
    leaving = await made(person)("leo", "designer")
    async with opened(PATH, dora) as stays, opened(PATH, await made(in_session)(leaving)) as goes:
        await names(stays, "leo")
        await made(leaving.groups.clear)()
        assert await goes.closed() == (4403, "The permission was withdrawn.")
        await names(stays)
