"""Webhooks: what is signed just now starts one run; everything else starts none, and is told apart by nobody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import connections
from django.test import AsyncClient

from api import throttles
from runtime import launch, runs, secrets
from runtime.json_gate import MAX_BYTES
from runtime.models import AuditEntry, Delivery, Run, Webhook, WebhookRefusal
from runtime.refused import Refused
from runtime.signing.signatures import Headers, signed
from runtime.triggers import webhooks
from tests.makers.engine import ScriptedDoors
from tests.makers.sealed import ECHO, published

pytestmark = pytest.mark.django_db(transaction=True)
BODY = b'{"n": 3}'


@pytest.fixture(autouse=True)
async def running(nothing_remembered: None) -> AsyncIterator[None]:
    await sync_to_async(published)("echo", ECHO)
    await launch.start(doors=ScriptedDoors())
    yield
    await launch.stop()
    await sync_to_async(connections.close_all)()


@pytest.fixture
def nothing_remembered() -> None:
    runs._newest.clear()
    webhooks._strangers.forget()
    throttles.forget()


@pytest.fixture
def made(designer_dora: User) -> webhooks.Made:
    done = webhooks.make("echo", "Shop", None, designer_dora, datetime.now(UTC))
    assert isinstance(done, webhooks.Made)
    return done


def headers_of(secret: str, message: str = "msg_1", body: bytes = BODY, at: datetime | None = None) -> Headers:
    return signed([secret], message, at or datetime.now(UTC), body)


async def sent(made: webhooks.Made, headers: Headers, body: bytes = BODY, hook: str = "") -> tuple[int, Any]:
    given = {"webhook-id": headers.id, "webhook-timestamp": headers.timestamp, "webhook-signature": headers.signature}
    answer = await AsyncClient().post(
        f"/hooks/{hook or made.webhook.pk}/", data=body, content_type="application/json", headers=given
    )
    return answer.status_code, answer.json()


async def count() -> int:
    return await Run.objects.acount()


async def test_a_signed_message_starts_a_run(made: webhooks.Made) -> None:
    status, told = await sent(made, headers_of(made.secret))
    assert status == 202
    run = await Run.objects.aget(pk=told["id"])
    assert (run.workflow, run.requester, run.labels) == ("echo", "webhook Shop", {"webhook": "Shop"})
    row = await Webhook.objects.aget()
    assert (row.accepted, row.refused, row.last_used_at is not None) == (1, 0, True)
    delivery = await Delivery.objects.aget()
    assert (delivery.message, delivery.result, delivery.run_id) == ("msg_1", "accepted", run.pk)


async def test_a_message_that_comes_again_starts_nothing(made: webhooks.Made) -> None:
    assert (await sent(made, headers_of(made.secret)))[0] == 202
    for body in (BODY, b'{"n": 4}'):
        status, told = await sent(made, headers_of(made.secret, body=body), body)
        assert (status, told["code"]) == (401, "replayed")
    assert await count() == 1


async def test_one_message_that_comes_many_times_at_once_starts_one_run(made: webhooks.Made) -> None:
    headers = headers_of(made.secret)
    answers = await asyncio.gather(*[sent(made, headers) for _ in range(8)])
    assert sorted(status for status, _ in answers) == [202] + [401] * 7
    assert await count() == 1


async def test_unsigned_stale_and_forged_messages_start_nothing(made: webhooks.Made) -> None:
    now = datetime.now(UTC)
    forged = {
        "unsigned": [
            Headers("", "", ""),
            Headers("msg_1", str(int(now.timestamp())), ""),
            headers_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
            headers_of(made.secret, body=b'{"n": 4}'),
            Headers("x" * 9_000, "1", "v1,x"),
        ],
        "stale": [
            headers_of(made.secret, at=now - timedelta(minutes=6)),
            headers_of(made.secret, at=now + timedelta(minutes=6)),
        ],
    }
    for code, tried in forged.items():
        for headers in tried:
            status, told = await sent(made, headers)
            assert (status, told["code"]) == (401, code), headers
    assert await count() == 0


@pytest.mark.parametrize("hook", ["0" * 32, "x", "A" * 32, "%00" * 3])
async def test_an_address_that_is_not_there_answers_like_an_unsigned_message(made: webhooks.Made, hook: str) -> None:
    nowhere = await sent(made, headers_of(made.secret), hook=hook)
    here = await sent(made, Headers("msg_1", "1", "v1,x"))
    assert nowhere == here


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"n": "three"}', 422, "invalid_input"),
        (b"{}", 422, "invalid_input"),
        (b"5", 422, "invalid_input"),
        (b"", 400, "bad_json"),
        (b"no json", 400, "bad_json"),
        (b'{"n": 1, "n": 2}', 400, "bad_json"),
        (b'{"n": NaN}', 400, "bad_json"),
        (b'{"n": 3, "t": "\\ud800"}', 400, "bad_json"),
        (b'{"n": 3, "t": "\\u0000"}', 400, "bad_json"),
        (b'\xff{"n": 3}', 400, "bad_json"),
        (b"[" * 100_000, 400, "bad_json"),
    ],
)
async def test_a_signed_message_that_does_not_fit_starts_nothing(
    made: webhooks.Made, body: bytes, status: int, code: str
) -> None:
    found, told = await sent(made, headers_of(made.secret, body=body), body)
    assert (found, told["code"]) == (status, code)
    assert await count() == 0
    delivery = await Delivery.objects.aget()
    assert delivery.result == code
    # Mended and sent again under the same id, it is taken.
    assert (await sent(made, headers_of(made.secret)))[0] == 202


async def test_a_huge_message_is_refused_before_anything_else(made: webhooks.Made) -> None:
    body = b'"' + b"x" * MAX_BYTES + b'"'
    status, told = await sent(made, headers_of(made.secret, body=body), body)
    assert (status, told["code"]) == (413, "too_large")


async def test_only_post_is_answered(made: webhooks.Made) -> None:
    for method in ("get", "head", "put", "delete", "options"):
        answer = await getattr(AsyncClient(), method)(f"/hooks/{made.webhook.pk}/")
        assert (answer.status_code, answer["Allow"]) == (405, "POST")


async def test_where_no_worker_is_up_nothing_is_started_and_the_id_stays_free(made: webhooks.Made) -> None:
    await launch.stop()
    assert (await sent(made, headers_of(made.secret)))[0] == 503
    await launch.start(doors=ScriptedDoors())
    assert (await sent(made, headers_of(made.secret)))[0] == 202


async def test_whoever_calls_too_often_has_to_wait(made: webhooks.Made, settings: Any) -> None:
    settings.INTERLOCK = {**settings.INTERLOCK, "API_REQUESTS_PER_S": 0.5}
    answers = [(await sent(made, headers_of(made.secret, f"msg_{n}")))[0] for n in range(4)]
    assert answers == [202, 202, 429, 429]


async def test_a_webhook_that_is_off_or_whose_workflow_is_archived_starts_nothing(
    made: webhooks.Made, designer_dora: User
) -> None:
    now = datetime.now(UTC)
    await sync_to_async(webhooks.switch)("echo", made.webhook.pk, False, designer_dora, now)
    assert (await sent(made, headers_of(made.secret)))[0] == 401
    await sync_to_async(webhooks.switch)("echo", made.webhook.pk, True, designer_dora, now)
    assert (await sent(made, headers_of(made.secret)))[0] == 202


async def test_a_new_key_counts_at_once_and_the_old_one_for_a_day(made: webhooks.Made, designer_dora: User) -> None:
    again = await sync_to_async(webhooks.renew)("echo", made.webhook.pk, designer_dora, datetime.now(UTC))
    assert isinstance(again, webhooks.Made)
    for number, secret in enumerate((made.secret, again.secret)):
        assert (await sent(made, headers_of(secret, f"msg_{number}")))[0] == 202
    await Webhook.objects.aupdate(previous_until=datetime.now(UTC))
    assert (await sent(made, headers_of(made.secret, "msg_9")))[0] == 401


async def test_only_the_newest_messages_are_kept_and_strangers_fill_no_page(
    made: webhooks.Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "MOST_DELIVERIES", 3)
    for number in range(5):
        await sent(made, headers_of(made.secret, f"msg_{number}"))
    assert [each.message async for each in Delivery.objects.order_by("pk")] == ["msg_2", "msg_3", "msg_4"]
    monkeypatch.setattr(webhooks, "MOST_REFUSED", 2)
    for _ in range(20):
        await sent(made, Headers("stranger", "1", "v1,x"))
    for number in range(3):
        await sent(made, headers_of(made.secret, f"odd_{number}", b"{"), b"{")
    kept = {name: await Delivery.objects.filter(result=name).acount() for name in ("accepted", "unsigned", "bad_json")}
    assert kept == {"accepted": 3, "unsigned": 2, "bad_json": 2}, "what is refused pushes nothing else away"
    counted = {each.result: each.number async for each in WebhookRefusal.objects.filter(webhook=made.webhook)}
    assert counted == {"unsigned": 6, "bad_json": 3}
    assert (await Webhook.objects.aget()).refused == 9


async def test_what_is_refused_at_once_is_counted_once_each(made: webhooks.Made) -> None:
    before = datetime.now(UTC)
    await asyncio.gather(*(sent(made, headers_of(made.secret, f"odd_{n}", b"{"), b"{") for n in range(8)))
    row = await WebhookRefusal.objects.aget()
    assert (row.result, row.number) == ("bad_json", 8)
    assert before <= row.first_at <= row.last_at


async def test_a_test_goes_the_way_of_every_message_and_is_its_senders_run(
    made: webhooks.Made, designer_dora: User
) -> None:
    done = await webhooks.send_test(launch.current().runner, made.webhook, BODY, designer_dora)
    assert isinstance(done, webhooks.Accepted)
    run = await Run.objects.aget(pk=done.run_id)
    assert (run.requester, run.labels) == ("dora", {"webhook": "Shop"})
    assert (await Delivery.objects.aget()).message.startswith("test_")
    odd = await webhooks.send_test(launch.current().runner, made.webhook, b'{"n": "x"}', designer_dora)
    assert isinstance(odd, Refused)
    assert odd.code == "invalid_input"


async def test_the_page_sends_a_test_and_says_what_came_of_it(made: webhooks.Made, designer_dora: User) -> None:
    client = AsyncClient()
    await client.aforce_login(designer_dora)
    page = f"/workflows/echo/triggers/webhooks/{made.webhook.pk}/"
    offered = (await client.get(page)).content.decode()
    assert "&quot;n&quot;: 1" in offered, "made from the input of the drawing"
    told = (await client.post(f"{page}test/", {"body": '{"n": 7}'})).content.decode()
    run = await Run.objects.aget()
    began = await run.entries.order_by("seq").afirst()
    assert began
    assert began.data["input"] == {"n": 7}
    assert told.count(f"/runs/{run.pk}/") == 2, "said, and in the list"
    assert "{&quot;n&quot;: 7}" in told, "what was sent stands there"
    assert "1 in all" in told, "counted already"
    for odd, said in (("{", "read"), ('{"n": "<x>"}', "/n"), ("", "read")):
        answer = await client.post(f"{page}test/", {"body": odd})
        assert answer.status_code == 200
        assert "Nothing was started" in answer.content.decode()
        assert said in answer.content.decode()
    await Webhook.objects.aupdate(is_on=False)
    assert "switched off" in (await client.post(f"{page}test/", {"body": '{"n": 7}'})).content.decode()
    assert await Run.objects.acount() == 1


async def test_a_pinned_version_is_what_runs(designer_dora: User) -> None:
    now = datetime.now(UTC)
    pinned = await sync_to_async(webhooks.make)("echo", "Pinned", 1, designer_dora, now)
    assert isinstance(pinned, webhooks.Made)
    status, told = await sent(pinned, headers_of(pinned.secret))
    assert (status, (await Run.objects.aget(pk=told["id"])).version) == (202, 1)
    assert isinstance(await sync_to_async(webhooks.make)("echo", "No", 7, designer_dora, now), Refused)


def test_keys_are_kept_encrypted_and_deeds_are_written_down(made: webhooks.Made, designer_dora: User) -> None:
    row = Webhook.objects.get()
    assert made.secret.encode() not in bytes(row.secret)
    assert secrets.unseal(row.secret) == made.secret
    now = datetime.now(UTC)
    webhooks.switch("echo", row.pk, False, designer_dora, now)
    webhooks.remove("echo", row.pk, designer_dora, now)
    assert not Webhook.objects.exists()
    said = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert said == ["webhook.made", "webhook.off", "webhook.removed"]
    assert made.secret not in str(list(AuditEntry.objects.values()))


def test_who_may_not_change_workflows_changes_no_webhook(made: webhooks.Made, reviewer_rui: User) -> None:
    now, pk = datetime.now(UTC), made.webhook.pk
    tried = [
        webhooks.make("echo", "x", None, reviewer_rui, now),
        webhooks.renew("echo", pk, reviewer_rui, now),
        webhooks.switch("echo", pk, False, reviewer_rui, now),
        webhooks.remove("echo", pk, reviewer_rui, now),
    ]
    assert [done.code for done in tried if isinstance(done, Refused)] == ["forbidden"] * 4


def test_a_webhook_is_reached_through_its_own_workflow_alone(made: webhooks.Made, designer_dora: User) -> None:
    done = webhooks.remove("other", made.webhook.pk, designer_dora, datetime.now(UTC))
    assert isinstance(done, Refused)
    assert done.code == "not_found"


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\nb"])
def test_a_webhook_needs_a_name(designer_dora: User, name: str) -> None:
    done = webhooks.make("echo", name, None, designer_dora, datetime.now(UTC))
    assert isinstance(done, Refused)
    assert done.errors[0].path == "/name"
