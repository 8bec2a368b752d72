"""Callbacks: put with the end of a run, signed, sent through the guarded door, and again until somebody takes them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from asgiref.sync import sync_to_async
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connections

from runtime import jobs, launch, runs, secrets
from runtime.connections import rotate_secrets
from runtime.jobs.table import Held
from runtime.models import CallbackAttempt, CallbackKey, Job, Run, Webhook
from runtime.refused import Refused
from runtime.signing import callbacks, keys, posting
from runtime.signing.signatures import Headers, flaw_of
from runtime.triggers import webhooks
from tests.makers.engine import PATIENCE_S, ScriptedDoors, drawn, fetch, outcome, seal
from tests.makers.eventually import asked_until
from tests.makers.jobs import Clock, place, work_off
from tests.makers.openai_server import dripping
from tests.makers.runs import Story, blueprint

pytestmark = pytest.mark.django_db(transaction=True)

FETCHING = drawn([fetch(), outcome("won")], "start > fetch", "fetch > won")
PURE = drawn([outcome("won")], "start > won")
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture(autouse=True)
async def nothing_left(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    monkeypatch.setitem(settings.INTERLOCK, "ALLOWED_NETWORKS", ["127.0.0.0/8"])
    runs._newest.clear()
    posting.receivers.forget()
    yield
    posting.receivers.forget()
    await launch.stop()
    await sync_to_async(connections.close_all)()
    runs._newest.clear()


class Site:
    """A caller's own server, which answers what it is told to."""

    def __init__(self, *answers: web.Response | int | Handler) -> None:
        self.answers = list(answers)
        self.heard: list[tuple[Headers, bytes]] = []

    async def handle(self, request: web.Request) -> web.StreamResponse:
        names = ("webhook-id", "webhook-timestamp", "webhook-signature")
        self.heard.append((Headers(*(request.headers.get(name, "") for name in names)), await request.read()))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, int):
            return web.Response(status=answer)
        return answer if isinstance(answer, web.Response) else await answer(request)

    async def __aenter__(self) -> str:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.handle)
        self.runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self.runner.addresses[0][1]}/done"

    async def __aexit__(self, *_: object) -> None:
        await self.runner.cleanup()


def ended(url: str) -> Run:
    """A run that has ended, and whose caller is to be told."""
    run = Story(blueprint(), {"seats": 1}).run
    Run.objects.filter(pk=run.pk).update(callback_url=url, status="succeeded", finished_at=datetime.now(UTC))
    run.refresh_from_db()
    from runtime.journal import _call_back

    _call_back(run.pk, url, run.last_seq)
    Job.objects.filter(kind="callback").update(due_at=Clock().now)
    return run


async def told(url: str, clock: Clock | None = None) -> tuple[Run, Job, list[CallbackAttempt]]:
    """What became of it after everything that is due was tried."""
    run = await sync_to_async(ended)(url)
    async with place(clock or Clock()) as at:
        await work_off(at, "callback")
    return await found(run)


async def found(run: Run) -> tuple[Run, Job, list[CallbackAttempt]]:
    return run, await Job.objects.aget(kind="callback"), [each async for each in CallbackAttempt.objects.order_by("pk")]


@pytest.mark.parametrize("drawing", [PURE, FETCHING], ids=["ends at once", "ends later"])
async def test_the_end_of_a_run_is_told_once_as_the_api_shows_it_and_signed(drawing: Any) -> None:
    site = Site(204)
    async with site as url:
        await sync_to_async(seal)(drawing)
        started = await launch.start(doors=ScriptedDoors())
        done = await runs.trigger(started.runner, runs.Trigger("w", {}, callback_url=url, wait_s=PATIENCE_S))
        assert isinstance(done, runs.Triggered)
        await asked_until(Job.objects.filter(kind="callback", state="done").aexists)
    ((headers, body),) = site.heard
    run = json.loads(body)
    assert (run["id"], run["status"], run["outcome"]) == (done.run_id, "succeeded", "won")
    assert headers.id.startswith(f"msg_{done.run_id}-")
    row = await CallbackKey.objects.aget()
    assert flaw_of(headers, body, keys.valid(row, datetime.now(UTC)), datetime.now(UTC)) is None
    attempt = await CallbackAttempt.objects.aget()
    assert (attempt.run_id, attempt.status, attempt.why) == (done.run_id, 204, "")


async def test_without_an_address_nothing_is_put() -> None:
    await sync_to_async(seal)(FETCHING)
    started = await launch.start(doors=ScriptedDoors())
    await runs.trigger(started.runner, runs.Trigger("w", {}, wait_s=PATIENCE_S))
    assert not await Job.objects.filter(kind="callback").aexists()


