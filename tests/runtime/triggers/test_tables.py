"""Files of rows: each row starts once whatever happens, in portions, and everything that becomes of it is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from runtime import blueprints, runs
from runtime.models import AuditEntry, Batch, BatchRow, Job, Run
from runtime.refused import Refused
from runtime.triggers import rows, tables
from tests.makers.jobs import worked_off
from tests.makers.sealed import ECHO, published

NOW = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
FILE = b"N;Name\n1;a\n2;b\nx;c\n4;d\n"
CHOSEN = {"columns": {"n": 0}, "decimal": "point", "dates": "iso"}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def echo(transactional_db: None) -> Iterator[None]:
    published("echo", ECHO)
    yield
    runs.forget_newest("echo")
    blueprints.sealed.cache_clear()


def uploaded(user: User, raw: bytes = FILE) -> Batch:
    batch = tables.upload("echo", "C:\\my\\leads.csv", raw, user, NOW)
    assert isinstance(batch, Batch), batch
    return batch


def started(user: User, raw: bytes = FILE) -> Batch:
    chosen = tables.choose(uploaded(user, raw), CHOSEN, user)
    assert isinstance(chosen, Batch), chosen
    batch = tables.start(chosen, user, NOW)
    assert isinstance(batch, Batch), batch
    return batch


def stands(batch: Batch) -> dict[str, int]:
    return dict(tables.counts_of(batch).by_state)


def went(status: str, **more: Any) -> None:
    """Every run that is queued came to this status."""
    Run.objects.filter(status="queued").update(status=status, **more)


def worked(batch: Batch) -> Batch:
    Job.objects.filter(kind="batch").update(due_at=NOW)
    worked_off("batch", NOW)
    return Batch.objects.get(pk=batch.pk)


def test_a_file_is_looked_at_before_anything_starts(designer_dora: User) -> None:
    batch = uploaded(designer_dora)
    assert (batch.name, batch.total, batch.columns, batch.state) == ("leads.csv", 4, {"n": 0}, "draft")
    assert batch.options["decimal"] == "comma", "as files with semicolons mostly have it"
    sealed = runs.sealed_for("echo")
    assert not isinstance(sealed, Refused)
    shown = tables.previewed(batch, sealed)
    assert [bool(each.flaws) for each in shown.rows] == [False, False, True, False]
    assert "no number" in shown.rows[2].flaws[0]
    assert ([each.row.number for each in shown.refused], shown.refused_in_all, shown.looked) == ([4], 1, 4)
    assert not BatchRow.objects.exists()


def test_each_row_starts_one_run_behind_single_ones_and_one_that_does_not_fit_starts_none(designer_dora: User) -> None:
    batch = worked(started(designer_dora))
    assert stands(batch) == {"under": 3, "refused": 1}
    assert set(Run.objects.values_list("priority", "requester", "status")) == {(-10, "dora", "queued")}
    refused = BatchRow.objects.get(state="refused")
    assert (refused.number, refused.run_id) == (4, None)
    assert refused.error.startswith("N: “x” is no number"), "which column it is"
    assert batch.file is None, "what is in the rows is not kept twice"
    assert AuditEntry.objects.get(action="batch.started").data["rows"] == 4


def test_how_its_runs_went_is_followed_until_nothing_is_left(designer_dora: User) -> None:
    batch = worked(started(designer_dora))
    went("waiting")
    batch = worked(batch)
    assert (stands(batch), batch.state) == ({"waiting": 3, "refused": 1}, "running")
    Run.objects.update(status="succeeded", outcome="said")
    batch = worked(batch)
    assert (stands(batch), batch.state, batch.finished_at) == ({"succeeded": 3, "refused": 1}, "done", NOW)
    assert Job.objects.get(kind="batch").state == "done"


def test_only_so_many_are_under_way_at_once(designer_dora: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "PORTION", 3)
    monkeypatch.setattr(rows, "MOST_UNDER_WAY", 5)
    batch = worked(started(designer_dora, b"n\n" + b"\n".join(b"%d" % number for number in range(12))))
    assert stands(batch) == {"under": 5, "ready": 7}
    went("succeeded", outcome="said")
    assert stands(worked(batch)) == {"succeeded": 5, "under": 5, "ready": 2}


def test_a_row_is_not_started_twice_when_a_worker_dies_anywhere(designer_dora: User) -> None:
    batch = worked(started(designer_dora))
    ids = set(Run.objects.values_list("pk", flat=True))
    # As if the rows' new state had been lost, but not the runs.
    BatchRow.objects.filter(state="under").update(state="ready", run=None)
    Batch.objects.update(state="running")
    batch = worked(batch)
    assert set(Run.objects.values_list("pk", flat=True)) == ids
    assert set(batch.rows.filter(state="under").values_list("run_id", flat=True)) == ids


def test_a_portion_that_fails_leaves_neither_runs_nor_states(designer_dora: User) -> None:
    batch = started(designer_dora)
    with transaction.atomic():
        BatchRow.objects.bulk_create(rows._rows(batch, runs.sealed_for("echo")))  # type: ignore[arg-type]  # it is
        rows.begin(batch.pk)
    with transaction.atomic():
        rows.step(batch.pk, [], NOW)
        transaction.set_rollback(True)
    assert not Run.objects.exists()
    assert stands(batch) == {"ready": 3, "refused": 1}


def test_reading_goes_on_where_it_was_cut_off(designer_dora: User) -> None:
    batch = started(designer_dora)
    BatchRow.objects.create(batch=batch, number=2, cells=["1", "a"])
    assert stands(worked(batch)) == {"under": 3, "refused": 1}


def test_paused_it_starts_no_more_and_is_still_followed(designer_dora: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MOST_UNDER_WAY", 1)
    batch = worked(started(designer_dora))
    tables.change(batch, "pause", designer_dora, NOW)
    went("succeeded", outcome="said")
    batch = worked(batch)
    assert (batch.state, stands(batch)) == ("paused", {"succeeded": 1, "ready": 2, "refused": 1})
    tables.change(batch, "resume", designer_dora, NOW)
    assert stands(worked(batch)) == {"succeeded": 1, "under": 1, "ready": 1, "refused": 1}


def test_paused_while_it_is_read_it_is_read_when_it_goes_on(designer_dora: User) -> None:
    batch = started(designer_dora)
    tables.change(batch, "pause", designer_dora, NOW)
    assert stands(worked(batch)) == {}
    tables.change(batch, "resume", designer_dora, NOW)
    assert stands(worked(batch)) == {"under": 3, "refused": 1}


def test_cancelled_what_was_started_goes_on_and_the_rest_never_starts(
    designer_dora: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "MOST_UNDER_WAY", 2)
    batch = worked(started(designer_dora))
    tables.change(batch, "cancel", designer_dora, NOW)
    went("succeeded", outcome="said")
    batch = worked(batch)
    assert (batch.state, stands(batch)) == ("cancelled", {"succeeded": 2, "dropped": 1, "refused": 1})
    assert isinstance(tables.change(batch, "resume", designer_dora, NOW), Refused)


def test_failed_rows_are_tried_again_as_the_same_runs(designer_dora: User) -> None:
    batch = worked(started(designer_dora))
    went("failed", finished_at=NOW)
    batch = worked(batch)
    assert (batch.state, stands(batch)) == ("done", {"failed": 3, "refused": 1})
    done = tables.change(batch, "retry", designer_dora, NOW)
    assert isinstance(done, Batch)
    batch = worked(batch)
    assert (batch.state, stands(batch)) == ("running", {"under": 3, "refused": 1})
    assert set(Run.objects.values_list("status", flat=True)) == {"queued"}
    assert Run.objects.count() == 3


def test_a_workflow_that_is_put_away_pauses_its_files_with_the_reason(designer_dora: User) -> None:
    batch = started(designer_dora)
    blueprints.archive("echo", NOW)
    batch = worked(batch)
    assert (batch.state, Run.objects.count()) == ("paused", 0)
    assert "archived" in batch.note
    blueprints.unarchive("echo")
    tables.change(batch, "resume", designer_dora, NOW)
    assert stands(worked(batch)) == {"under": 3, "refused": 1}


def test_a_field_that_is_needed_and_has_no_column_is_named(designer_dora: User) -> None:
    chosen = tables.choose(uploaded(designer_dora), {**CHOSEN, "columns": {}}, designer_dora)
    assert isinstance(chosen, Batch)
    refused = tables.start(chosen, designer_dora, NOW)
    assert isinstance(refused, Refused)
    assert refused.errors[0].path == "/n"


def test_a_file_is_started_once(designer_dora: User) -> None:
    batch = started(designer_dora)
    assert getattr(tables.start(batch, designer_dora, NOW), "code", "") == "started"
    assert getattr(tables.choose(batch, CHOSEN, designer_dora), "code", "") == "started"


@pytest.mark.parametrize("changed", [{"columns": {"n": 9}}, {"decimal": "x"}, {"dates": "x"}])
def test_an_odd_choice_is_refused(designer_dora: User, changed: dict[str, Any]) -> None:
    assert isinstance(tables.choose(uploaded(designer_dora), {**CHOSEN, **changed}, designer_dora), Refused)


def test_only_those_who_start_runs_may_do_any_of_it(designer_dora: User, reviewer_rui: User) -> None:
    batch = uploaded(designer_dora)
    for done in (
        tables.upload("echo", "a.csv", FILE, reviewer_rui, NOW),
        tables.choose(batch, CHOSEN, reviewer_rui),
        tables.start(batch, reviewer_rui, NOW),
        tables.change(batch, "cancel", reviewer_rui, NOW),
    ):
        assert getattr(done, "code", "") == "forbidden"


def test_what_cells_held_is_forgotten_and_what_became_of_them_stays(designer_dora: User) -> None:
    batch = worked(started(designer_dora))
    draft = uploaded(designer_dora)
    rows.keep_house(NOW + timedelta(days=2), 30)
    assert not Batch.objects.filter(pk=draft.pk).exists(), "nobody started it within a day"
    assert BatchRow.objects.filter(cells__isnull=False).count() == 4
    rows.keep_house(NOW + timedelta(days=31), 30)
    assert not BatchRow.objects.filter(cells__isnull=False).exists()
    assert stands(batch) == {"under": 3, "refused": 1}


def test_rows_that_were_still_being_kept_while_it_was_cancelled_never_start(designer_dora: User) -> None:
    batch = worked(started(designer_dora))
    tables.change(batch, "cancel", designer_dora, NOW)
    BatchRow.objects.create(batch=batch, number=99, cells=["9"], state="ready")
    worked(batch)
    assert BatchRow.objects.get(number=99).state == "dropped"


def test_a_row_whose_run_is_forgotten_holds_its_file_open_no_longer(designer_dora: User) -> None:
    batch = worked(started(designer_dora))
    went("succeeded", outcome="done")
    BatchRow.objects.filter(batch=batch, number=2).update(run=None)
    batch = worked(batch)
    assert (batch.state, stands(batch)) == ("done", {"succeeded": 2, "cancelled": 1, "refused": 1})
    assert "kept no longer" in BatchRow.objects.get(batch=batch, number=2).error
