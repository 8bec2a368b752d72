"""What cannot be taken back is asked about first, on every page that offers it, and says what follows."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.template import Context, Template
from django.test import Client
from django.urls import reverse

from api import tokens
from builder.models import Workflow
from runtime.models import Batch, Connection, Form, NoticeHook, Schedule, Webhook
from runtime.notices import hooks
from runtime.signing import callbacks
from runtime.triggers import webhooks
from tests.makers.people import person, queue_of
from tests.makers.sealed import ECHO, published

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC)
FORMS = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)


@pytest.fixture
def ada(administrator_ada: User) -> Client:
    published("echo", ECHO)
    client = Client()
    client.force_login(administrator_ada)
    return client


def asked(client: Client, page: str, action: str, deed: str = "") -> str:
    """What the page says before it posts a deed, which only an open question can do."""
    shown = client.get(page).content.decode()
    doing = [found for found in FORMS.findall(shown) if f'action="{action}"' in found[0]]
    doing = [found for found in doing if f'value="{deed}"' in found[1]] if deed else doing
    ((attributes, inside),) = doing
    assert " popover" in attributes, f"{page} does not ask"
    (place,) = re.findall(r' id="([^"]+)"', attributes)
    assert f'popovertarget="{place}"' in shown[: shown.index(attributes)], "a button opens it"
    assert f'<h2 id="{place}-title">' in inside
    (says,) = re.findall(r"<p>(.*?)</p>", inside, re.DOTALL)
    return str(says)


def test_a_webhook_asks_before_its_key_changes_and_before_it_goes(ada: Client, administrator_ada: User) -> None:
    made = webhooks.make("echo", "Shop", None, administrator_ada, NOW)
    assert isinstance(made, webhooks.Made)
    page = reverse("trigger_webhook", args=["echo", made.webhook.pk])
    deed = reverse("trigger_webhook_deed", args=["echo", made.webhook.pk])
    assert "for a day" in asked(ada, page, deed, "renew")
    assert "stops at once" not in asked(ada, page, deed, "renew")
    assert "never comes back" in asked(ada, page, deed, "remove")
    webhooks.renew("echo", Webhook.objects.get().pk, administrator_ada, NOW)
    assert "the one before it stops at once" in asked(ada, page, deed, "renew")


def test_a_schedule_and_a_form_ask_before_they_go(ada: Client) -> None:
    given = {"name": "Daily", "kind": "day", "time": "09:00", "zone": "Europe/Berlin", "catch_up": "once"}
    ada.post(reverse("trigger_schedule_new", args=["echo"]), {**given, "field-n": "1"})
    row = Schedule.objects.get()
    page, deed = (
        reverse("trigger_schedule", args=["echo", row.pk]),
        reverse("trigger_schedule_deed", args=["echo", row.pk]),
    )
    assert "pause it" in asked(ada, page, deed, "remove")
    ada.post(reverse("trigger_form_new", args=["echo"]), {"title": "Ask", "audience": "starters", "is_on": "on"})
    form = Form.objects.get().pk
    removal = reverse("trigger_form_removal", args=["echo", form])
    assert "leads nowhere" in asked(ada, reverse("trigger_form", args=["echo", form]), removal)


def test_a_table_asks_before_its_rest_is_cancelled(ada: Client) -> None:
    batch = Batch.objects.create(
        workflow="echo", version=1, name="leads.csv", state="running", total=1, started_by="ada", created_at=NOW
    )
    page, deed = (reverse(f"trigger_table{end}", args=["echo", batch.pk]) for end in ("", "_deed"))
    assert "never start" in asked(ada, page, deed, "cancel")


def test_the_settings_ask_before_what_cannot_be_taken_back(ada: Client, administrator_ada: User) -> None:
    kept = hooks.make("Chat", "https://chat.example/", "*", ["new"], administrator_ada, NOW)
    assert isinstance(kept, hooks.Kept)
    page, deed = reverse("settings_notice_calls"), reverse("settings_notice_call", args=[NoticeHook.objects.get().pk])
    assert "Chat" in asked(ada, page, deed, "key")
    assert "called no more" in asked(ada, page, deed, "remove")

    queue = queue_of("sales", administrator_ada)
    archive = reverse("settings_queue_archive", args=[queue.pk])
    assert "stay with its members" in asked(ada, reverse("settings_queue", args=[queue.pk]), archive)

    callbacks.renew_key(administrator_ada, NOW)
    assert "For a day both" in asked(ada, reverse("settings_work"), reverse("settings_work_key"))

    dora = person("dora", "designer")
    page, access = reverse("settings_person", args=[dora.pk]), reverse("settings_person_access", args=[dora.pk])
    assert "tokens" in asked(ada, page, access, "out")
    assert "signed out" in asked(ada, page, access, "password")

    row = Connection.objects.create(name="crm", provider="http", config={"base_url": "https://crm.example/"})
    removal = reverse("settings_connection_removal", args=[row.pk])
    assert "for good" in asked(ada, reverse("settings_connection", args=[row.pk]), removal)


def test_a_token_asks_before_it_is_withdrawn(ada: Client, administrator_ada: User) -> None:
    issued = tokens.issue(administrator_ada, "<Shop>", ["runs:write"], None)
    assert isinstance(issued, tokens.Issued)
    withdrawal = reverse("settings_token_withdraw", args=[issued.id])
    says = asked(ada, reverse("settings_tokens"), withdrawal)
    assert "&lt;Shop&gt;" in says
    assert "never used" in says
    ada.post(withdrawal)
    assert withdrawal not in ada.get(reverse("settings_tokens")).content.decode()


def test_a_workflow_asks_before_it_is_archived_and_is_found_again(ada: Client) -> None:
    page, deed = reverse("workflow_overview", args=["echo"]), reverse("workflow_archive", args=["echo"])
    assert "refused" in asked(ada, page, deed, "archive")
    assert "starts no more runs" in ada.post(deed, {"deed": "archive"}, follow=True).content.decode()
    assert Workflow.objects.get().archived_at
    listed = ada.get(reverse("workflow_list")).content.decode()
    assert "Archived: 1" in listed
    assert page in listed
    assert "can be started again" in ada.post(deed, {"deed": "back"}, follow=True).content.decode()
    assert not Workflow.objects.get().archived_at


def test_what_is_asked_is_escaped() -> None:
    text = '{% load asking %}{% ask "a" "/x/" "Go" title "Do it" about=title %}<p>{{ title }}</p>{% endask %}'
    shown: Any = Template(text).render(Context({"title": '<b>"it"</b>'}))
    assert "<b>" not in shown
    assert shown.count("&lt;b&gt;") == 3
