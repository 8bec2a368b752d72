"""The page of tokens: made once, shown once, withdrawn by whom they belong to or by an administrator."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from api import tokens
from api.models import Token
from runtime.models import AuditEntry
from tests.makers.sealed import ECHO, published

pytestmark = pytest.mark.django_db

PAGE = "/settings/tokens/"
GIVEN = {"name": "the shop", "scope": ["runs:write", "runs:read"], "lasts": "30"}


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_token_is_shown_once_and_opens_what_was_ticked(developer_dev: User) -> None:
    client = browser(developer_dev)
    answer = client.post(PAGE, GIVEN)
    plain = answer.context["plain"]
    assert plain in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert plain not in client.get(PAGE).content.decode()
    assert plain not in str(list(AuditEntry.objects.values()))
    opened = {
        path: Client().get(f"/api/v1/{path}/", headers={"Authorization": f"Bearer {plain}"}).status_code
        for path in ("runs", "workflows")
    }
    assert opened == {"runs": 200, "workflows": 403}
    token = Token.objects.get()
    assert token.expires_at
    assert "Start runs" in client.get(PAGE).content.decode()


def test_scopes_without_routes_are_not_offered_and_not_taken(developer_dev: User) -> None:
    client = browser(developer_dev)
    assert "gates:" not in client.get(PAGE).content.decode()
    assert client.post(PAGE, {**GIVEN, "scope": ["gates:write", "admin"]}).status_code == 422
    assert not Token.objects.exists()


@pytest.mark.parametrize("change", [{"name": ""}, {"name": "a" * 121}, {"name": "a\nb"}, {"scope": []}, {"lasts": "7"}])
def test_a_token_that_lacks_something_is_not_made(developer_dev: User, change: dict[str, object]) -> None:
    assert browser(developer_dev).post(PAGE, {**GIVEN, **change}).status_code == 422
    assert not Token.objects.exists()


def test_developers_see_and_withdraw_their_own_and_administrators_all(
    developer_dev: User, administrator_ada: User
) -> None:
    tokens.issue(developer_dev, "of dev", ["runs:read"])
    tokens.issue(administrator_ada, "of ada", ["runs:read"])
    mine, other = Token.objects.get(name="of dev"), Token.objects.get(name="of ada")
    seen = browser(developer_dev).get(PAGE).content.decode()
    assert ("of dev" in seen, "of ada" in seen) == (True, False)
    assert "of dev" in browser(administrator_ada).get(PAGE).content.decode()
    assert browser(developer_dev).post(reverse("settings_token_withdraw", args=[other.pk])).status_code == 404
    for _ in range(2):
        browser(administrator_ada).post(reverse("settings_token_withdraw", args=[mine.pk]))
    mine.refresh_from_db()
    assert mine.revoked_at
    assert AuditEntry.objects.filter(action="token.revoked").count() == 1


@pytest.mark.parametrize("odd", ["nothing", "//evil.example", "x" * 3_000, "a\0b", "<b>"])
def test_whoever_comes_from_a_workflow_is_led_back_there_and_nowhere_else(developer_dev: User, odd: str) -> None:
    published("echo", ECHO)
    client = Client()
    client.force_login(developer_dev)
    back = "/workflows/echo/triggers/"
    assert back in client.get(PAGE, {"workflow": "echo"}).content.decode()
    given = {"name": "Shop", "scope": ["runs:write"], "lasts": "30", "workflow": "echo"}
    assert f'href="{back}#api"' in client.post(PAGE, given).content.decode()
    lost = client.get(PAGE, {"workflow": odd})
    assert lost.status_code in (200, 400)
    assert "Triggers of" not in lost.content.decode()
    assert "#api" not in client.post(PAGE, {**given, "workflow": ""}).content.decode()