async def test_what_nobody_takes_is_sent_for_about_a_day_under_one_id_and_then_given_up() -> None:
    site, clock, began = Site(500), Clock(), Clock().now
    async with site as url:
        run, job, attempts = await told(url, clock)
        while job.state == "due":
            clock.now = job.due_at
            async with place(clock) as at:
                await work_off(at, "callback")
            run, job, attempts = await found(run)
    assert job.state == "failed"
    assert "for a day" in job.error
    assert timedelta(hours=18) < clock.now - began < timedelta(hours=30)
    assert [each.status for each in attempts] == [500] * 8
    assert len({headers.id for headers, _ in site.heard}) == 1
    assert len({headers.timestamp for headers, _ in site.heard}) == 8
    assert len({body for _, body in site.heard}) == 1


async def test_a_later_attempt_that_is_taken_ends_it() -> None:
    site, clock = Site(503, 200), Clock()
    async with site as url:
        run, job, _ = await told(url, clock)
        assert (job.state, job.error) == ("due", "The other side answered 503.")
        clock.now = job.due_at
        async with place(clock) as at:
            await work_off(at, "callback")
        run, job, attempts = await found(run)
    assert (job.state, [each.status for each in attempts]) == ("done", [503, 200])


async def test_gone_ends_it_for_good() -> None:
    async with (site := Site(410)) as url:
        _, job, attempts = await told(url)
    assert (job.state, attempts[0].status, len(site.heard)) == ("failed", 410, 1)


async def test_the_other_side_may_ask_for_patience() -> None:
    async with Site(web.Response(status=429, headers={"Retry-After": "1800"})) as url:
        _, job, _ = await told(url)
    assert job.due_at - Clock().now == timedelta(seconds=1800)


@pytest.mark.parametrize("where", ["http://169.254.169.254/latest/meta-data/", "http://127.0.0.1:1/"])
async def test_a_redirect_is_not_followed(where: str) -> None:
    async with (site := Site(web.Response(status=307, headers={"Location": where}))) as url:
        _, job, attempts = await told(url)
    assert len(site.heard) == 1
    assert (attempts[0].status, job.state) == (307, "due")
    assert "not followed" in attempts[0].why


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:127.0.0.1]/",
        "http://10.0.0.1/",
        "http://2130706433/",
        "http://localhost:1/",
    ],
)
async def test_an_address_inside_is_never_called(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.INTERLOCK, "ALLOWED_NETWORKS", [])
    _, job, attempts = await told(url)
    assert job.state == "failed"
    assert attempts[0].status is None
    assert "not allowed" in attempts[0].why or "cannot be called" in attempts[0].why


async def test_what_is_not_encrypted_reaches_no_public_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.INTERLOCK, "ALLOWED_NETWORKS", ["0.0.0.0/0"])
    _, job, attempts = await told("http://93.184.216.34:1/")
    assert (job.state, attempts[0].status) == ("failed", None)
    assert "only https" in attempts[0].why


@pytest.mark.parametrize(
    ("url", "networks", "kept"),
    [
        ("https://a.example/", [], True),
        ("https://127.0.0.1/", [], True),
        ("http://127.0.0.1:9000/", [], False),
        ("http://localhost:9000/", [], False),
        ("http://127.0.0.1:9000/", ["127.0.0.1/32"], True),
        ("http://localhost:9000/", ["127.0.0.1/32"], True),
        ("http://127.0.0.2:9000/", ["127.0.0.1/32"], False),
        ("http://10.0.0.1/", ["127.0.0.0/8"], False),
        ("http://[::1]/", ["127.0.0.0/8"], False),
        ("http://93.184.216.34/", ["0.0.0.0/0"], False),
        ("http://ada:secret@127.0.0.1/", ["127.0.0.1/32"], False),
        ("ftp://127.0.0.1/", ["127.0.0.1/32"], False),
        ("http:///x", ["127.0.0.1/32"], False),
    ],
)
def test_plain_http_is_kept_only_where_the_administrator_allows_the_address(
    url: str, networks: list[str], kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(settings.INTERLOCK, "ALLOWED_NETWORKS", networks)
    assert posting.is_postable(url) is kept


async def test_a_huge_answer_that_says_yes_is_a_yes_and_its_words_are_not_kept() -> None:
    async with Site(web.Response(body=b"x" * 3_000_000)) as url:
        _, job, attempts = await told(url)
    assert (job.state, attempts[0].status, attempts[0].why) == ("done", 200, "")


async def test_an_answer_that_drips_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "TIMEOUT_S", 0.2)
    async with Site(dripping(5.0)) as url:
        _, job, attempts = await told(url)
    assert (job.state, attempts[0].status) == ("due", None)
    assert "No complete answer" in attempts[0].why


async def test_a_run_that_goes_on_again_is_told_of_at_its_next_end() -> None:
    site = Site(200)
    async with site as url:
        run = await sync_to_async(ended)(url)
        await Run.objects.filter(pk=run.pk).aupdate(last_seq=run.last_seq + 1)
        async with place(Clock()) as at:
            await work_off(at, "callback")
    assert (site.heard, (await Job.objects.aget(kind="callback")).state) == ([], "done")


