"""The pages of runs: who sees what, what a list shows, and what comes of odd addresses."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from runtime.models import Blueprint, Run, Signal
from tests.makers import runs

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC)


def text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content
    return answer.content.decode()


@pytest.mark.parametrize("name", ["home", "run_list", "case_list", "workflow_list"])
def test_whoever_is_not_signed_in_is_asked_to(client: Client, name: str) -> None:
    answer = client.get(reverse(name))
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, reverse("sign_in"))


@pytest.mark.parametrize("name", ["run_list", "case_list", "workflow_list"])
def test_whoever_has_no_role_is_refused(roleless: Client, name: str) -> None:
    assert "Not allowed" in text(roleless, reverse(name), 403)


@pytest.mark.parametrize("name", ["designer", "reviewer", "roleless"])
@pytest.mark.parametrize("place", ["home", "run_list"])
def test_no_entry_at_the_top_and_no_next_step_leads_to_a_refusal(
    name: str, place: str, request: pytest.FixtureRequest
) -> None:
    client: Client = request.getfixturevalue(name)
    answer = client.get(reverse(place))
    if place != "home" and name == "roleless":
        assert answer.status_code == 403
        return
    found = re.findall(r'<a [^>]*href="(/[^"?#]*)', answer.content.decode())
    assert len(found) >= 3
    assert {address: client.get(address, follow=True).status_code for address in set(found)} == dict.fromkeys(
        found, 200
    )


def test_signing_in_and_out_needs_a_post(designer: Client) -> None:
    assert designer.get(reverse("sign_out")).status_code == 405
    assert designer.post(reverse("sign_out")).status_code == 302
    assert designer.get(reverse("home")).status_code == 302


def test_signing_in_leads_to_where_one_wanted_to_go_and_never_elsewhere(client: Client, designer: Client) -> None:
    given = {"username": "dora", "password": "a long enough password"}
    assert client.post(f"{reverse('sign_in')}?next=/runs/", {**given, "next": "/runs/"})["Location"] == "/runs/"
    client.logout()
    assert client.post(reverse("sign_in"), {**given, "next": "https://evil.example/"})["Location"] == "/"


def test_every_page_forbids_what_is_not_its_own(designer: Client) -> None:
    policy = designer.get(reverse("home"))["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_an_empty_list_says_what_to_do(designer: Client) -> None:
    assert "Nothing has run yet" in text(designer, reverse("run_list"))
    assert "No run fits these filters" in text(designer, f"{reverse('run_list')}?status=failed")


def test_the_list_filters_by_workflow_status_and_outcome(designer: Client) -> None:
    runs.declined()
    waiting = runs.asked().run
    address = reverse("run_list")
    assert waiting.pk[-6:] in text(designer, f"{address}?status=waiting")
    assert waiting.pk[-6:] not in text(designer, f"{address}?workflow={runs.LEADS}&outcome=declined")
    assert "No run fits" in text(designer, f"{address}?workflow=nothing")


def test_workflows_of_one_name_are_told_apart_in_the_filter(designer: Client) -> None:
    for slug in ("one", "two"):
        Blueprint.objects.create(workflow=slug, version=1, name="Twins", digest="0", document={}, sealed_at=NOW)
    page = text(designer, reverse("run_list"))
    assert "Twins (one)" in page
    assert "Twins (two)" in page


def test_an_empty_home_leads_designers_to_the_gallery(designer: Client, reviewer: Client) -> None:
    assert reverse("gallery") in text(designer, reverse("home"))
    assert reverse("gallery") not in text(reviewer, reverse("home"))


def test_pages_of_a_list_follow_each_other_without_gap_or_repeat(designer: Client) -> None:
    made = [runs.Story(runs.blueprint(), {"seats": 1}, began=NOW - timedelta(minutes=n)).run.pk for n in range(120)]
    seen: list[str] = []
    address = ""
    while True:
        page = designer.get(reverse("run_list") + address).context["page"]
        seen += [run.pk for run in page.rows]
        if not page.older:
            break
        address = page.older
    assert seen == sorted(made, reverse=True)
    back = designer.get(reverse("run_list") + page.newer).context["page"]
    assert [run.pk for run in back.rows] == seen[50:100]


@pytest.mark.parametrize("query", ["before=x", "since=%00", "before=" + "z" * 26, "before=" + "0" * 5000])
def test_a_cursor_that_is_none_is_a_bad_request(designer: Client, query: str) -> None:
    assert "Bad request" in text(designer, f"{reverse('run_list')}?{query}", 400)


@pytest.mark.parametrize("query", ["status=%F0%9F%92%A5", "workflow=%00", "outcome=" + "x" * 4000, "status[]=1"])
def test_a_filter_that_fits_nothing_is_no_error(designer: Client, query: str) -> None:
    assert designer.get(f"{reverse('run_list')}?{query}").status_code == 200


def test_the_list_of_runs_costs_a_few_queries_however_long_it_is(
    designer: Client, django_assert_max_num_queries: object
) -> None:
    for _ in range(60):
        runs.Story(runs.blueprint(), {"seats": 1})
    with django_assert_max_num_queries(7):  # type: ignore[operator]  # pytest-django gives the fixture no public type
        designer.get(reverse("run_list"))


def test_a_reviewer_sees_the_runs_of_his_cases_only(reviewer: Client) -> None:
    mine, other = runs.asked().run, runs.declined()
    assert "Waits for a person" in text(reviewer, reverse("run_detail", args=[mine.pk]))
    assert "Not found" in text(reviewer, reverse("run_detail", args=[other.pk]), 404)
    listed = text(reviewer, reverse("run_list"))
    assert mine.pk in listed
    assert other.pk not in listed


@pytest.mark.parametrize("run_id", ["nothing", "0" * 26, "%00", "..%2F", "é" * 26])
def test_a_run_that_is_none_is_not_found(designer: Client, run_id: str) -> None:
    assert "Not found" in text(designer, f"/runs/{run_id}/", 404)


def test_a_run_shows_its_steps_why_they_went_their_way_and_what_was_passed_by(designer: Client) -> None:
    page = text(designer, reverse("run_detail", args=[runs.contacted().pk]))
    assert "Ended: contacted" in page
    assert "The model chose “buy” with confidence 0.91" in page
    assert "turn 2" in page
    assert "outward" in page
    assert "not on the way taken" in page


@pytest.mark.parametrize("make", [runs.asked, runs.incomplete, runs.incident])
def test_a_run_that_waits_links_to_its_case(designer: Client, make: object) -> None:
    case = make()  # type: ignore[operator]  # one of the makers above
    assert reverse("case_detail", args=[case.pk]) in text(designer, reverse("run_detail", args=[case.run_id]))


def test_what_came_in_is_shown_and_never_run(designer: Client) -> None:
    evil = "<script>alert(1)</script>"
    story = runs.Story(runs.blueprint(), {evil: evil}, requester=evil)
    story.does("size", evil, {"choice": evil, "deep": [{evil: evil}]})
    assert "<script>alert" not in text(designer, reverse("run_detail", args=[story.run.pk]))


def test_a_huge_output_is_cut_and_says_so(designer: Client) -> None:
    story = runs.Story(runs.blueprint(), {"seats": list(range(100_000)), "text": "x" * 1_000_000})
    page = text(designer, reverse("run_detail", args=[story.run.pk]))
    assert "more, not shown" in page
    assert len(page) < 400_000


def test_an_output_nested_without_end_is_shown(designer: Client) -> None:
    deep: object = "end"
    for _ in range(60):
        deep = [deep]
    story = runs.Story(runs.blueprint(), deep)
    assert designer.get(reverse("run_detail", args=[story.run.pk])).status_code == 200


def test_the_live_part_is_the_page_without_its_frame(designer: Client) -> None:
    run = runs.contacted()
    part = text(designer, reverse("run_trace", args=[run.pk]))
    assert 'id="steps"' in part
    assert "<html" not in part


def test_a_run_is_cancelled_by_a_post_of_those_who_may(designer: Client, reviewer: Client) -> None:
    run = runs.asked().run
    address = reverse("run_cancel", args=[run.pk])
    assert designer.get(address).status_code == 405
    assert reviewer.post(address).status_code == 403
    assert not Signal.objects.exists()
    assert designer.post(address)["Location"] == reverse("run_detail", args=[run.pk])
    assert Signal.objects.get().type == "cancel"


def test_only_a_run_that_failed_is_retried(designer: Client) -> None:
    ended = runs.contacted()
    page = designer.post(reverse("run_retry", args=[ended.pk]), follow=True)
    assert "Only a failed or cancelled run can be retried" in page.content.decode()
    failed = runs.Story(runs.blueprint(), {"seats": 200}).starts("tell").breaks("tell", "No.").run
    designer.post(reverse("run_retry", args=[failed.pk]))
    assert Run.objects.get(pk=failed.pk).status == "queued"


def test_home_shows_what_waits_and_what_ran_today(reviewer: Client, designer: Client) -> None:
    runs.asked()
    runs.declined()
    assert "The details do not fit together" in text(reviewer, reverse("home"))
    assert "declined" in text(designer, reverse("home"))


def test_home_is_for_whoever_has_signed_in_even_without_a_role(roleless: Client) -> None:
    assert "You have no role yet" in text(roleless, reverse("home"))


def test_a_run_that_a_person_failed_says_who_and_why(designer: Client) -> None:
    story = runs.Story(runs.blueprint(), {"seats": 200})
    case = story.needs_help("size", "The sums are wrong.")
    assert case.kind == "incident"
    told = {"action": "fail", "by": "dev", "comment": "The lead is a test."}
    story._entry("incident.resolved", "size", 1, told, 1)
    story.run.status = "failed"
    error = {"code": "x", "message": "The sums are wrong.", "detail": {}, "by": "dev", "comment": "The lead is a test."}
    story._entry("run.failed", "size", 1, {"error": error, "by": "dev"}, 0)
    page = designer.get(reverse("run_detail", args=[story.run.pk])).content.decode()
    assert "dev failed it. The sums are wrong." in page
    assert "The lead is a test." in page
    assert "dev failed the run here." in page


def test_cancelling_asks_first(designer: Client) -> None:
    run = runs.asked().run
    page = designer.get(reverse("run_detail", args=[run.pk])).content.decode()
    assert "End this run for good?" in page
    assert "popover" in page


def test_a_run_whose_answer_can_still_be_taken_back_says_so(designer: Client) -> None:
    case = runs.asked()
    soon = datetime.now(UTC) + timedelta(seconds=30)
    resolution = {"choice": "continue"}
    type(case).objects.update(state="resolved", resolved_by="rui", goes_on_at=soon, resolution=resolution)
    page = text(designer, reverse("run_detail", args=[case.run_id]))
    # A designer who is in no queue does not see the case itself.
    assert "rui has answered" not in page
    type(case).objects.update(queue="")
    assert "rui has answered: Go on with it" in text(designer, reverse("run_detail", args=[case.run_id]))


@pytest.mark.parametrize(
    "address",
    [
        "/forms/\0/",
        "/runs/\0/",
        "/cases/\0/",
        "/workflows/w/triggers/tables/\0/",
        "/workflows/w/triggers/tables/\0/csv/",
        "/workflows/w/triggers/schedules/\0/",
        "/workflows/w/triggers/forms/\0/",
    ],
)
def test_an_address_with_a_nul_leads_nowhere(designer: Client, address: str) -> None:
    for client in (designer, Client()):
        assert client.get(address.replace("\0", "%00")).status_code == 404
