"""The websockets: no gap and no repeat whatever becomes of the hints, and nobody in who may not (or no longer) be."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from hypothesis import given
from hypothesis import settings as example_settings
from hypothesis import strategies as st

from api import authentication
from api.models import Token
from api.tokens import Issued, issue
from runtime.consumers import PAGE, Close, InboxSocket, Look, Socket, Tail, _open, after_of
from runtime.live.broadcast import broadcast
from runtime.models import Escalation, Run
from tests.makers import runs
from tests.makers.eventually import eventually
from tests.makers.people import person, queue_of
from tests.makers.sockets import Headers, is_denied, opened

HOST = "127.0.0.1:8000"
ORIGIN = f"http://{HOST}"
SOON = 0.05
NEVER_S = 3600.0
CHECK_S = Socket.check_s


MALFORMED = [
    *(b"after=x", b"after=", b"after=-1", b"after=1.5", b"after=1&after=2", b"after=%D9%A3", b"after=99999999999"),
    *(b"after=2147483648", b"&".join([b"a=1"] * 40)),
]
FOREIGN = [
    *("https://evil.example", "http://127.0.0.1:9999", "null", "http://127.0.0.1:x", "", "http://["),
    *("ftp://127.0.0.1:8000", "http://127.0.0.1.evil.example:8000"),
]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Withdrawn permissions are noticed at once, and the inbox is looked at often."""
    monkeypatch.setattr(Socket, "check_s", SOON)
    monkeypatch.setattr(InboxSocket, "poll_s", SOON)
    monkeypatch.setattr(InboxSocket, "rest_s", 0.0)
    authentication.forget()


# A run's journal, followed


class Journal:
    """A run that grows while it is followed; pages of it are as small as `limit` says."""

    def __init__(self) -> None:
        self.seq, self.status = 0, "running"
        self.sent: list[dict[str, Any]] = []

    async def read(self, _run_id: str, after: int, limit: int) -> Look:
        status, last = self.status, self.seq
        await asyncio.sleep(0)
        grown = range(after + 1, self.seq + 1)[:limit]
        return Look(status, "told" if status == "succeeded" else None, last, [{"seq": seq} for seq in grown])

    async def send(self, message: dict[str, Any]) -> None:
        await asyncio.sleep(0)
        self.sent.append(message)

    def seqs(self) -> list[int]:
        return [message["event"]["seq"] for message in self.sent if message["type"] == "event"]


MOVES = st.lists(
    st.tuples(
        st.integers(0, 3 * PAGE),  # how many entries are committed
        st.sampled_from(["dropped", "hinted", "doubled"]),
        st.integers(0, 4),  # how often the loop turns before the next commit
    ),
    max_size=8,
)


@example_settings(deadline=None, max_examples=50)
@given(moves=MOVES, after=st.integers(0, 300))
def test_a_follower_misses_nothing_and_repeats_nothing_whatever_becomes_of_the_hints(
    moves: list[tuple[int, str, int]], after: int
) -> None:
    async def follow() -> tuple[Journal, Close]:
        journal = Journal()
        tail = Tail(journal.read, journal.send, poll_s=0.001)
        following = asyncio.create_task(tail.follow("r", after))
        for committed, hint, turns in moves:
            journal.seq += committed
            for _ in range({"dropped": 0, "hinted": 1, "doubled": 2}[hint]):
                tail.hint()
            for _ in range(turns):
                await asyncio.sleep(0)
        journal.seq, journal.status = journal.seq + 1, "succeeded"
        return journal, await asyncio.wait_for(following, 60)

    journal, close = asyncio.run(follow())
    assert journal.seqs() == list(range(after + 1, journal.seq + 1))
    assert close.code == 1000
    assert journal.sent[-1] == {"type": "state", "run": {"id": "r", "status": "succeeded", "outcome": "told"}}


async def test_a_hint_is_faster_than_the_next_look() -> None:
    journal = Journal()
    tail = Tail(journal.read, journal.send, poll_s=NEVER_S)
    following = asyncio.create_task(tail.follow("r", 0))
    await eventually(lambda: bool(journal.sent))
    journal.seq = 1
    tail.hint()
    await eventually(lambda: journal.seqs() == [1])
    following.cancel()


