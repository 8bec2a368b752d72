"""Home: what it tells whom, at a cost that does not grow."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from builder.models import Lesson
from runtime import figures
from runtime.cases import desk
from runtime.models import Escalation, Gate, GateIncident
from tests.makers import lessons, runs
from tests.makers.cases import open_case
from tests.makers.gate_rows import gate
from tests.makers.people import person, queue_of

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


def home(client: Client) -> str:
    answer = client.get(reverse("home"))
    assert answer.status_code == 200
    return answer.content.decode()


def test_home_tells_of_trouble_rates_and_reasons(designer: Client) -> None:
    runs.declined()
    runs.Story(runs.blueprint(), {"seats": 1}).breaks("size", "No.")
    page = home(designer)
    assert "Workflows in trouble" in page
    assert "1 run failed since yesterday" in page
    assert "50 % of the runs went by themselves" in page


def test_home_says_that_simulated_runs_are_left_out_of_its_numbers(designer: Client) -> None:
    runs.declined()
    assert "simulated" not in home(designer)
    runs.declined(labels={"simulated": "yes"})
    page = home(designer)
    assert 'Runs today <span class="count">1</span>' in page
    assert "1 simulated run</a>" in page


def test_home_tells_of_cases_in_queues_with_nobody_in_them_and_leads_to_where_that_is_mended(
    administrator_ada: User, designer: Client, reviewer: Client
) -> None:
    ada = Client()
    ada.force_login(administrator_ada)
    empty = queue_of("empty")
    for queue in ("empty", "empty", "never-made"):
        open_case(queue=queue)
    page = home(ada)
    assert re.search(
        rf'href="{reverse("settings_queue", args=[empty.pk])}">Empty<.+2 cases wait<.+nobody is in this', page
    )
    assert re.search(rf'href="{reverse("settings_queues")}">never-made<.+1 case waits<.+nobody has made this', page)
    told = home(designer)
    assert "Queues with nobody in them" in told
    assert reverse("settings_queues") not in told
    assert "An administrator can put people into it" in told
    assert "Nothing waits for you" not in told
    assert "Queues with nobody" not in home(reviewer)
    empty.members.add(person("zoe", "reviewer"))
    assert "nobody is in this queue" not in home(ada)


def test_a_designer_hears_of_lessons_that_wait_for_a_decision(designer: Client, reviewer: Client) -> None:
    workflow = lessons.teachable().workflow
    known = {"sort": "sample", "change": {}, "proposed_by": "rui", "proposed_at": NOW}
    for number in range(3):
        Lesson.objects.create(workflow=workflow, print=str(number), state="open" if number else "declined", **known)
    page = home(designer)
    assert reverse("workflow_lessons", args=[workflow.slug]) in page
    assert "2 lessons wait for a decision" in page
    assert "Nothing waits for you" not in page
    assert "lessons wait" not in home(reviewer)


def test_a_gate_that_closed_itself_is_called_by_the_words_of_its_drawing(designer: Client) -> None:
    version = lessons.teachable()
    broken = gate("teachable")
    Gate.objects.filter(pk=broken.pk).update(node="sort")
    GateIncident.objects.create(gate=broken, workflow="teachable", at=NOW)
    page = home(designer)
    assert f"{version.workflow.name}: What is it about?" in page
    assert reverse("gate_page", args=[broken.pk]) in page
    assert "No case waits for you" in page


def test_a_reviewer_hears_of_his_cases_and_of_no_rates(reviewer: Client) -> None:
    runs.asked()
    page = home(reviewer)
    assert "“Can we rely on the details?” was not sure." in page
    assert "went by themselves" not in page


def test_home_costs_as_many_queries_for_much_as_for_little(
    designer: Client, django_assert_max_num_queries: object
) -> None:
    for hours in range(40):
        runs.declined(began=NOW - timedelta(hours=hours))
        runs.asked()
        runs.incident()
    with django_assert_max_num_queries(30):  # type: ignore[operator]  # pytest-django gives the fixture no public type
        home(designer)


def test_half_percents_do_not_add_up_to_more_than_all_runs() -> None:
    page = render_to_string("runtime/_days.html", {"rates": figures.Rates((), 47.5, 52.5, 0.0)})
    assert "48 % of the runs went by themselves, 52 % asked people." in page


def test_home_shows_first_what_is_due_then_incidents_mentions_and_ones_own_then_the_next_due(reviewer: Client) -> None:
    rui, run = User.objects.get(username="rui"), runs.asked().run
    now = datetime.now(UTC)
    Escalation.objects.all().delete()
    open_case(run, asked={"question": "Never?"})
    open_case(run, asked={"question": "Next week?"}, due_at=now + timedelta(days=7))
    open_case(run, asked={"question": "Mine?"}, assignee=rui)
    mentioned = open_case(run, asked={"question": "Mentioned?"})
    open_case(run, asked={"question": "Broken?"}, kind="incident")
    open_case(run, asked={"question": "In an hour?"}, due_at=now + timedelta(hours=1))
    open_case(run, asked={"question": "In minutes?"}, due_at=now + timedelta(minutes=9))
    desk.remark(mentioned.pk, rui, "@rui", now)
    asked = re.findall(r'class="row-title" href="/cases/[^>]+>([^<]+\?)<', home(reviewer))
    assert asked == ["In minutes?", "In an hour?", "Broken?", "Mentioned?", "Mine?", "Next week?"]
