"""Workflows, drafts, checks and versions over REST: from an empty drawing to a sealed version."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from builder.models import Version, Workflow
from runtime.models import AuditEntry, Blueprint
from tests.makers.api_client import Caller, caller, problem
from tests.makers.gated import gated
from tests.makers.sealed import ECHO, drafted, published

pytestmark = pytest.mark.django_db

UNSOUND: dict[str, Any] = {**ECHO, "edges": ECHO["edges"][:1]}


def test_a_workflow_is_made_with_a_slug_from_its_name(dev: Caller) -> None:
    made = dev.post("workflows/", {"name": "Lead check"})
    assert made.status_code == 201
    assert made["Location"] == "/api/v1/workflows/lead-check/"
    shown = dev.get("workflows/lead-check/").json()
    assert shown == made.json()
    assert (shown["slug"], shown["published"], shown["archived_at"]) == ("lead-check", None, None)


def test_a_slug_is_given_once(dev: Caller) -> None:
    dev.post("workflows/", {"name": "A", "slug": "a"})
    problem(dev.post("workflows/", {"name": "B", "slug": "a"}), 409, "slug_taken")
    assert Workflow.objects.get().name == "A"


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": 7}, {"name": "A", "slug": "Ä"}, {"name": "A", "x": 1}])
def test_a_workflow_that_cannot_be_called_so_is_not_made(dev: Caller, body: dict[str, object]) -> None:
    problem(dev.post("workflows/", body), 422, "invalid")
    assert not Workflow.objects.exists()


def test_patching_changes_the_name_and_keeps_the_slug(dev: Caller) -> None:
    drafted("a", ECHO)
    changed = dev.send("PATCH", "workflows/a/", {"name": "New", "description": "d"}).json()
    assert (changed["slug"], changed["name"], changed["description"]) == ("a", "New", "d")


def test_deleting_archives_and_loses_nothing(dev: Caller) -> None:
    published("echo", ECHO)
    assert dev.send("DELETE", "workflows/echo/").status_code == 204
    assert dev.get("workflows/echo/").json()["archived_at"]
    assert Version.objects.count() == 1
    assert dev.get("workflows/?archived=false").json()["results"] == []
    problem(dev.send("PUT", "workflows/echo/draft/", ECHO), 409, "archived")
    assert dev.send("PATCH", "workflows/echo/", {"archived": False}).json()["archived_at"] is None


def test_a_draft_is_saved_over_the_revision_that_was_read(dev: Caller) -> None:
    drafted("echo", ECHO)
    read = dev.get("workflows/echo/draft/")
    assert read.json() == ECHO
    saved = dev.send("PUT", "workflows/echo/draft/", UNSOUND, If_Match=read["ETag"])
    assert saved.status_code == 200
    assert saved["ETag"] != read["ETag"]
    assert dev.get("workflows/echo/draft/").json() == UNSOUND


def test_a_save_over_somebody_elses_is_stale(dev: Caller, administrator_ada: User) -> None:
    drafted("echo", ECHO)
    read = dev.get("workflows/echo/draft/")["ETag"]
    current = caller(administrator_ada).send("PUT", "workflows/echo/draft/", ECHO, If_Match=read)["ETag"]
    stale = problem(dev.send("PUT", "workflows/echo/draft/", UNSOUND, If_Match=read), 412, "stale")
    assert (stale["who"], stale["current"]) == ("ada", current)
    assert dev.get("workflows/echo/draft/").json() == ECHO


def test_a_malformed_document_is_refused_with_its_path(dev: Caller) -> None:
    drafted("echo", ECHO)
    broken = {**ECHO, "nodes": [{"id": "Not an id", "kind": "outcome"}], "colour": "red"}
    found = problem(dev.send("PUT", "workflows/echo/draft/", broken), 422, "malformed")
    assert {error["path"] for error in found["errors"]} == {"/nodes/0/id", "/colour"}
    assert dev.get("workflows/echo/draft/").json() == ECHO


def test_a_check_names_the_problems_of_the_draft_or_of_a_document(dev: Caller) -> None:
    drafted("echo", ECHO)
    assert dev.post("workflows/echo/check/").json() == {"problems": []}
    problems = dev.post("workflows/echo/check/", UNSOUND).json()["problems"]
    assert "graph.open_port" in {each["code"] for each in problems}
    assert problems[0].keys() == {"code", "level", "message", "suggestion", "nodes", "edges", "path"}
    assert dev.post("workflows/echo/check/", []).json()["problems"][0]["code"] == "document.malformed"


def test_publishing_seals_the_draft_and_twice_is_once(dev: Caller) -> None:
    drafted("echo", ECHO)
    made = dev.post("workflows/echo/versions/", {"note": "first"})
    assert made.status_code == 201
    assert made.json() == {"number": 1, "digest": Blueprint.objects.get().digest}
    again = dev.post("workflows/echo/versions/")
    assert (again.status_code, again.json()) == (200, made.json())
    shown = dev.get("workflows/echo/versions/1/").json()
    assert (shown["document"], shown["note"], shown["published_by"]) == (
        Blueprint.objects.get().document,
        "first",
        "dev",
    )
    assert [each["number"] for each in dev.get("workflows/echo/versions/").json()["results"]] == [1]
    assert dev.get("workflows/echo/").json()["published"] == 1


def test_an_unsound_draft_is_not_publishable(dev: Caller) -> None:
    drafted("echo", UNSOUND)
    found = problem(dev.post("workflows/echo/versions/"), 422, "not_publishable")
    assert "graph.open_port" in {error["code"] for error in found["errors"]}
    assert not Version.objects.exists()


def test_versions_never_change(dev: Caller) -> None:
    published("echo", ECHO)
    for method in ("PUT", "PATCH", "DELETE", "POST"):
        refused = dev.send(method, "workflows/echo/versions/1/", {})
        problem(refused, 405, "method_not_allowed")
        assert refused["Allow"] == "GET, HEAD, OPTIONS"


def test_a_difference_says_what_changed(dev: Caller) -> None:
    published("echo", ECHO)
    renamed = {**ECHO, "nodes": [{**ECHO["nodes"][0], "name": "Say it"}, ECHO["nodes"][1]]}
    dev.send("PUT", "workflows/echo/draft/", renamed)
    dev.post("workflows/echo/versions/")
    found = dev.get("workflows/echo/versions/1/diff/2/").json()
    assert (found["from"], found["to"]) == (1, 2)
    assert [(change["nodes"], change["path"]) for change in found["changes"]] == [(["say"], "/name")]
    assert dev.get("workflows/echo/versions/1/diff/1/").json()["changes"] == []


def test_what_publishing_would_change_is_said_before(dev: Caller) -> None:
    published("echo", ECHO)
    assert dev.get("workflows/echo/versions/1/diff/draft/").json() == {"from": 1, "changes": [], "loosened": []}
    dev.send(
        "PUT", "workflows/echo/draft/", {**ECHO, "nodes": [{**ECHO["nodes"][0], "name": "Say it"}, ECHO["nodes"][1]]}
    )
    found = dev.get("workflows/echo/versions/1/diff/draft/").json()
    assert [change["path"] for change in found["changes"]] == ["/name"]
    problem(dev.get("workflows/echo/versions/2/diff/draft/"), 404, "not_found")


@pytest.mark.parametrize("number", ["0", "2", "99999999999999999999", "9" * 5000, "-1", "x"])
def test_a_version_that_cannot_be_there_is_not_found(dev: Caller, number: str) -> None:
    published("echo", ECHO)
    problem(dev.get(f"workflows/echo/versions/{number}/"), 404, "not_found")
    problem(dev.get(f"workflows/echo/versions/1/diff/{number}/"), 404, "not_found")


def test_the_kinds_come_with_ports_effect_schema_and_help(dev: Caller) -> None:
    kinds = {kind["kind"]: kind for kind in dev.get("kinds/").json()["results"]}
    assert kinds["execute.email"]["effect"] == "outward"
    assert kinds["verify.schema"]["ports"] == ["pass", "fail"]
    assert kinds["decide.rule"]["config_schema"]["properties"].keys() >= {"choices", "otherwise"}
    assert all(kind["help"] and kind["family"] == kind["kind"].partition(".")[0] for kind in kinds.values())


def test_only_the_draft_that_was_looked_at_is_published(dev: Caller) -> None:
    drafted("echo", ECHO)
    etag = dev.get("workflows/echo/draft/")["ETag"]
    assert dev.send("PUT", "workflows/echo/draft/", {**ECHO, "input": {}}).status_code == 200
    refused = dev.post("workflows/echo/versions/", {}, If_Match=etag)
    assert (refused.status_code, refused.json()["code"], refused.json()["who"]) == (412, "overtaken", "dev")
    assert not Blueprint.objects.exists()
    now = dev.get("workflows/echo/draft/")["ETag"]
    assert dev.post("workflows/echo/versions/", {}, If_Match=now).status_code == 201


def test_a_looser_promise_is_published_only_if_the_body_names_it(dev: Caller) -> None:
    published("gated", gated(promise={"max_error": 0.02, "confidence": 0.95}))
    looser = gated(promise={"max_error": 0.05, "confidence": 0.95})
    assert dev.send("PUT", "workflows/gated/draft/", looser).status_code == 200
    said = "This loosens the promise of “gate”: from at most 2 to at most 5 wrong in 100."
    gate = {"node": "gate", "title": "gate", "what": ["max_error"], "sentence": said}
    assert dev.get("workflows/gated/versions/1/diff/draft/").json()["loosened"] == [gate]
    bodies: list[dict[str, Any]] = [{}, {"loosens": []}, {"loosens": ["other"]}]
    for body in bodies:
        found = problem(dev.post("workflows/gated/versions/", body), 409, "promise_loosened")
        assert found["gates"] == [gate]
        assert said in found["detail"]
    assert Version.objects.count() == 1
    for unreadable in (True, "gate", [1], None):
        assert dev.post("workflows/gated/versions/", {"loosens": unreadable}).status_code == 422
    assert dev.post("workflows/gated/versions/", {"loosens": ["gate"]}).status_code == 201
    assert AuditEntry.objects.get(action="gate.loosened").actor == "dev"


@pytest.mark.parametrize("header", ["", "nonsense", '"x"', "r1"])
def test_what_is_no_etag_publishes_nothing(dev: Caller, header: str) -> None:
    drafted("echo", ECHO)
    refused = dev.post("workflows/echo/versions/", {}, If_Match=header)
    assert (refused.status_code, refused.json()["code"]) == (412, "overtaken")
    assert not Blueprint.objects.exists()
