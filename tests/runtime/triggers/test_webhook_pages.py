"""The pages of webhooks: made, shown once, renewed, switched, deleted; and programs that work as they are pasted."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from django.contrib.auth.models import User
from django.test import Client

from runtime.models import Delivery, Webhook, WebhookRefusal
from runtime.signing import keys
from runtime.triggers.webhook_snippets import snippets
from tests.makers.live_server import Server, bearer, live_server
from tests.makers.sealed import ECHO, published

LIST = "/workflows/echo/triggers/webhooks/"


@pytest.fixture
def dora(designer_dora: User) -> Client:
    published("echo", ECHO)
    client = Client()
    client.force_login(designer_dora)
    return client


def secret_of() -> str:
    return keys.valid(Webhook.objects.get(), datetime.now(UTC))[0]


@pytest.mark.django_db
def test_a_webhook_is_made_and_its_key_shown_this_once(dora: Client) -> None:
    assert "No webhook yet" in dora.get(LIST).content.decode()
    made = dora.post(f"{LIST}new/", {"name": "<Shop>", "version": ""})
    row, shown = Webhook.objects.get(), unescape(made.content.decode())
    assert shown.count(secret_of()) == 3, "once as it is, and in both programs"
    assert made["Cache-Control"] == "no-store"
    assert f"/hooks/{row.pk}/" in shown
    later = dora.get(f"{LIST}{row.pk}/").content.decode()
    assert secret_of() not in unescape(later)
    assert "&lt;Shop&gt;" in later
    assert "&lt;Shop&gt;" in dora.get(LIST).content.decode()


@pytest.mark.django_db
def test_a_key_is_renewed_and_a_webhook_switched_and_deleted(dora: Client) -> None:
    dora.post(f"{LIST}new/", {"name": "Shop"})
    row, first = Webhook.objects.get(), secret_of()
    deed = f"{LIST}{row.pk}/deed/"
    renewed = unescape(dora.post(deed, {"deed": "renew"}).content.decode())
    assert secret_of() in renewed
    assert first not in renewed
    assert "The old key counts too" in renewed
    dora.post(deed, {"deed": "off"})
    assert not Webhook.objects.get().is_on
    dora.post(deed, {"deed": "on"})
    assert Webhook.objects.get().is_on
    assert "Choose what" in dora.post(deed, {"deed": "explode"}, follow=True).content.decode()
    dora.post(deed, {"deed": "remove"})
    assert dora.get(f"{LIST}{row.pk}/").status_code == 404


@pytest.mark.django_db
def test_what_came_in_is_shown_and_escaped(dora: Client, django_assert_max_num_queries: Any) -> None:
    dora.post(f"{LIST}new/", {"name": "Shop"})
    row, now = Webhook.objects.get(), datetime.now(UTC)
    for number in range(50):
        Delivery.objects.create(webhook=row, at=now, message=f"<m{number}>", result="accepted")
        Delivery.objects.create(webhook=row, at=now, message=f"<r{number}>", result="invalid_input", detail="/n: <no>")
    WebhookRefusal.objects.create(webhook=row, result="invalid_input", number=70, first_at=now, last_at=now)
    with django_assert_max_num_queries(14):
        page = dora.get(f"{LIST}{row.pk}/").content.decode()
    started, refused = page[page.index("What started runs") :].split("What was refused", 1)
    assert "&lt;m49&gt;" in started
    assert "&lt;r49&gt;" in refused
    assert "&lt;r49&gt;" not in started
    assert "/n: &lt;no&gt;" in refused
    assert "does not fit the input: 70" in refused


@pytest.mark.django_db
def test_what_cannot_be_made_says_why(dora: Client) -> None:
    for given, said in (({"name": ""}, "Give it a name"), ({"name": "a", "version": "7"}, "no version 7")):
        answer = dora.post(f"{LIST}new/", given)
        assert answer.status_code == 422
        assert said in answer.content.decode()
    assert dora.post(f"{LIST}new/", {"name": "a", "version": "9" * 99}).status_code == 200


@pytest.mark.slow
@pytest.mark.sqlite_only
def test_the_programs_work_as_they_are_pasted(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    with live_server(tmp_path_factory.mktemp("hooks")) as server:
        made = subprocess.run(
            [sys.executable, "-c", _MAKE],
            cwd=Path(__file__).parents[3],
            env=_environment(server),
            check=True,
            capture_output=True,
            text=True,
            timeout=120,
        )
        webhook_id, secret = made.stdout.split()
        odd: dict[str, Any] = {"n": 3, "t": "it's “$HOME” `x` \\ % ü"}
        shell, python = snippets(f"{server.url}/hooks/{webhook_id}/", (odd, odd), secret)
        (tmp_path / "send.py").write_text(python.text)
        for command in (["sh", "-c", shell.text], [sys.executable, str(tmp_path / "send.py")]):
            told = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
            found = re.search(r'"id":"([0-9a-z]{26})"', told.stdout)
            assert found, (told.stdout, told.stderr)
            request = Request(f"{server.url}/api/v1/runs/{found[1]}/", headers=bearer(server, "ada"))
            with urlopen(request, timeout=60) as answer:
                assert json.load(answer)["input"] == odd


_MAKE = """
from datetime import UTC, datetime
import django
django.setup()
from django.contrib.auth.models import User
from runtime.triggers import webhooks
made = webhooks.make("echo", "Shop", None, User.objects.get(username="ada"), datetime.now(UTC))
print(made.webhook.pk, made.secret)
"""


def _environment(server: Server) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return {**kept, "DATA": str(server.data), "DJANGO_SETTINGS_MODULE": "config.settings"}