def test_a_new_key_is_shown_once_and_the_old_one_signs_for_a_day_more(
    administrator_ada: User, designer_dora: User
) -> None:
    now = datetime.now(UTC)
    first, second = callbacks.renew_key(administrator_ada, now), callbacks.renew_key(administrator_ada, now)
    row = CallbackKey.objects.get()
    assert keys.valid(row, now) == (second, first)
    assert keys.valid(row, now + keys.OVERLAP) == (second,)
    assert isinstance(first, str)
    assert first.encode() not in bytes(row.previous or b"")
    assert secrets.unseal(row.secret) == second
    assert isinstance(callbacks.renew_key(designer_dora, now), Refused)


def test_a_key_that_nobody_was_given_ends_with_the_first_one_that_somebody_is(administrator_ada: User) -> None:
    now = datetime.now(UTC)
    made = CallbackKey(pk=1, changed_at=now)
    keys.renew(made, now)
    made.save()
    known = callbacks.renew_key(administrator_ada, now)
    assert keys.valid(CallbackKey.objects.get(), now) == (known,)


def test_what_is_shown_of_a_runs_callbacks() -> None:
    assert callbacks.told(Story(blueprint(), {"seats": 1}).run) is None


def test_a_change_of_the_key_that_encrypts_reaches_signing_keys_too(
    administrator_ada: User, designer_dora: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    seal(PURE)
    first, second = callbacks.renew_key(administrator_ada, now), callbacks.renew_key(administrator_ada, now)
    made = webhooks.make("w", "Shop", None, designer_dora, now)
    assert isinstance(made, webhooks.Made)
    fresh = Fernet.generate_key().decode()
    monkeypatch.setattr(settings, "ENCRYPTION_KEYS", [fresh, *settings.ENCRYPTION_KEYS])
    assert rotate_secrets("ada", now).done == 2
    monkeypatch.setattr(settings, "ENCRYPTION_KEYS", [fresh])
    assert keys.valid(CallbackKey.objects.get(), now) == (second, first)
    assert keys.valid(Webhook.objects.get(), now) == (made.secret,)
    monkeypatch.setattr(settings, "ENCRYPTION_KEYS", [Fernet.generate_key().decode()])
    assert keys.valid(Webhook.objects.get(), now) == ()
    assert rotate_secrets("ada", now).unreadable == ("callbacks", "Shop")


async def test_a_receiver_that_does_not_answer_holds_up_no_other_and_loses_no_attempt_of_those_that_wait() -> None:
    hanging, well = "http://dead.example/done", Site(204)
    with posting.receivers.asking("dead.example"):
        posting.receivers._known["dead.example"].under_way[0].began -= posting.TIMEOUT_S
        async with well as url:
            run = await sync_to_async(ended)(hanging)
            clock = Clock()
            async with place(clock) as at:
                await work_off(at, "callback")
                _, job, attempts = await found(run)
                assert (job.state, job.attempts, attempts) == ("due", 0, [])
                assert 5 <= (job.due_at - clock.now).total_seconds() <= 7.5
                other = await sync_to_async(ended)(url)
                await Job.objects.filter(pk=job.pk).aupdate(due_at=clock.now)
                await work_off(at, "callback")
    assert [attempt.run_id async for attempt in CallbackAttempt.objects.all()] == [other.pk]
    assert len(well.heard) == 1


async def test_a_receiver_that_lets_a_message_hang_is_left_alone_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "TIMEOUT_S", 0.3)
    monkeypatch.setattr("runtime.signing.receivers.SLOW_S", 0.2)

    async def hang(_request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(3_600)
        return web.Response()

    async with Site(hang) as url:
        _, job, attempts = await told(url)
        assert (job.state, job.attempts, len(attempts)) == ("due", 1, 1)
        assert 50 < posting.receivers.wait_of(posting.host_of(url)) <= 90
        assert posting.receivers.wait_of("127.0.0.1:1") == 0, "another program on the same machine"


async def test_those_behind_one_that_would_be_in_vain_are_put_off_with_it_and_no_others() -> None:
    clock = Clock()

    def put() -> None:
        urls = {"dead.example": "https://dead.example/x", "well.example": "https://well.example/y"}
        for number, url in enumerate([*urls.values()] * 5):
            jobs.put("callback", f"r{number}-1", {"run": f"r{number}", "seq": 1, "url": url}, clock.now)

    with posting.receivers.asking("dead.example"):
        posting.receivers._known["dead.example"].under_way[0].began -= posting.TIMEOUT_S
        async with place(clock) as at:
            await sync_to_async(put)()
            work = jobs.Work(Held("x", "y", 1), "callback", "k", {}, 1, clock.now, at.egress, at.writer)
            later = posting.postponed(work, "dead.example", lambda data: "dead" in data["url"])
            assert later
            assert later.also
            assert await at.writer.submit(later.also) == 5
            assert posting.postponed(work, "well.example", lambda data: True) is None
    due = {job.key: job.due_at > clock.now async for job in Job.objects.filter(kind="callback")}
    assert due == {f"r{number}-1": number % 2 == 0 for number in range(10)}
