"""Who is asking: tokens hashed, scoped, expiring and revoked; sessions with CSRF."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from api import authentication, throttles
from api.models import Token
from api.tokens import Issued, NoToken, issue, revoke
from tests.makers.api_client import Caller, caller, problem
from tests.makers.people import PASSWORD

pytestmark = pytest.mark.django_db


class Clock:
    """The time of tokens and buckets, which stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(authentication, "time", made)
    monkeypatch.setattr(throttles, "time", made)
    return made


def test_a_token_is_shown_once_and_kept_as_its_digest(developer_dev: User) -> None:
    issued = issue(developer_dev, "ci", ["runs:read"])
    assert isinstance(issued, Issued)
    assert issued.plain.startswith("il_")
    kept = Token.objects.values().get()
    assert issued.plain not in str(kept)
    assert len(kept["digest"]) == 64


@pytest.mark.parametrize("scopes", [[], ["runs:read", "admin"], ["everything"]])
def test_unknown_scopes_and_none_at_all_make_no_token(developer_dev: User, scopes: list[str]) -> None:
    assert isinstance(issue(developer_dev, "ci", scopes), NoToken)
    assert isinstance(issue(developer_dev, "ci", ["runs:read"], timezone.now()), NoToken)
    assert not Token.objects.exists()


@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer ", "Bearer il_x", "Bearer x y", "Basic YTpi", "", "Bearer il_\u00e9", "Bearer il_" + "a" * 9000],
)
def test_a_bad_token_is_refused_and_told_how(dev: Caller, header: str) -> None:
    answer = dev.get("runs/", Authorization=header)
    problem(answer, 401, "invalid_token")
    assert answer["WWW-Authenticate"].startswith("Bearer ")


def test_without_a_token_one_is_asked_for(db: None) -> None:
    answer = Caller(None).get("runs/")
    problem(answer, 401, "unauthenticated")
    assert answer["WWW-Authenticate"] == 'Bearer realm="interlock"'


def test_an_expired_token_is_refused(developer_dev: User) -> None:
    dev = caller(developer_dev)
    Token.objects.update(expires_at=timezone.now() - timedelta(milliseconds=1))
    problem(dev.get("runs/"), 401, "invalid_token")


def test_a_revoked_token_is_refused_within_a_second(developer_dev: User, clock: Clock) -> None:
    dev = caller(developer_dev)
    assert dev.get("runs/").status_code == 200
    assert revoke(Token.objects.get().pk)
    assert not revoke(Token.objects.get().pk)
    clock.now += 1.0
    problem(dev.get("runs/"), 401, "invalid_token")


def test_a_person_who_left_or_lost_the_role_is_refused_within_a_second(developer_dev: User) -> None:
    dev = caller(developer_dev)
    assert dev.get("runs/").status_code == 200
    developer_dev.groups.set(Group.objects.none())
    authentication.forget()  # What a second does.
    problem(dev.get("runs/"), 403, "forbidden")
    User.objects.filter(pk=developer_dev.pk).update(is_active=False)
    authentication.forget()
    problem(dev.get("runs/"), 401, "invalid_token")


def test_a_busy_token_costs_no_query(developer_dev: User, clock: Clock) -> None:
    dev = caller(developer_dev)
    dev.get("openapi.json")
    dev.get("kinds/")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        dev.get("kinds/")
    assert [query["sql"] for query in queries.captured_queries] == []


def test_a_token_may_what_both_its_scopes_and_the_role_allow(developer_dev: User, reviewer_rui: User) -> None:
    reading = caller(developer_dev, "workflows:read")
    assert reading.get("workflows/").status_code == 200
    refused = problem(reading.post("workflows/", {"name": "a"}), 403, "insufficient_scope")
    assert refused["scope"] == "workflows:write"
    problem(caller(reviewer_rui).get("workflows/"), 403, "forbidden")


def test_a_session_reads_freely_and_writes_with_its_csrf_token(developer_dev: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.login(username="dev", password=PASSWORD)
    me = Caller(None, browser)
    assert me.get("workflows/").status_code == 200
    problem(me.post("workflows/", {"name": "a"}), 403, "csrf_failed")
    assert me.get("docs/").status_code == 200
    token = browser.cookies["csrftoken"].value
    assert me.post("workflows/", {"name": "a"}, X_CSRFToken=token).status_code == 201


def test_a_bad_token_is_not_covered_by_a_session(developer_dev: User) -> None:
    browser = Client()
    browser.login(username="dev", password=PASSWORD)
    problem(Caller("il_wrong", browser).get("workflows/"), 401, "invalid_token")


def test_a_token_run_wild_is_slowed_down_and_others_are_not(
    developer_dev: User, administrator_ada: User, settings: object, clock: Clock
) -> None:
    settings.INTERLOCK = {**settings.INTERLOCK, "API_REQUESTS_PER_S": 2}  # type: ignore[attr-defined]  # pytest-django's fixture
    dev = caller(developer_dev)
    answers = [dev.get("kinds/") for _ in range(9)]
    assert [answer.status_code for answer in answers] == [200] * 8 + [429]
    problem(answers[-1], 429, "throttled")
    assert int(answers[-1]["Retry-After"]) >= 1
    clock.now += 0.5
    assert dev.get("kinds/").status_code == 200
    assert caller(administrator_ada).get("kinds/").status_code == 200


def test_when_a_token_was_last_used_is_written_once_a_minute(developer_dev: User) -> None:
    dev = caller(developer_dev)
    dev.get("kinds/")
    first = Token.objects.get().last_used_at
    authentication.forget()
    dev.get("kinds/")
    assert first is not None
    assert Token.objects.get().last_used_at == first
