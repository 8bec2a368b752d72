"""Which runs a list looks through: all of them, or of who sees his cases' runs only, the newest so many of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.test import Client

from runtime import sight
from runtime.ids import first_id_at
from runtime.models import Escalation, Run
from runtime.permissions import visible_runs
from runtime.sight import seen_runs
from tests.makers import runs
from tests.makers.people import queue_of

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three cases of each queue are looked through at once."""
    monkeypatch.setattr(sight, "WINDOW", 3)
    monkeypatch.setattr(sight, "FEWEST", 3)


def cases(number: int, queue: str = "sales", hours: float = 0) -> list[str]:
    """The runs of so many cases an hour apart, oldest first."""
    made = [runs.asked(began=NOW - timedelta(hours=back + hours)) for back in reversed(range(number))]
    Escalation.objects.filter(pk__in=[each.pk for each in made]).update(queue=queue)
    return [each.run_id for each in made]


def ids(seen: sight.Seen) -> list[str]:
    return list(seen.runs.order_by("pk").values_list("pk", flat=True))


def test_who_reads_workflows_sees_all_runs_without_an_end(designer_dora: User, few: None) -> None:
    found = [*cases(5), runs.declined().pk]
    seen = seen_runs(designer_dora)
    assert (ids(seen), seen.window) == (sorted(found), None)
    assert seen.reaches("")


def test_nobody_sees_nothing() -> None:
    cases(1)
    assert ids(seen_runs(AnonymousUser())) == []


def test_a_reviewer_sees_the_newest_runs_of_his_cases_and_how_far_that_reaches(reviewer_rui: User, few: None) -> None:
    found = cases(5)
    cases(2, "others")
    runs.declined()
    seen = seen_runs(reviewer_rui)
    assert ids(seen) == found[2:]
    assert seen.window
    assert (seen.window.full, seen.window.oldest) == (True, found[2])
    assert seen.reaches(first_id_at(NOW - timedelta(minutes=30)))
    assert not seen.reaches(found[0])

    behind = seen_runs(reviewer_rui, before=found[2])
    assert ids(behind) == found[:2]
    assert behind.window
    assert not behind.window.full

    after = seen_runs(reviewer_rui, since=found[0])
    assert ids(after) == found[1:4]
    assert after.window
    assert after.window.newest == found[3]


def test_no_run_between_those_of_a_busy_queue_and_a_quiet_one_is_left_out(reviewer_rui: User, few: None) -> None:
    queue_of("quiet", reviewer_rui)
    busy, quiet = cases(6), cases(6, "quiet", hours=2.5)
    found, before = [], ""
    while True:
        seen = seen_runs(reviewer_rui, before=before)
        found += ids(seen)[::-1]
        assert seen.window
        if not seen.window.full:
            break
        before = seen.window.oldest
    assert found == sorted([*busy, *quiet], reverse=True)
    assert sorted(found) == sorted(visible_runs(reviewer_rui).values_list("pk", flat=True))


@pytest.mark.parametrize("place", ["", "nonsense", "a\0b", "'"])
def test_a_place_that_is_no_id_counts_as_not_said(reviewer_rui: User, place: str) -> None:
    found = cases(2)
    assert ids(seen_runs(reviewer_rui, before=place)) == ids(seen_runs(reviewer_rui, since=place)) == found


def test_a_reviewers_list_goes_on_behind_what_was_looked_through(reviewer_rui: User, few: None) -> None:
    found = cases(7)
    Run.objects.filter(pk=found[0]).update(status="failed")
    client = Client()
    client.force_login(reviewer_rui)
    query, shown, steps = "?status=failed", [], 0
    while query:
        page = client.get(f"/runs/{query}")
        shown += [run.pk for run in page.context["page"].rows]
        query, steps = page.context["further"], steps + 1
        assert ("of your cases were looked through" in page.content.decode()) == bool(query)
    assert (shown, steps) == ([found[0]], 3)


def test_back_towards_the_newest_there_is_always_a_way(reviewer_rui: User, few: None) -> None:
    found = cases(7)
    Run.objects.filter(pk=found[6]).update(status="failed")
    client = Client()
    client.force_login(reviewer_rui)
    query, shown = f"?status=failed&since={found[0]}", []
    while query:
        page = client.get(f"/runs/{query}").context["page"]
        shown += [run.pk for run in page.rows]
        query = page.newer
    assert shown == [found[6]]


def test_an_old_run_is_found_by_its_id_however_many_came_after_it(reviewer_rui: User, few: None) -> None:
    found = cases(7)
    elsewhere = cases(1, "others")
    client = Client()
    client.force_login(reviewer_rui)
    for run_id, expected in ((found[0], found[:1]), (elsewhere[0], [])):
        page = client.get(f"/runs/?q={run_id.upper()}").context["page"]
        assert [run.pk for run in page.rows] == expected


def test_home_says_where_it_counted_only_the_newest(reviewer_rui: User, few: None, client: Client) -> None:
    client.force_login(reviewer_rui)
    for _ in range(2):
        runs.asked(began=datetime.now(UTC))
    assert not client.get("/").context["at_least"]
    for _ in range(2):
        runs.asked(began=datetime.now(UTC))
    assert client.get("/").context["at_least"]
