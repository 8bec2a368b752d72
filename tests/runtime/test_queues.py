"""Queues with open cases that nobody may settle are found, by one question however many cases wait."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from runtime import queues
from runtime.models import Escalation
from runtime.queues import Deserted
from tests.makers.cases import open_case, waiting_run
from tests.makers.people import person, queue_of

pytestmark = pytest.mark.django_db


def test_a_queue_with_open_cases_is_deserted_without_an_active_member_and_no_other() -> None:
    empty = queue_of("empty")
    left = queue_of("left", person("gone", "reviewer", is_active=False))
    queue_of("kept", person("rui", "reviewer"), person("away", "reviewer", is_active=False))
    queue_of("idle")
    for queue in ("empty", "empty", "left", "kept", "never-made", ""):
        open_case(waiting_run(f"of-{queue or 'all'}"), queue=queue)
    Escalation.objects.filter(pk=open_case(queue="idle").pk).update(state="resolved")
    assert queues.deserted() == [
        Deserted("empty", empty.pk, "Empty", 2, "of-empty", "of-empty"),
        Deserted("left", left.pk, "Left", 1, "of-left", "of-left"),
        Deserted("never-made", None, None, 1, "of-never-made", "of-never-made"),
    ]


def test_who_is_in_a_queue_but_may_not_answer_leaves_it_deserted() -> None:
    for name, *roles in (
        ("none",),
        ("designers", "designer"),
        ("reviewers", "reviewer"),
        ("both", "designer", "developer"),
    ):
        queue_of(name, person(f"of-{name}", *roles))
        open_case(queue=name)
    queue_of("roots", person("root", is_superuser=True))
    open_case(queue="roots")
    assert [each.name for each in queues.deserted()] == ["designers", "none"]


def test_no_more_are_told_or_counted_than_there_is_room_for() -> None:
    for number in range(queues.MOST_DESERTED + 2):
        open_case(queue=f"queue-{number}")
    with CaptureQueriesContext(connection) as made:
        assert len(queues.deserted()) == queues.MOST_DESERTED
    assert len(made) == 1


@pytest.mark.sqlite_only
def test_no_case_is_read_to_find_them_but_by_its_queue() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {queues._DESERTED}")
        steps = [row[3] for row in cursor.fetchall()]
    assert not [step for step in steps if step.startswith(("SCAN runtime_escalation", "SCAN later", "SCAN waiting"))]