async def test_a_slow_client_holds_back_the_reading_and_fills_no_memory() -> None:
    journal = Journal()
    journal.seq = 100 * PAGE
    reads: list[int] = []
    gate = asyncio.Event()

    async def read(run_id: str, after: int, limit: int) -> Look:
        reads.append(limit)
        return await journal.read(run_id, after, limit)

    async def stuck(message: dict[str, Any]) -> None:
        await gate.wait()

    tail = Tail(read, stuck, poll_s=0.001)
    following = asyncio.create_task(tail.follow("r", 0))
    for _ in range(50):
        tail.hint()
        await asyncio.sleep(0)
    assert reads == [PAGE]
    following.cancel()


async def test_pages_that_are_short_because_events_are_large_come_one_after_the_other_and_the_state_last() -> None:
    journal = Journal()
    journal.seq, journal.status = 7, "succeeded"

    async def short(run_id: str, after: int, _limit: int) -> Look:
        return await journal.read(run_id, after, 3)

    async with asyncio.timeout(60):
        await Tail(short, journal.send, poll_s=60).follow("r", 0)
    assert journal.seqs() == [1, 2, 3, 4, 5, 6, 7]
    assert [message["type"] for message in journal.sent].index("state") == 7


async def test_a_run_that_is_gone_ends_the_following() -> None:
    async def gone(_run_id: str, _after: int, _limit: int) -> None:
        return None

    assert (await Tail(gone, Journal().send).follow("r", 0)).code == 4404


@pytest.mark.parametrize("query", MALFORMED)
def test_a_malformed_after_is_no_number(query: bytes) -> None:
    assert after_of(query) is None


@pytest.mark.parametrize(("query", "after"), [(b"", 0), (b"after=0", 0), (b"after=2147483647", 2147483647)])
def test_a_well_formed_after_is_one(query: bytes, after: int) -> None:
    assert after_of(query) == after


# The sockets themselves


