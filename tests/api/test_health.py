"""Alive, ready, measured: what load balancers and Prometheus ask."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from channels.layers import get_channel_layer
from django.test import AsyncRequestFactory, Client
from django.utils import timezone

from api.health import healthz
from runtime import jobs
from runtime.models import Job, Worker
from tests.makers.cases import open_case, waiting_run


async def test_alive_needs_neither_a_thread_nor_the_database(async_rf: AsyncRequestFactory) -> None:
    before = set(threading.enumerate())
    answer = await healthz(async_rf.get("/healthz"))
    assert (answer.status_code, answer.content) == (200, b'{"status":"alive"}')
    assert set(threading.enumerate()) <= before


@pytest.mark.django_db
def test_ready_says_what_cannot_be_reached(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"database": "ok", "queue": "no worker is alive", "channel_layer": "ok"}
    Worker.objects.create(id="w", beat_at=timezone.now())
    assert client.get("/readyz").json()["status"] == "ready"

    async def broken(*_args: object) -> Any:
        raise ConnectionRefusedError

    monkeypatch.setattr(type(get_channel_layer()), "send", broken)
    assert client.get("/readyz").json()["checks"]["channel_layer"] == "ConnectionRefusedError"


@pytest.mark.django_db
def test_metrics_count_runs_and_cases_and_name_nothing(client: Client) -> None:
    open_case(waiting_run("secret-project"))
    waiting_run(tryout=True)
    waiting_run(tryout=True, status="queued", created_at=timezone.now() - timedelta(days=1))
    answer = client.get("/metrics")
    text = answer.content.decode()
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    assert 'interlock_runs{status="waiting"} 1\n' in text
    assert 'interlock_runs{status="queued"} 0\n' in text
    assert "interlock_oldest_queued_seconds 0.0\n" in text
    assert "interlock_open_cases 1\n" in text
    assert "secret-project" not in text
    for line in text.splitlines():
        assert line.startswith("#") or float(line.rsplit(" ", 1)[1]) >= 0


@pytest.mark.django_db
def test_metrics_tell_where_side_jobs_stand_by_kind(client: Client) -> None:
    now = timezone.now()
    jobs.put("callback", "secret-run", None, now - timedelta(minutes=2))
    jobs.put("notice.mail", "secret-person", None, now + timedelta(minutes=2))
    Job.objects.create(kind="callback", key="b", state="failed", due_at=now, created_at=now, finished_at=now)
    text = client.get("/metrics").content.decode()
    for line in (
        'interlock_jobs{kind="callback",state="waiting"} 1',
        'interlock_jobs{kind="callback",state="running"} 0',
        'interlock_jobs{kind="callback",state="failed"} 1',
        'interlock_jobs{kind="notice.mail",state="waiting"} 0',
        'interlock_oldest_job_seconds{kind="notice.mail"} 0.0',
    ):
        assert f"{line}\n" in text, line
    (age,) = re.findall(r'interlock_oldest_job_seconds\{kind="callback"\} (\S+)', text)
    assert 120 <= float(age) < 180
    assert "secret" not in text


@pytest.mark.django_db
def test_metrics_may_be_kept_for_whoever_knows_the_token(client: Client, settings: Any) -> None:
    settings.INTERLOCK = {**settings.INTERLOCK, "METRICS_TOKEN": "s3cret"}
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer wr\u00f6ng"}).status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer s3cret"}).status_code == 200
