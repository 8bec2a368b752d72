"""Every route and every socket has a written permission: the table of `makers/permitted.py`, held against the server.

A route, a method or a socket that is not in the table fails here; so does one that is in the table and not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.urls import URLResolver, get_resolver, reverse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.operations import Resource
from builder.routing import websocket_urlpatterns as builder_sockets
from runtime.models import Escalation, Queue, Run
from runtime.permissions import SCOPES
from runtime.routing import websocket_urlpatterns as runtime_sockets
from tests.makers.api_client import Caller, caller
from tests.makers.cases import open_case, waiting_run
from tests.makers.people import person, queue_of
from tests.makers.permitted import (
    API,
    NOBODY,
    ONE_OF_A_CASE,
    ONE_OF_A_RUN,
    OPEN,
    PAGES,
    PUBLIC,
    ROLES,
    SIGNED_IN,
    SOCKETS,
    routes,
)
from tests.makers.sealed import ECHO, published

pytestmark = pytest.mark.django_db

BODIES: Mapping[str, Any] = {
    "api_draft": ECHO,
    "api_resolution": {"choice": "approve", "digest": "0"},
    "api_assignment": {"to": "rui"},
}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@pytest.fixture
def objects(db: None) -> dict[str, Any]:
    """A workflow with a version, and a run with an open case of the queue `sales`."""
    published("echo", ECHO)
    queue_of("sales")
    run = waiting_run()
    return {"run": run, "case": open_case(run)}


def address(name: str, objects: Mapping[str, Any]) -> str:
    run: Run = objects["run"]
    case: Escalation = objects["case"]
    pattern = next(pattern for each, pattern in routes() if each == name)
    given = {
        "slug": "echo",
        "number": 1,
        "other": 1,
        "backtest_id": run.pk,
        "lesson_id": run.pk,
        "run_id": run.pk,
        "other_id": run.pk,
        "case_id": case.pk,
        "node": "ask",
        "visit": 1,
        "sample_id": 1,
        "provider": "http",
        "webhook_id": "0" * 32,
        "job_id": "0" * 26,
        **dict.fromkeys(("schedule_id", "form_id", "batch_id"), "0" * 26),
        **dict.fromkeys(("token_id", "connection_id", "queue_id", "person_id", "incident_id", "gate_id", "hook_id"), 1),
        "id": case.pk if "escalations" in pattern else run.pk,
    }
    return reverse(name, kwargs={key: value for key, value in given.items() if f":{key}>" in pattern})


def answer_to(who: Caller, name: str, method: str, objects: Mapping[str, Any]) -> int:
    sent = None if method in ("GET", "DELETE") else BODIES.get(name, {})
    return int(who.send(method, address(name, objects), sent).status_code)


def rows(table: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str, str]]:
    """Route, method and permission; what changes something comes last, so that there is something to ask for."""
    found = [(name, method, needed) for name, methods in table.items() for method, needed in methods.items()]
    return iter(sorted(found, key=lambda row: METHODS.index(row[1])))


def browser(user: User | None) -> Caller:
    client = Client(raise_request_exception=True)
    if user:
        client.force_login(user)
    return Caller(None, client)


def test_every_route_stands_in_the_table_and_nothing_else() -> None:
    assert {name for name, _ in routes()} == {*API, *PAGES, *OPEN}


def test_every_socket_stands_in_the_table_and_asks_for_what_it_says() -> None:
    sockets: list[Any] = [*runtime_sockets, *builder_sockets]
    asked = {pattern.name: pattern.callback.consumer_class.needs for pattern in sockets}
    assert asked == SOCKETS


@pytest.fixture(params=ROLES)
def role(request: pytest.FixtureRequest) -> str:
    """Each of the roles, and none."""
    return str(request.param)


@pytest.fixture
def somebody(objects: dict[str, Any], role: str) -> User:
    """A person of this role, who is a member of the queue."""
    user = person("somebody", *({role} - {NOBODY}))
    Queue.objects.get(name="sales").members.add(user)
    return user


def test_each_role_may_ask_the_api_what_the_table_says(objects: dict[str, Any], role: str, somebody: User) -> None:
    token, session = caller(somebody), browser(somebody)
    for name, method, needed in rows(API):
        allowed = needed == PUBLIC or set(needed.split()) <= ROLES[role]
        for who in (token, session):
            status = answer_to(who, name, method, objects)
            assert (status not in (401, 403)) == allowed, (role, method, name, status)


def test_each_role_may_see_the_pages_that_the_table_says(objects: dict[str, Any], role: str, somebody: User) -> None:
    for name, method, needed in rows(PAGES):
        status = answer_to(browser(somebody), name, method, objects)
        allowed = needed == SIGNED_IN or needed in ROLES[role]
        assert (status != 403) == allowed, (role, method, name, status)


def test_a_stranger_is_asked_who_he_is(objects: dict[str, Any]) -> None:
    for name, method, needed in rows(API):
        status = answer_to(Caller(None), name, method, objects)
        assert (status == 401) == (needed != PUBLIC), (method, name, status)
    for name, method, _ in rows(PAGES):
        answer = browser(None).send(method, address(name, objects))
        assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/sign-in/"), (method, name)


@pytest.mark.parametrize("scope", SCOPES)
def test_a_token_of_one_scope_opens_its_routes_and_no_others(
    objects: dict[str, Any], administrator_ada: User, scope: str
) -> None:
    who = caller(administrator_ada, scope)
    for name, method, needed in rows(API):
        status = answer_to(who, name, method, objects)
        assert (status not in (401, 403)) == (needed in (PUBLIC, scope)), (scope, method, name, status)


def test_every_other_method_is_refused(objects: dict[str, Any], administrator_ada: User) -> None:
    token, session = caller(administrator_ada), browser(administrator_ada)
    for who, table in ((token, API), (session, PAGES)):
        for name, methods in table.items():
            for method in METHODS:
                if method not in methods:
                    assert answer_to(who, name, method, objects) == 405, (method, name)


def test_what_belongs_to_another_queue_is_not_there(objects: dict[str, Any]) -> None:
    stranger = person("otto", "reviewer")
    queue_of("legal", stranger)
    mine = person("rui", "reviewer")
    Queue.objects.get(name="sales").members.add(mine)
    for name, method in {**ONE_OF_A_RUN, **ONE_OF_A_CASE}.items():
        ask = caller if name.startswith("api_") else browser
        assert answer_to(ask(stranger), name, method, objects) == 404, (method, name)
        assert answer_to(ask(mine), name, method, objects) != 404, (method, name)


def test_the_admin_asks_for_staff(objects: dict[str, Any], developer_dev: User) -> None:
    for pattern in get_resolver().url_patterns:
        if isinstance(pattern, URLResolver) and pattern.namespace == "admin":
            for name, address in routes(pattern, "/admin/"):
                if name not in ("login", "logout"):
                    filled = re.sub(r"<[^>]*>", "1", address).replace("^", "").replace("(?P", "").replace("$", "")
                    answer = browser(developer_dev).send("GET", filled)
                    assert answer.status_code in (302, 404), (name, answer.status_code)
                    assert "/admin/login/" in answer.get("Location", "/admin/login/")


def test_a_view_that_declares_nothing_refuses_everybody(rf: RequestFactory, administrator_ada: User) -> None:
    class Forgotten(Resource):
        def get(self, request: Request) -> Response:
            return Response("secret")

    class Plain(APIView):
        def get(self, request: Request) -> Response:
            return Response("secret")

    for view in (Forgotten, Plain):
        request = rf.get("/", headers={"Authorization": f"Bearer {caller(administrator_ada).token}"})
        assert view.as_view()(request).status_code == 403
