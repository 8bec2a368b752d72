"""The list of cases: what it takes along, keeps and finds, and what is done with several cases at once."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.test import AsyncClient, Client
from django.urls import reverse
from django.utils import timezone

from runtime.models import Escalation, Queue, Signal
from runtime.views import case_table
from tests.makers import runs
from tests.makers.cases import open_case, waiting_run
from tests.makers.people import person, queue_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_grace(settings: Any) -> None:
    """Runs hear of answers at once, but for the tests of taking them back."""
    settings.INTERLOCK = {**settings.INTERLOCK, "UNDO_S": 0}


def state(case: Escalation) -> str:
    return Escalation.objects.get(pk=case.pk).state


def test_several_cases_get_one_answer_where_the_designer_allows_it(reviewer: Client) -> None:
    first, second, third = (open_case(asked={"bulk": True, "question": f"Case {n}?"}) for n in range(3))
    address = reverse("case_many", args=[first.pk])
    page = reviewer.get(address).content.decode()
    assert all(case.question in page for case in (first, second, third))
    digests = {f"digest-{case.pk}": case.digest for case in (first, second, third)}
    told = reviewer.post(address, {"case": [first.pk, second.pk], "choice": "approve", **digests}, follow=True)
    assert "2 of 2 cases are answered." in told.content.decode()
    assert [state(case) for case in (first, second, third)] == ["resolved", "resolved", "open"]
    assert reviewer.post(address, {"choice": "approve"}).status_code == 422


def test_where_he_does_not_they_are_answered_one_by_one(reviewer: Client) -> None:
    case = open_case()
    page = reviewer.get(reverse("case_many", args=[case.pk]), follow=True).content.decode()
    assert "answered one by one" in page


def test_a_view_is_kept_and_dropped(reviewer: Client) -> None:
    runs.asked()
    given = {"view": "unassigned", "queue": "sales", "name": "Free for sale"}
    page = reviewer.post(reverse("case_view"), given, follow=True).content.decode()
    assert "Free for sale" in page
    page = reviewer.post(reverse("case_view"), {"name": "Free for sale", "forget": "1"}, follow=True).content.decode()
    assert "Free for sale" not in page


@pytest.mark.usefixtures("threads_give_back")
@pytest.mark.django_db(transaction=True)
async def test_the_list_can_be_taken_along_as_it_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_table, "CHUNK", 2)
    formula = {"show": {"Company": "Fabrikam"}, "question": "=1+1"}
    made = [(await sync_to_async(open_case)(asked=formula, queue="")).pk for _ in range(5)]
    await sync_to_async(open_case)(queue="")
    client = AsyncClient()
    await client.aforce_login(await sync_to_async(person)("rui", "reviewer"))
    answer: Any = await client.get(reverse("case_export") + "?q=fabrikam")
    whole = b"".join([chunk async for chunk in answer])
    head, *lines = csv.reader(io.StringIO(whole.decode()))
    assert head[:2] == ["case", "run"]
    assert [line[0] for line in lines] == sorted(made)
    assert {line[4] for line in lines} == {"'=1+1"}


def test_several_cases_are_handed_over_or_put_aside_together(reviewer: Client) -> None:
    rosa = person("rosa", "reviewer")
    Queue.objects.get(name="sales").members.add(rosa)
    cases = [open_case(), open_case()]
    elsewhere = open_case(queue="legal")
    given = {"case": [case.pk for case in (*cases, elsewhere)], "deed": "assign", "to": "rosa"}
    page = reviewer.post(reverse("case_several") + "?q=may", given, follow=True)
    assert "2 of 2 cases are handed over to rosa." in page.content.decode()
    assert page.redirect_chain[0][0] == reverse("case_list") + "?q=may"
    assert set(Escalation.objects.filter(assignee=rosa)) == set(cases)
    reviewer.post(reverse("case_several"), {**given, "deed": "pause", "hours": "24"})
    assert set(Escalation.objects.filter(snoozed_until__gt=timezone.now())) == set(cases)
    refused = reviewer.post(reverse("case_several"), {**given, "deed": "burn"}, follow=True)
    assert "Choose what to do with them." in refused.content.decode()
    assert (
        "Choose 1 to 100 cases."
        in reviewer.post(reverse("case_several"), {"deed": "undo"}, follow=True).content.decode()
    )


def test_only_who_may_settle_them_is_offered_and_what_is_refused_stays_chosen(reviewer: Client) -> None:
    rosa, otto = person("rosa", "reviewer"), person("otto", "reviewer")
    queue_of("legal", rosa, otto)
    queue_of("support", rosa, User.objects.get(username="rui"))
    person("ada", "administrator")
    case = open_case()
    page = reviewer.get(reverse("case_list")).content.decode()
    assert '<option value="rosa" data-queues="support">' in page
    assert "otto" not in page
    assert "legal" not in page
    assert '<option value="ada" data-queues="*">' in page
    assert '<option value="rui" data-queues' not in page
    assert f'id="row-{case.pk}" data-case="{case.pk}" data-queue="sales"' in page
    given = {"case": [case.pk], "deed": "assign", "to": "rosa"}
    told = reviewer.post(reverse("case_several"), given, follow=True).content.decode()
    assert "Nobody of this name may settle cases of this queue." in told
    assert 'form="several" checked' in told


@pytest.mark.parametrize(("role", "told"), [("reviewer", False), ("designer", True), ("administrator", True)])
def test_a_filter_names_the_workflows_that_somebody_may_know_of(role: str, told: bool, client: Client) -> None:
    open_case(waiting_run("mine"))
    open_case(waiting_run("everybodys"), queue="")
    open_case(waiting_run("secret-plan"), queue="legal")
    somebody = person("somebody", role)
    queue_of("sales", somebody)
    client.force_login(somebody)
    for path in (reverse("case_list"), reverse("run_list"), reverse("run_list") + "?workflow=secret-plan"):
        page = client.get(path).content.decode()
        assert ">mine</option>" in page
        assert ">everybodys</option>" in page
        assert (">secret-plan</option>" in page) is told


def test_who_cannot_sign_in_is_offered_to_nobody(reviewer: Client) -> None:
    ghost = person("ghost", "reviewer")
    ghost.set_unusable_password()
    ghost.save()
    Queue.objects.get(name="sales").members.add(ghost)
    case = open_case()
    for path in (reverse("case_list"), reverse("case_detail", args=[case.pk])):
        assert "ghost" not in reviewer.get(path).content.decode()


def test_answers_that_were_given_together_are_taken_back_together(reviewer: Client, settings: Any) -> None:
    settings.INTERLOCK = {**settings.INTERLOCK, "UNDO_S": 60}
    run = waiting_run()
    cases = [open_case(run, asked={"bulk": True}) for _ in range(2)]
    given = {"choice": "approve", "case": [case.pk for case in cases]}
    given |= {f"digest-{case.pk}": case.digest for case in cases}
    page = reviewer.post(reverse("case_many", args=[cases[0].pk]), given, follow=True)
    assert {state(case) for case in cases} == {"resolved"}
    assert "2 answers can still be taken back." in page.content.decode()
    told = reviewer.post(reverse("case_several"), {**given, "deed": "undo"}, follow=True).content.decode()
    assert "2 of 2 cases are open again." in told
    assert {state(case) for case in cases} == {"open"}
    assert Signal.objects.count() == 0


def test_a_view_of_what_is_put_aside_says_when_nothing_is(reviewer: Client) -> None:
    page = reviewer.get(reverse("case_list") + "?view=snoozed").content.decode()
    assert "Nothing is put aside" in page
    assert "No case fits" not in page
    assert "No case fits" in reviewer.get(reverse("case_list") + "?view=snoozed&queue=sales").content.decode()


@pytest.mark.parametrize(("claimed", "told"), [(False, ">for rui<"), (True, ">with rui<")])
def test_home_and_the_inbox_say_in_the_same_words_who_has_a_case(reviewer: Client, claimed: bool, told: str) -> None:
    until = timezone.now() + timedelta(minutes=5) if claimed else None
    open_case(assignee=User.objects.get(username="rui"), claimed_until=until)
    for name in ("home", "case_list"):
        assert told in reviewer.get(reverse(name)).content.decode()


def test_a_search_that_finds_nothing_says_so(reviewer: Client) -> None:
    open_case()
    page = reviewer.get(reverse("case_list") + "?q=nothing&due=week&assignee=rosa").content.decode()
    assert "No case fits" in page
    assert 'value="nothing"' in page
