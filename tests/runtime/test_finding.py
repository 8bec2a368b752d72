"""Lists find their rows by an index, whatever they are narrowed by: none reads or sorts what it does not show."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from runtime import finding
from runtime.finding import apart, narrowed, tallied, tallied_between
from runtime.ids import new_id
from runtime.models import Escalation, Run, RunLabel
from runtime.permissions import visible_escalations, visible_runs
from runtime.sight import seen_runs
from tests.makers import runs

pytestmark = pytest.mark.django_db

on_sqlite = pytest.mark.sqlite_only  # PostgreSQL plans by what the tables hold.

FILTERS: list[dict[str, Any]] = [
    {name: value for name, value in zip(("workflow", "status", "outcome", "label"), chosen, strict=True) if value}
    for chosen in product(("", "small"), ("", "failed", "succeeded"), ("", "told"), ("", "source:fair"))
]


def plan_of(rows: QuerySet[Any]) -> list[str]:
    """The steps of SQLite's plan for the first page; none where Django knows that nothing will be found."""
    try:
        statement, params = rows[:51].query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}", params)
        return [row[3] for row in cursor.fetchall()]


def is_by_index(step: str) -> bool:
    """Whether a step is bounded by what it finds: a walk along the primary key may only be that of the whole list."""
    return not step.startswith("SCAN") and "TEMP B-TREE" not in step


def run(**fields: Any) -> Run:
    """A stored run, with the labels that are named."""
    drawn = runs.blueprint()
    labels = fields.pop("labels", ())
    fields = {"workflow": drawn.workflow, "status": "succeeded", **fields}
    made = Run.objects.create(blueprint=drawn, version=1, created_at=datetime.now(UTC), **fields)
    RunLabel.objects.bulk_create(RunLabel(run=made, text=text) for text in labels)
    return made


@on_sqlite
@pytest.mark.parametrize("given", FILTERS, ids=str)
@pytest.mark.parametrize("far", [False, True], ids=["first", "far"])
def test_every_filter_of_runs_is_answered_by_an_index(given: dict[str, Any], far: bool) -> None:
    rows = narrowed(Run.objects.all(), **given)
    rows = rows.filter(pk__lt=new_id()) if far else rows
    steps = plan_of(rows.order_by("-label_rows__run" if "label" in given else "-pk"))
    if not given and not far:
        assert steps == ["SCAN runtime_run USING INDEX sqlite_autoindex_runtime_run_1"]
    else:
        assert all(is_by_index(step) for step in steps), steps


@on_sqlite
@pytest.mark.parametrize("given", [each for each in FILTERS if "label" not in each], ids=str)
@pytest.mark.parametrize("simulated", [False, True], ids=["real", "simulated"])
@pytest.mark.parametrize("back", [False, True], ids=["before", "since"])
def test_real_and_simulated_runs_are_told_apart_within_what_an_index_finds(
    given: dict[str, Any], simulated: bool, back: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "WINDOW", 2)
    for _ in range(3):
        run(workflow="small", outcome="told", simulated=simulated)
        run(workflow="small", status="failed", simulated=simulated)
    rows = apart(Run.objects.all(), given, simulated, "" if back else new_id(), new_id() if back else "")[0]
    steps = plan_of(rows.order_by("pk" if back else "-pk"))
    assert all(is_by_index(step) for step in steps), steps


@pytest.mark.parametrize("simulated", [False, True])
@pytest.mark.parametrize("given", [{}, {"status": "failed"}, {"workflow": "small", "outcome": "told"}], ids=str)
def test_all_real_and_all_simulated_runs_are_found_part_by_part_forth_and_back(
    given: dict[str, Any], simulated: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "WINDOW", 3)
    for number in range(14):
        fields = {"outcome": "told"} if number % 2 else {"status": "failed"}
        run(workflow="small" if number % 5 else "large", simulated=number % 4 < 2, **fields)
    wanted = list(Run.objects.filter(simulated=simulated, **given).order_by("pk").values_list("pk", flat=True))
    forth: list[str] = []
    place: str | None = ""
    while place is not None:
        rows, window = apart(Run.objects.all(), given, simulated, before=place)
        forth += rows.order_by("-pk").values_list("pk", flat=True)
        place = window.oldest if window.full else None
    assert forth[::-1] == wanted
    back: list[str] = []
    place = "0" * 26
    while place is not None:
        rows, window = apart(Run.objects.all(), given, simulated, since=place)
        back += rows.order_by("pk").values_list("pk", flat=True)
        place = window.newest if window.full else None
    assert back == wanted


