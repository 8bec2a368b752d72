"""The admin of all three apps: who gets in, what stays as it is, what goes through the domain's doors."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from api import tokens
from api.models import Token
from builder import drafts
from builder.models import Version, Workflow
from builder.publishing import publish
from runtime import audit
from runtime.admin_guard import Guarded
from runtime.connections import lookup, save
from runtime.json_gate import write_json
from runtime.models import AuditEntry, Blueprint, Connection, Entry, Escalation, OutboxMail, Queue, Run
from tests.makers.cases import NOW, open_case
from tests.makers.people import PASSWORD, person
from tests.makers.workflows import a_workflow, sound_document, unsound_document

pytestmark = pytest.mark.django_db

CANARY = "sk-canary-55c0"


def signed_in(user: User) -> Client:
    User.objects.filter(pk=user.pk).update(is_staff=True)
    client = Client()
    client.force_login(user)
    return client


def page(action: str, model: Any, *arguments: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{action}", args=arguments)


def filled(client: Client, url: str, **changes: Any) -> dict[str, Any]:
    """The form of a page as a browser would send it."""
    form = client.get(url).context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in {**values, **changes}.items() if value is not None and value is not False}


@pytest.fixture
def everything(administrator_ada: User) -> dict[Any, Any]:
    """One row of everything that has an admin page."""
    workflow = a_workflow(administrator_ada)
    publish(workflow, administrator_ada, NOW)
    case = open_case()
    Entry.objects.create(run=case.run, seq=1, at=NOW, type="run.started", data={"input": {"note": "<script>"}})
    save("gpt", "openai", {}, CANARY, administrator_ada, NOW)
    tokens.issue(administrator_ada, "mine", ["runs:read"])
    mail = OutboxMail.objects.create(key="k", run=case.run, to="a@b.c", subject="s", body="b", created_at=NOW)
    return {
        Run: case.run,
        Escalation: case,
        Workflow: workflow,
        Version: Version.objects.get(),
        Blueprint: Version.objects.get().blueprint,
        AuditEntry: AuditEntry.objects.earliest("pk"),
        Queue: Queue.objects.create(name="sales"),
        Connection: Connection.objects.get(),
        Token: Token.objects.get(),
        OutboxMail: mail,
        User: administrator_ada,
    }


def test_every_admin_of_the_project_asks_the_permissions() -> None:
    assert all(isinstance(registered, Guarded) for registered in admin.site._registry.values())


def test_an_administrator_sees_every_page_and_no_secret(administrator_ada: User, everything: dict[Any, Any]) -> None:
    client = signed_in(administrator_ada)
    assert set(admin.site._registry) == set(everything)
    for model, row in everything.items():
        for url in (page("changelist", model), page("change", model, row.pk)):
            answer = client.get(url)
            assert answer.status_code == 200, url
            assert CANARY not in answer.text
            assert "<script>&quot;" not in answer.text
            assert '"<script>"' not in answer.text


def test_the_pages_are_for_staff_with_the_permission_only(
    everything: dict[Any, Any], designer_dora: User, reviewer_otto: User, roleless_rob: User, inactive_ina: User
) -> None:
    settings_pages = {Queue, Connection, Token, User, AuditEntry}
    may_see = {
        designer_dora: set(everything) - settings_pages,
        reviewer_otto: {Run, Escalation, OutboxMail},
        roleless_rob: set(),
    }
    for user, models in may_see.items():
        client = signed_in(user)
        seen = {model for model in everything if client.get(page("changelist", model)).status_code == 200}
        assert seen == models, user
    for client in (Client(), signed_in(inactive_ina)):
        assert {client.get(page("changelist", model)).status_code for model in everything} == {302}


def test_a_reviewer_sees_the_cases_of_their_queues_only(everything: dict[Any, Any], reviewer_otto: User) -> None:
    client = signed_in(reviewer_otto)
    for model in (Run, Escalation):
        assert everything[model].pk not in client.get(page("changelist", model)).text
        assert client.get(page("change", model, everything[model].pk)).status_code == 302


def test_what_has_happened_cannot_be_added_changed_or_deleted(
    administrator_ada: User, everything: dict[Any, Any]
) -> None:
    client = signed_in(administrator_ada)
    for model in (Run, Blueprint, Version, Escalation, AuditEntry, OutboxMail, Token):
        pk = everything[model].pk
        for url in (page("add", model), page("change", model, pk), page("delete", model, pk)):
            assert client.post(url, {"post": "yes"}).status_code == 403, url


def test_a_connection_is_made_with_its_secret_encrypted_and_audited(administrator_ada: User) -> None:
    client = signed_in(administrator_ada)
    data = {"name": "crm", "provider": "http", "config": '{"base_url": "https://a.example"}', "new_secret": CANARY}
    assert client.post(page("add", Connection), data).status_code == 302
    row = Connection.objects.get()
    assert row.secret
    assert CANARY.encode() not in bytes(row.secret)
    assert [entry.action for entry in audit.of("connection:crm")] == ["connection.saved"]


def test_a_connection_keeps_its_secret_until_a_new_one_is_typed_or_it_is_forgotten(administrator_ada: User) -> None:
    save("gpt", "openai", {}, CANARY, administrator_ada, NOW)
    client = signed_in(administrator_ada)
    url = page("change", Connection, Connection.objects.get().pk)
    for changes, secret in (({}, CANARY), ({"new_secret": "other"}, "other"), ({"forget_secret": "on"}, "")):
        assert client.post(url, filled(client, url, **changes)).status_code == 302
        assert getattr(lookup("gpt"), "api_key", None) == secret


@pytest.mark.parametrize(
    "changes",
    [
        {"config": "{"},
        {"config": '{"a": NaN}'},
        {"config": '{"unknown": 1}'},
        {"config": ""},
        {"provider": "nobody"},
        {"name": "embedded"},
        {"provider": "custom"},
        {"new_secret": "a\nb"},
    ],
)
def test_a_faulty_connection_is_told_on_the_form(administrator_ada: User, changes: dict[str, str]) -> None:
    client = signed_in(administrator_ada)
    data = {"name": "gpt", "provider": "openai", "config": "{}", "new_secret": CANARY, **changes}
    answer = client.post(page("add", Connection), data)
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors
    assert CANARY not in answer.text
    assert not Connection.objects.exists()


def test_a_connection_can_be_deleted_and_that_is_written_down(administrator_ada: User) -> None:
    save("gpt", "openai", {}, CANARY, administrator_ada, NOW)
    client = signed_in(administrator_ada)
    client.post(page("delete", Connection, Connection.objects.get().pk), {"post": "yes"})
    assert not Connection.objects.exists()
    assert audit.of("connection:gpt").filter(action="connection.removed").exists()


def test_a_workflow_is_made_changed_and_published(designer_dora: User) -> None:
    client = signed_in(designer_dora)
    data = {"name": "Leads", "slug": "leads", "description": "", "draft": write_json(unsound_document())}
    assert client.post(page("add", Workflow), data).status_code == 302
    workflow = Workflow.objects.get()
    publishing = {"action": "publish", "_selected_action": [workflow.pk]}
    answer = client.post(page("changelist", Workflow), publishing, follow=True)
    assert "Send outreach" in answer.text
    assert not Version.objects.exists()
    url = page("change", Workflow, workflow.pk)
    changes = {"draft": write_json(sound_document()), "name": "Prospects"}
    assert client.post(url, filled(client, url, **changes)).status_code == 302
    client.post(page("changelist", Workflow), publishing)
    workflow.refresh_from_db()
    assert (workflow.name, workflow.slug, workflow.draft_revision) == ("Prospects", "leads", 2)
    assert Version.objects.get().number == 1


@pytest.mark.parametrize("draft", ["{", "{}", "[]", '{"format": "interlock/1", "colour": "red"}', ""])
def test_what_is_no_document_is_told_on_the_form(designer_dora: User, draft: str) -> None:
    client = signed_in(designer_dora)
    data = {"name": "Leads", "slug": "leads", "description": "", "draft": draft}
    answer = client.post(page("add", Workflow), data)
    assert answer.context["adminform"].form.errors["draft"]
    assert not Workflow.objects.exists()


def test_a_slug_that_makes_no_address_is_told_on_the_form(designer_dora: User) -> None:
    data = {"name": "Leads", "slug": "LEADS", "description": "", "draft": write_json(sound_document())}
    answer = signed_in(designer_dora).post(page("add", Workflow), data)
    assert answer.context["adminform"].form.errors["slug"]


def test_a_draft_that_somebody_else_saved_is_not_overwritten(designer_dora: User, developer_dev: User) -> None:
    workflow = a_workflow(designer_dora)
    client = signed_in(designer_dora)
    url = page("change", Workflow, workflow.pk)
    mine = filled(client, url, draft=write_json(unsound_document()))
    drafts.save(workflow, sound_document(input={}), "*", developer_dev, NOW)
    answer = client.post(url, mine)
    assert "Somebody else" in answer.text
    assert drafts.read(workflow).document == sound_document(input={})


def test_workflows_are_archived_and_taken_out_again(designer_dora: User) -> None:
    workflow = a_workflow(designer_dora)
    client = signed_in(designer_dora)
    for action, archived in (("archive", True), ("unarchive", False)):
        client.post(page("changelist", Workflow), {"action": action, "_selected_action": [workflow.pk]})
        workflow.refresh_from_db()
        assert (workflow.archived_at is not None) is archived


def test_a_token_can_be_revoked_once_and_only_by_administrators(administrator_ada: User, developer_dev: User) -> None:
    tokens.issue(developer_dev, "ci", ["runs:read"])
    token = Token.objects.get()
    revoking = {"action": "revoke", "_selected_action": [token.pk]}
    assert signed_in(developer_dev).post(page("changelist", Token), revoking).status_code == 403
    for _ in range(2):
        signed_in(administrator_ada).post(page("changelist", Token), revoking)
    token.refresh_from_db()
    assert token.revoked_at
    assert [entry.actor for entry in audit.of(token)] == ["ada"]


def test_who_is_in_a_queue_is_changed_on_record(administrator_ada: User, reviewer_rui: User) -> None:
    client = signed_in(administrator_ada)
    queue = Queue.objects.get(name="sales")
    url = page("change", Queue, queue.pk)
    assert client.post(url, {"name": "sales", "title": "Sales", "members": []}).status_code == 302
    assert audit.of(queue)[0].data == {"name": "sales", "members": []}


def test_people_are_changed_in_the_settings_alone(administrator_ada: User, reviewer_rui: User) -> None:
    client = signed_in(administrator_ada)
    data = {"username": "newcomer", "password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    assert client.post(page("add", User), data).status_code == 403
    for action in ("change", "delete"):
        assert client.post(page(action, User, reviewer_rui.pk), {"post": "yes"}).status_code == 403
    address = reverse("admin:auth_user_password_change", args=[administrator_ada.pk])
    assert client.post(address, data).status_code == 403


def test_only_administrators_change_people(developer_dev: User) -> None:
    victim = person("victim")
    assert signed_in(developer_dev).get(page("change", User, victim.pk)).status_code == 403