def in_session(user: User) -> Headers:
    """The headers of a browser in which this user has signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    cookie = f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
    return headers(origin=ORIGIN, cookie=cookie)


def with_token(user: User, *scopes: str) -> Headers:
    """The headers of a program."""
    issued = issue(user, "test", scopes)
    assert isinstance(issued, Issued)
    return headers(authorization=f"Bearer {issued.plain}")


def headers(**named: str) -> Headers:
    return [(name.encode(), value.encode()) for name, value in {"host": HOST, **named}.items()]


made: Callable[..., Any] = sync_to_async
transactional = pytest.mark.django_db(transaction=True)


@transactional
async def test_a_socket_replays_the_journal_then_says_how_the_run_stands_and_closes_when_it_has_ended() -> None:
    run, sent = await made(lambda: (runs.contacted(), in_session(person("dora", "designer"))))()
    async with opened(f"/ws/runs/{run.pk}/?after=3", sent) as socket:
        *events, state = await socket.told(run.last_seq - 3 + 1)
        assert [event["event"]["seq"] for event in events] == list(range(4, run.last_seq + 1))
        assert set(events[0]["event"]) == {"seq", "at", "type", "node", "visit", "data"}
        assert state == {"type": "state", "run": {"id": run.pk, "status": "succeeded", "outcome": "contacted"}}
        assert await socket.closed() == (1000, "The run has ended.")


@transactional
async def test_a_commit_reaches_its_watchers_long_before_they_would_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.consumers.Tail", partial(Tail, poll_s=NEVER_S))
    story, sent = await made(lambda: (runs.qualified(), in_session(person("dora", "designer"))))()
    async with opened(f"/ws/runs/{story.run.pk}/?after={story.run.last_seq}", sent) as socket:
        await socket.told(1)
        await made(story.starts)("draft")
        broadcast.committed(story.run.pk, story.run.last_seq, "running")
        (event,) = await socket.told(1)
        assert event["event"]["type"] == "step.started"


@transactional
async def test_a_commit_without_a_hint_arrives_within_a_second_or_so() -> None:
    story, sent = await made(lambda: (runs.qualified(), in_session(person("dora", "designer"))))()
    async with opened(f"/ws/runs/{story.run.pk}/?after={story.run.last_seq}", sent) as socket:
        await socket.told(1)
        await made(story.starts)("draft")
        (event,) = await socket.told(1)
        assert event["event"]["seq"] == story.run.last_seq


@transactional
async def test_nobody_watching_costs_no_message() -> None:
    broadcast.attach()
    layer: Any = get_channel_layer()
    before = set(layer.channels)
    broadcast.committed("0" * 26, 1, "waiting")
    for _ in range(10):
        await asyncio.sleep(0)
    assert set(layer.channels) <= before


REFUSED = [
    ("no caller", lambda run, user: headers(origin=ORIGIN), run_path := "/ws/runs/{}/", 4403),
    ("no role", lambda run, user: in_session(person("rob")), run_path, 4403),
    ("a token without the scope", lambda run, user: with_token(user, "workflows:read"), run_path, 4403),
    ("a bad token", lambda run, user: headers(authorization="Bearer il_nothing"), run_path, 4403),
    ("a run of others' cases", lambda run, user: in_session(person("otto", "reviewer")), run_path, 4403),
    ("no such run", lambda run, user: in_session(user), "/ws/runs/" + "0" * 26 + "/", 4404),
    ("no id", lambda run, user: in_session(user), "/ws/runs/nope/", 4404),
    ("a bad after", lambda run, user: in_session(user), "/ws/runs/{}/?after=abc", 4400),
    ("an inbox without the permission", lambda run, user: in_session(person("rob")), "/ws/inbox/", 4403),
    ("an inbox token without the scope", lambda run, user: with_token(user, "runs:read"), "/ws/inbox/", 4403),
]


@transactional
@pytest.mark.parametrize(("who", "path", "code"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
async def test_who_may_not_is_told_why_and_gets_nothing(who: Callable[..., Any], path: str, code: int) -> None:
    def make() -> tuple[Run, Any]:
        case = runs.asked()
        return case.run, who(case.run, person("dora", "designer"))

    run, sent = await made(make)()
    async with opened(path.format(run.pk), sent) as socket:
        given, reason = await socket.closed()
        assert given == code
        assert 0 < len(reason.encode()) <= 123


@transactional
@pytest.mark.parametrize("origin", FOREIGN)
async def test_a_page_from_elsewhere_is_denied_before_anything_is_accepted(origin: str) -> None:
    sent = await made(lambda: in_session(person("dora", "designer")))()
    sent = [(name, value) for name, value in sent if name != b"origin"] + [(b"origin", origin.encode())]
    assert await is_denied("/ws/inbox/", sent)


@transactional
async def test_a_cookie_without_an_origin_counts_for_nothing_and_a_token_does() -> None:
    def make() -> tuple[Any, Any]:
        dora = person("dora", "designer")
        return [pair for pair in in_session(dora) if pair[0] != b"origin"], with_token(dora, "escalations:read")

    cookie, token = await made(make)()
    assert await is_denied("/ws/inbox/", cookie)
    async with opened("/ws/inbox/", token) as socket:
        (counts,) = await socket.told(1)
        assert counts["type"] == "counts"


@transactional
async def test_an_address_that_is_none_is_denied() -> None:
    assert await is_denied("/ws/nothing/", headers(origin=ORIGIN))


def _with_another_password(user: User) -> None:
    user.set_password("another long password")
    user.save()


GONE = "You are signed in no longer."
WITHDRAWN: list[tuple[str, Callable[[User], object], str]] = [
    ("role", lambda user: user.groups.clear(), "The permission was withdrawn."),
    ("account", lambda user: User.objects.filter(pk=user.pk).update(is_active=False), GONE),
    ("session", lambda user: SessionStore().get_model_class().objects.all().delete(), GONE),
    ("password", _with_another_password, GONE),
]


@transactional
@pytest.mark.parametrize(("withdraw", "why"), [row[1:] for row in WITHDRAWN], ids=[row[0] for row in WITHDRAWN])
async def test_a_socket_closes_when_the_permission_is_withdrawn(withdraw: Callable[[User], object], why: str) -> None:
    def make() -> tuple[Run, User, Any]:
        dora = person("dora", "designer")
        return runs.asked().run, dora, in_session(dora)

    run, dora, sent = await made(make)()
    async with opened(f"/ws/runs/{run.pk}/?after={run.last_seq}", sent) as socket:
        await socket.told(1)
        await made(withdraw)(dora)
        assert await socket.closed() == (4403, why)


@transactional
async def test_a_socket_closes_when_its_token_is_revoked() -> None:
    run, sent = await made(lambda: (runs.asked().run, with_token(person("dev", "developer"), "runs:read")))()
    async with opened(f"/ws/runs/{run.pk}/?after={run.last_seq}", sent) as socket:
        await socket.told(1)
        await made(Token.objects.all().delete)()
        assert (await socket.closed())[0] == 4403


def test_permissions_are_asked_often_enough_to_close_within_three_seconds() -> None:
    assert CHECK_S + authentication.REMEMBERED_S < 2.5


@transactional
async def test_the_inbox_tells_what_was_opened_changed_and_closed_to_those_who_see_it() -> None:
    def make() -> tuple[Any, Any, User]:
        rui, otto = person("rui", "reviewer"), person("otto", "reviewer")
        queue_of("sales", rui)
        queue_of("legal", otto)
        return in_session(rui), in_session(otto), rui

    mine, theirs, rui = await made(make)()
    async with opened("/ws/inbox/", mine) as socket, opened("/ws/inbox/", theirs) as other:
        assert await socket.told(1) == [{"type": "counts", "counts": {"open": 0, "mine": 0, "overdue": 0}}]
        await other.told(1)
        case = await made(runs.asked)()
        opening, counts = await socket.told(2)
        assert (opening["change"], opening["case"]["id"], opening["case"]["assignee"]) == ("opened", case.pk, None)
        assert counts["counts"] == {"open": 1, "mine": 0, "overdue": 0}
        await made(Escalation.objects.filter(pk=case.pk).update)(assignee=rui)
        changing, counts = await socket.told(2)
        assert (changing["change"], changing["case"]["assignee"], counts["counts"]["mine"]) == ("changed", "rui", 1)
        await made(Escalation.objects.filter(pk=case.pk).update)(state="resolved")
        closing, counts = await socket.told(2)
        assert (closing["change"], counts["counts"]["open"]) == ("closed", 0)
        assert await other.hears_nothing(0.1)


@pytest.mark.django_db(transaction=True)
async def test_one_person_may_not_take_all_connections_and_others_still_get_theirs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("runtime.consumers.MOST_OF_ONE", 2)
    greedy, other = await made(lambda: (in_session(person("rui", "reviewer")), in_session(person("ada", "reviewer"))))()
    async with opened("/ws/inbox/", greedy) as first:
        await first.told(1)
        async with opened("/ws/inbox/", greedy) as second:
            await second.told(1)
            async with opened("/ws/inbox/", greedy) as third:
                assert (await third.closed())[0] == 4429
            async with opened("/ws/inbox/", other) as socket:
                assert (await socket.told(1))[0]["type"] == "counts"
        async with opened("/ws/inbox/", greedy) as again:
            assert (await again.told(1))[0]["type"] == "counts"
    await eventually(lambda: not _open)


@transactional
async def test_what_a_client_sends_is_passed_over() -> None:
    run, sent = await made(lambda: (runs.asked().run, in_session(person("dora", "designer"))))()
    async with opened(f"/ws/runs/{run.pk}/?after={run.last_seq}", sent) as socket:
        await socket.told(1)
        await socket.says(text="[[[")
        await socket.says(bytes=b"\x00\xff")
        assert await socket.hears_nothing(0.05)
