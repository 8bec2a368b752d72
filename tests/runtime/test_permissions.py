from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from runtime.models import Blueprint, Escalation, Run
from runtime.permissions import (
    PERMISSIONS,
    ROLES,
    Role,
    may,
    people_asked,
    people_with,
    permissions_of,
    remembering,
    role_of,
    visible_escalations,
    visible_runs,
    workflows_seen,
)
from tests.makers.people import person

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def sales_case(db: None) -> Escalation:
    return case("sales")


def case(queue: str = "") -> Escalation:
    blueprint = Blueprint.objects.create(
        workflow=f"w{Blueprint.objects.count()}", version=1, name="W", digest="0" * 64, document={}, sealed_at=NOW
    )
    run = Run.objects.create(blueprint=blueprint, workflow=blueprint.workflow, version=1, created_at=NOW)
    return Escalation.objects.create(
        run=run, workflow=run.workflow, node="ask", visit=0, kind="review", queue=queue, question="?", asked={},
        reasons=[], digest="0" * 64, created_at=NOW,
    )  # fmt: skip


def test_every_role_exists_as_a_group_and_carries_known_permissions() -> None:
    assert set(Group.objects.values_list("name", flat=True)) >= set(ROLES)
    assert all(held <= PERMISSIONS for held in ROLES.values())


def test_nobody_may_anything() -> None:
    assert not any(may(nobody, word) for nobody in (None, AnonymousUser(), User()) for word in PERMISSIONS)
    assert not visible_runs(AnonymousUser()).exists()


def test_a_user_without_a_role_may_nothing(roleless_rob: User, sales_case: Escalation) -> None:
    assert permissions_of(roleless_rob) == frozenset()
    assert not visible_escalations(roleless_rob).exists()


def test_an_inactive_administrator_may_nothing(inactive_ina: User, sales_case: Escalation) -> None:
    assert permissions_of(inactive_ina) == frozenset()
    assert not visible_escalations(inactive_ina).exists()


def test_a_withdrawn_role_is_gone_at_the_next_question_even_for_a_user_loaded_before(administrator_ada: User) -> None:
    assert may(administrator_ada, "admin")
    User.objects.get(pk=administrator_ada.pk).groups.clear()
    assert not may(administrator_ada, "admin")


def test_a_deactivated_person_is_out_at_once_even_for_a_user_loaded_before(designer_dora: User) -> None:
    assert may(designer_dora, "workflows:write")
    User.objects.filter(pk=designer_dora.pk).update(is_active=False)
    assert not may(designer_dora, "workflows:write")


def test_a_superuser_is_an_administrator() -> None:
    assert permissions_of(person("root", is_superuser=True)) == PERMISSIONS


def test_two_roles_carry_the_permissions_of_both() -> None:
    assert permissions_of(person("both", "designer", "reviewer")) == ROLES["designer"] | ROLES["reviewer"]


def test_a_reviewer_settles_the_cases_of_the_queues_that_are_theirs(
    reviewer_rui: User, reviewer_otto: User, sales_case: Escalation
) -> None:
    assert may(reviewer_rui, "escalations:write", sales_case)
    assert not may(reviewer_otto, "escalations:write", sales_case)
    assert list(visible_escalations(reviewer_rui)) == [sales_case]
    assert not visible_escalations(reviewer_otto).exists()


def test_a_case_without_a_queue_is_every_reviewers(reviewer_otto: User) -> None:
    orphan = case(queue="")
    assert may(reviewer_otto, "escalations:write", orphan)
    assert orphan in visible_escalations(reviewer_otto)


def test_an_administrator_settles_cases_of_any_queue(administrator_ada: User, sales_case: Escalation) -> None:
    assert may(administrator_ada, "escalations:write", sales_case)
    assert sales_case in visible_escalations(administrator_ada)


def test_a_designer_reads_cases_and_settles_none(designer_dora: User) -> None:
    orphan = case(queue="")
    assert may(designer_dora, "escalations:read", orphan)
    assert not may(designer_dora, "escalations:write", orphan)


def test_a_reviewer_sees_the_runs_of_their_cases_only(
    reviewer_rui: User, reviewer_otto: User, developer_dev: User, sales_case: Escalation
) -> None:
    elsewhere = case("legal").run
    assert list(visible_runs(reviewer_rui)) == [sales_case.run]
    assert may(reviewer_otto, "runs:read", elsewhere)
    assert not may(reviewer_rui, "runs:read", elsewhere)
    assert set(visible_runs(developer_dev)) == {elsewhere, sales_case.run}


def test_permissions_take_one_query(designer_dora: User, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert may(designer_dora, "runs:write")


def test_the_people_with_a_permission_are_active_and_hold_it(
    administrator_ada: User, inactive_ina: User, reviewer_rui: User, designer_dora: User
) -> None:
    assert set(people_with("escalations:write")) == {administrator_ada, reviewer_rui}


def test_who_cannot_sign_in_holds_permissions_and_is_given_nothing(reviewer_rui: User, reviewer_otto: User) -> None:
    reviewer_otto.set_unusable_password()
    reviewer_otto.save()
    assert set(people_with("escalations:write")) == {reviewer_rui, reviewer_otto}
    assert set(people_asked("escalations:write")) == {reviewer_rui}


def test_a_reviewer_knows_of_administrators_and_of_those_in_her_queues(
    administrator_ada: User, reviewer_rui: User, reviewer_rosa: User, reviewer_otto: User
) -> None:
    assert set(people_asked("escalations:write", reviewer_rui)) == {administrator_ada, reviewer_rui, reviewer_rosa}
    everybody = {administrator_ada, reviewer_rui, reviewer_rosa, reviewer_otto}
    assert set(people_asked("escalations:write", administrator_ada)) == everybody


def test_who_may_see_no_cases_and_no_workflows_knows_of_none(db: None) -> None:
    case("sales")
    assert not workflows_seen(person("rob")).exists()
    assert not workflows_seen(None).exists()


def test_a_request_that_reads_asks_once_and_the_next_one_anew(reviewer_rui: User, client: Client) -> None:
    client.force_login(reviewer_rui)
    with CaptureQueriesContext(connection) as made:
        assert client.get("/cases/").status_code == 200
    assert sum("groups__name" in query["sql"] for query in made.captured_queries) == 1
    reviewer_rui.groups.clear()
    assert client.get("/cases/").status_code == 403


def test_what_is_remembered_is_forgotten_behind_it(reviewer_rui: User) -> None:
    with remembering():
        assert may(reviewer_rui, "escalations:write")
        reviewer_rui.groups.clear()
        assert may(reviewer_rui, "escalations:write")
    assert not may(reviewer_rui, "escalations:write")


@pytest.mark.parametrize(
    ("roles", "said"),
    [
        ((), "no role"),
        (("reviewer",), "reviewer"),
        (("designer", "reviewer"), "designer and reviewer"),
        (("reviewer", "developer"), "developer"),
        (("designer", "developer"), "designer and developer"),
        (("designer", "administrator"), "administrator"),
    ],
)
def test_what_somebody_may_do_is_told_by_the_roles_that_say_it_all(roles: tuple[Role, ...], said: str) -> None:
    assert role_of(frozenset().union(*(ROLES[role] for role in roles))) == said
