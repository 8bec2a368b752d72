"""The page of background work: what failed and what is under way, and what an administrator can do about it."""

from __future__ import annotations

from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from runtime import jobs
from runtime.models import AuditEntry, Batch, CallbackAttempt, CallbackKey, Job, Run
from runtime.signing import keys
from runtime.views.settings.work import WORDS
from tests.makers.runs import Story, blueprint
from tests.runtime.views.conftest import signed_in

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def ada(administrator_ada: User) -> Client:
    client = Client()
    client.force_login(administrator_ada)
    return client


def put(key: str, kind: str = "letter", **columns: Any) -> Job:
    jobs.put(kind, key, None, NOW)
    Job.objects.filter(kind=kind, key=key).update(**columns)
    return Job.objects.get(kind=kind, key=key)


def test_what_failed_is_shown_with_why_and_can_be_tried_again(ada: Client) -> None:
    job = put("k", state="failed", error="<b>Nobody</b> opened.", finished_at=NOW, attempts=8)
    page = ada.get(reverse("settings_work")).content.decode()
    assert "&lt;b&gt;Nobody&lt;/b&gt; opened." in page
    ada.post(reverse("settings_work_deed", args=[job.pk]), {"deed": "retry"})
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("due", 0)
    assert AuditEntry.objects.get().action == "job.retried"


def test_what_is_under_way_shows_how_far_it_is_and_can_be_cancelled(ada: Client) -> None:
    job = put("k", state="working", done=3, total=10, note="Reading rows")
    page = ada.get(reverse("settings_work")).content.decode()
    assert "3 of 10" in page
    assert "Reading rows" in page
    assert "Cancel this work?" in page
    assert page.count('name="deed" value="cancel"') == 1
    ada.post(reverse("settings_work_deed", args=[job.pk]), {"deed": "cancel"})
    job.refresh_from_db()
    assert job.cancel_asked
    assert "ending" in ada.get(reverse("settings_work")).content.decode()


def test_what_comes_back_by_itself_cannot_be_cancelled(ada: Client) -> None:
    job = put("", kind="forgetting")
    ada.post(reverse("settings_work_deed", args=[job.pk]), {"deed": "cancel"})
    job.refresh_from_db()
    assert job.state == "due"


def test_a_deed_that_comes_too_late_changes_nothing(ada: Client) -> None:
    job = put("k", state="working")
    for wanted in ("retry", "", "explode"):
        page = ada.post(reverse("settings_work_deed", args=[job.pk]), {"deed": wanted}, follow=True)
        assert "nothing was changed" in page.content.decode()
    assert ada.post(reverse("settings_work_deed", args=["0" * 26]), {"deed": "retry"}).status_code == 404


def test_more_jobs_ask_no_more_questions(ada: Client, django_assert_max_num_queries: Any) -> None:
    for number in range(60):
        put(str(number), state=("failed", "working", "due")[number % 3])
    with django_assert_max_num_queries(12):
        ada.get(reverse("settings_work"))


def test_the_key_of_callbacks_is_shown_once(ada: Client) -> None:
    page = ada.post(reverse("settings_work_key"))
    (secret,) = keys.valid(CallbackKey.objects.get(), datetime.now(UTC))
    assert secret in unescape(page.content.decode())
    assert page["Cache-Control"] == "no-store"
    assert "whsec_" not in ada.get(reverse("settings_work")).content.decode()


def test_what_became_of_a_callback_stands_on_the_runs_page_for_those_who_design() -> None:
    run = Story(blueprint(), {"seats": 1}).run
    Run.objects.filter(pk=run.pk).update(callback_url="https://a.example/done?<x>", status="succeeded")
    CallbackAttempt.objects.create(run=run, at=NOW, status=503, why="The other side answered 503.")
    address = reverse("run_detail", args=[run.pk])
    page = signed_in("designer", name="dora").get(address).content.decode()
    assert "The other side answered 503." in page
    assert "https://a.example/done?&lt;x&gt;" in page
    assert "answered 503" not in signed_in("reviewer", name="rui").get(address).content.decode()


def test_every_kind_of_job_has_words_of_its_own() -> None:
    assert set(jobs.registered()) <= set(WORDS)


def test_a_job_about_a_file_or_a_schedule_names_it(ada: Client) -> None:
    options = {"encoding": "utf-8", "separator": ",", "decimal": "point", "dates": "iso"}
    batch = Batch.objects.create(
        workflow="a",
        version=1,
        name="t<1>.csv",
        header=["n"],
        options=options,
        total=1,
        started_by="ada",
        created_at=NOW,
    )
    put(batch.pk, kind="batch")
    page = ada.get(reverse("settings_work")).content.decode()
    assert "“t&lt;1&gt;.csv”" in page
    assert batch.pk not in page