@on_sqlite
@pytest.mark.parametrize(
    "given",
    [
        {"state": "open"},
        {"state": "resolved"},
        {"queue": "sales"},
        {"workflow": "small"},
        {"state": "open", "queue": "sales"},
        {"state": "resolved", "workflow": "small"},
    ],
    ids=str,
)
def test_every_filter_of_cases_is_answered_by_an_index(given: dict[str, Any], administrator_ada: User) -> None:
    steps = plan_of(visible_escalations(administrator_ada).filter(**given).order_by("pk"))
    assert all(is_by_index(step) for step in steps), steps


@on_sqlite
def test_a_reviewers_open_cases_and_runs_are_found_without_reading_all_cases(reviewer_rui: User) -> None:
    cases = visible_escalations(reviewer_rui).filter(state="open").order_by("pk")
    newest, older = seen_runs(reviewer_rui), seen_runs(reviewer_rui, before=new_id())
    of_cases = [seen.runs for seen in (newest, older, seen_runs(reviewer_rui, since=new_id()))]
    named = visible_runs(reviewer_rui).filter(pk=new_id())
    for rows in (cases, named, *(each.order_by("-pk") for each in of_cases)):
        assert not any(step.startswith("SCAN") for step in plan_of(rows))


@on_sqlite
def test_the_cases_that_are_due_are_found_by_an_index() -> None:
    due = Escalation.objects.filter(state="open", due_at__lte=datetime.now(UTC)).order_by("due_at")
    assert plan_of(due) == ["SEARCH runtime_escalation USING INDEX escalation_overdue (state=? AND due_at<?)"]


def test_a_list_holds_what_fits_everything_that_is_given() -> None:
    told = run(outcome="told", labels=["source:fair"])
    dropped = run(outcome="dropped", labels=["source:fair", "size:large"])
    failed = run(status="failed", labels=["source:fair"])
    run(outcome="told", workflow="another", labels=["source:web"])

    def found(**given: Any) -> set[str]:
        return set(narrowed(Run.objects.all(), **given).values_list("pk", flat=True))

    assert found(workflow="small") == {told.pk, dropped.pk, failed.pk}
    assert found(workflow="small", status="failed") == {failed.pk}
    assert found(workflow="small", outcome="told") == {told.pk}
    assert found(workflow="small", outcome="told", status="succeeded") == {told.pk}
    assert found(outcome="told", status="failed") == set()
    assert found(label="source:fair") == {told.pk, dropped.pk, failed.pk}
    assert found(label="source:fair", status="failed") == {failed.pk}
    assert found(label="source:fair", outcome="dropped", workflow="small") == {dropped.pk}
    assert found(label="source:web", workflow="small") == set()
    assert found(label="source:fair", outcome="told", status="failed") == set()


@pytest.mark.parametrize("name", ["workflow", "status", "outcome", "label"])
def test_a_nul_in_a_filter_finds_nothing_and_breaks_nothing(name: str) -> None:
    run(labels=["source:fair"])
    given: dict[str, Any] = {name: "a\x00b"}
    assert not narrowed(Run.objects.all(), **given).exists()


def test_a_tally_counts_each_combination_among_the_newest_rows_and_nothing_of_an_empty_list() -> None:
    for status, outcome in [("failed", None), ("succeeded", "told"), ("succeeded", "told"), ("failed", None)]:
        run(pk=new_id(), status=status, outcome=outcome)
    newest = Run.objects.order_by("-pk").values_list("status", "outcome")
    assert sorted(tallied([newest], "status", "outcome")[0]) == [("failed", None, 2), ("succeeded", "told", 2)]
    assert sorted(tallied([newest[:3]], "status", "outcome")[0]) == [("failed", None, 1), ("succeeded", "told", 2)]
    assert tallied([newest.none()], "status", "outcome") == [[]]
    of_each = tallied([newest.none(), newest[:1], newest.filter(status="queued"), newest[:2]], "status", "outcome")
    assert [sum(number for *_, number in tally) for tally in of_each] == [0, 1, 0, 2]


def test_a_tally_between_ids_counts_the_newest_of_each_part() -> None:
    ids = sorted(new_id() for _ in range(6))
    for each, status in zip(ids, ("queued", "failed", "failed", "failed", "succeeded", "queued"), strict=True):
        run(pk=each, status=status)
    whole, part = (tallied_between(Run.objects.all(), [ids[1], ids[4], ids[5]], most, "status") for most in (9, 2))
    assert whole == [[("failed", 3)], [("succeeded", 1)]]
    assert part == [[("failed", 2)], [("succeeded", 1)]]
    assert tallied_between(Run.objects.none(), ids[:3], 9, "status") == [[], []]
