"""Every route and every socket has a written permission: the table below, held against what the server does.

A route, a method or a socket that is not in the table fails here; so does one that is in the table and not there. The
roles' permissions are written down once more on purpose: a change of them is a decision, not a side effect.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse
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
from tests.makers.sealed import ECHO, published

PUBLIC, SIGNED_IN, NOBODY = "public", "signed in", "nobody in particular"
READ, WRITE = "workflows:read", "workflows:write"

ROLES: Mapping[str, frozenset[str]] = {
    "designer": frozenset({READ, WRITE, "runs:read", "runs:write", "escalations:read", "gates:read", "gates:write"}),
    "reviewer": frozenset({"runs:read", "escalations:read", "escalations:write"}),
    "developer": frozenset(
        {READ, WRITE, "runs:read", "runs:write", "escalations:read", "escalations:write", "tokens:write", "gates:read"}
    ),
    "administrator": frozenset(
        {READ, WRITE, "runs:read", "runs:write", "escalations:read", "escalations:write"}
        | {"tokens:write", "settings:write", "admin", "gates:read", "gates:write"}
    ),
    NOBODY: frozenset(),
}
"""What each role may, of what the routes ask for."""

API: Mapping[str, Mapping[str, str]] = {
    "api_openapi": {"GET": PUBLIC},
    "api_docs": {"GET": PUBLIC},
    "api_kinds": {"GET": READ},
    "api_workflows": {"GET": READ, "POST": WRITE},
    "api_workflow": {"GET": READ, "PATCH": WRITE, "DELETE": WRITE},
    "api_draft": {"GET": READ, "PUT": WRITE},
    "api_draft_diff": {"GET": READ},
    "api_check": {"POST": READ},
    "api_versions": {"GET": READ, "POST": WRITE},
    "api_version": {"GET": READ},
    "api_diff": {"GET": READ},
    "api_backtests": {"GET": "workflows:read runs:read", "POST": "workflows:write runs:read"},
    "api_backtest": {"GET": "workflows:read runs:read", "DELETE": "workflows:write runs:read"},
    "api_backtest_cases": {"GET": "workflows:read runs:read"},
    "api_trigger": {"POST": "runs:write"},
    "api_runs": {"GET": "runs:read"},
    "api_run": {"GET": "runs:read"},
    "api_trace": {"GET": "runs:read"},
    "api_run_cancellation": {"POST": "runs:write"},
    "api_run_retry": {"POST": "runs:write"},
    "api_run_feedback": {"POST": "runs:write"},
    "api_gates": {"GET": "gates:read"},
    "api_gate": {"GET": "gates:read", "PATCH": "gates:write"},
    "api_escalations": {"GET": "escalations:read"},
    "api_escalation": {"GET": "escalations:read"},
    "api_claim": {"POST": "escalations:write", "DELETE": "escalations:write"},
    "api_resolution": {"POST": "escalations:write", "DELETE": "escalations:write"},
    "api_resolutions": {"POST": "escalations:write"},
    "api_assignment": {"PUT": "escalations:write"},
    "api_pause": {"PUT": "escalations:write", "DELETE": "escalations:write"},
    "api_remarks": {"GET": "escalations:read", "POST": "escalations:write"},
}
PAGES: Mapping[str, Mapping[str, str]] = {
    "home": {"GET": SIGNED_IN},
    "workflow_list": {"GET": READ},
    "workflow_new": {"GET": WRITE, "POST": WRITE},
    "workflow_canvas": {"GET": READ},
    "workflow_start": {"GET": "runs:write", "POST": "runs:write"},
    "workflow_overview": {"GET": READ},
    "workflow_archive": {"POST": WRITE},
    "workflow_triggers": {"GET": READ},
    "trigger_webhooks": {"GET": READ},
    "trigger_webhook_new": {"POST": WRITE},
    "trigger_webhook": {"GET": READ},
    "trigger_webhook_deed": {"POST": WRITE},
    "trigger_webhook_test": {"POST": "runs:write"},
    "workflow_versions": {"GET": READ},
    "workflow_restore": {"POST": WRITE},
    "workflow_backtests": {"GET": READ},
    "workflow_backtest_start": {"POST": WRITE},
    "workflow_backtest": {"GET": READ},
    "workflow_backtest_cancel": {"POST": WRITE},
    "workflow_backtest_case": {"GET": READ},
    "workflow_backtest_export": {"GET": READ},
    "workflow_lessons": {"GET": READ},
    "workflow_lesson": {"GET": READ},
    "workflow_lesson_effect": {"POST": WRITE},
    "workflow_lesson_decision": {"POST": WRITE},
    "case_lessons": {"GET": "escalations:write", "POST": "escalations:write"},
    "workflow_differences": {"POST": READ},
    "workflow_needs": {"POST": READ},
    "workflow_me": {"GET": READ},
    "workflow_make_queue": {"POST": "settings:write"},
    "gallery": {"GET": READ},
    "gallery_item": {"GET": READ},
    "gallery_start": {"POST": WRITE},
    "workflow_inspector": {"GET": READ, "POST": READ},
    "workflow_completions": {"POST": READ},
    "workflow_preview": {"POST": READ},
    "workflow_repairs": {"POST": READ},
    "workflow_mend": {"POST": READ},
    "workflow_cases": {"GET": READ, "POST": WRITE},
    "workflow_case": {"DELETE": WRITE},
    "workflow_try": {"POST": "runs:write"},
    "workflow_try_answer": {"POST": "runs:write"},
    "run_list": {"GET": "runs:read"},
    "run_export": {"GET": "runs:read"},
    "run_compare": {"GET": "runs:read"},
    "run_pair": {"GET": "runs:read"},
    "run_detail": {"GET": "runs:read"},
    "run_step": {"GET": "runs:read"},
    "run_trace": {"GET": "runs:read"},
    "run_feedback": {"POST": "runs:write"},
    "gate_incident": {"POST": "gates:write"},
    "gate_list": {"GET": "gates:read"},
    "gate_list_export": {"GET": "gates:read"},
    "gate_page": {"GET": "gates:read"},
    "gate_cases": {"GET": "gates:read"},
    "gate_export": {"GET": "gates:read"},
    "gate_close": {"POST": "gates:write"},
    "gate_anew": {"POST": "gates:write"},
    "gate_terms": {"GET": "gates:write", "POST": "gates:write"},
    "workflow_gates": {"GET": "gates:read"},
    "run_cancel": {"POST": "runs:write"},
    "run_retry": {"POST": "runs:write"},
    "case_list": {"GET": "escalations:read"},
    "case_detail": {"GET": "escalations:read", "POST": "escalations:write"},
    "case_claim": {"POST": "escalations:write"},
    "case_assign": {"POST": "escalations:write"},
    "case_snooze": {"POST": "escalations:write"},
    "case_remark": {"POST": "escalations:write"},
    "case_undo": {"POST": "escalations:write"},
    "case_many": {"GET": "escalations:read", "POST": "escalations:write"},
    "case_rest": {"GET": "escalations:read"},
    "case_view": {"POST": "escalations:read"},
    "case_export": {"GET": "escalations:read"},
    "case_several": {"POST": "escalations:write"},
}
TOKENS, SETTINGS, ADMIN = "tokens:write", "settings:write", "admin"
PAGES = {
    **PAGES,
    "settings": {"GET": SIGNED_IN},
    "settings_you": {"GET": SIGNED_IN, "POST": SIGNED_IN},
    "settings_tokens": {"GET": TOKENS, "POST": TOKENS},
    "settings_token_withdraw": {"POST": TOKENS},
    "settings_connections": {"GET": READ},
    "settings_connection_new": {"GET": SETTINGS, "POST": SETTINGS},
    "settings_connection": {"GET": SETTINGS, "POST": SETTINGS},
    "settings_connection_trial": {"POST": SETTINGS},
    "settings_connection_removal": {"POST": SETTINGS},
    "settings_rotate": {"POST": SETTINGS},
    "settings_queues": {"GET": SETTINGS, "POST": SETTINGS},
    "settings_queue": {"GET": SETTINGS, "POST": SETTINGS},
    "settings_queue_archive": {"POST": SETTINGS},
    "settings_people": {"GET": ADMIN, "POST": ADMIN},
    "settings_person": {"GET": ADMIN, "POST": ADMIN},
    "settings_person_access": {"POST": ADMIN},
    "settings_work": {"GET": ADMIN},
    "settings_work_key": {"POST": ADMIN},
    "settings_work_deed": {"POST": ADMIN},
    "settings_notices": {"GET": "escalations:read", "POST": "escalations:read"},
    "settings_notice_calls": {"GET": ADMIN, "POST": ADMIN},
    "settings_notice_call": {"POST": ADMIN},
    "settings_keeping": {"GET": ADMIN, "POST": ADMIN},
    "settings_log": {"GET": ADMIN},
    "settings_log_csv": {"GET": ADMIN},
    "settings_log_check": {"POST": ADMIN},
}
PAGES = {
    **PAGES,
    "trigger_schedules": {"GET": READ},
    "trigger_schedule_new": {"GET": WRITE, "POST": WRITE},
    "trigger_schedule_times": {"GET": READ},
    "trigger_schedule": {"GET": WRITE, "POST": WRITE},
    "trigger_schedule_deed": {"POST": WRITE},
    "trigger_forms": {"GET": READ},
    "trigger_form_new": {"GET": WRITE, "POST": WRITE},
    "trigger_form": {"GET": WRITE, "POST": WRITE},
    "trigger_form_removal": {"POST": WRITE},
    "trigger_tables": {"GET": "runs:write", "POST": "runs:write"},
    "trigger_table": {"GET": "runs:write", "POST": "runs:write"},
    "trigger_table_deed": {"POST": "runs:write"},
    "trigger_table_live": {"GET": "runs:write"},
    "trigger_table_csv": {"GET": "runs:write"},
}
OPEN = {"form_page", "api_unknown", "healthz", "readyz", "metrics", "hook", "sign_in", "sign_out", "admin_sign_in"}
"""Routes that ask for nothing: they tell of nothing, are how one signs in and out, or ask by themselves (forms)."""

SOCKETS = {"run_socket": "runs:read", "inbox_socket": "escalations:read", "drawing_socket": READ}
ONE_OF_A_RUN = {"api_run": "GET", "api_trace": "GET", "run_detail": "GET", "run_trace": "GET"}
ONE_OF_A_CASE = {
    "api_escalation": "GET",
    "api_claim": "POST",
    "api_resolution": "POST",
    "api_assignment": "PUT",
    "api_pause": "DELETE",
    "api_remarks": "GET",
    "case_detail": "GET",
    "case_claim": "POST",
    "case_assign": "POST",
    "case_snooze": "POST",
    "case_remark": "POST",
    "case_undo": "POST",
    "case_many": "GET",
    "case_rest": "GET",
    "case_lessons": "GET",
}
pytestmark = pytest.mark.django_db

BODIES: Mapping[str, Any] = {
    "api_draft": ECHO,
    "api_resolution": {"choice": "approve", "digest": "0"},
    "api_assignment": {"to": "rui"},
}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def routes(resolver: Any = None, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Name and pattern of every route, Django's admin (which asks for staff by itself) left out."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace != "admin":
                yield from routes(pattern, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield pattern.name or "", prefix + str(pattern.pattern)


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
