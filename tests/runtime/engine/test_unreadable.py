"""Runs that cannot be taken up: what is kept of them tells no story, or is more than one run may keep."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection

from runtime import blueprints, runs
from runtime.core.drawing import Drawing
from runtime.core.node import HttpResponse
from runtime.engine import outcomes
from runtime.engine.driver import MAX_CLAIMS
from runtime.models import Entry, Run
from runtime.refused import Refused
from tests.makers.engine import (
    Engine,
    ScriptedDoors,
    answer,
    case_of,
    drawn,
    ended,
    fetch,
    outcome,
    review,
    seal,
    settled,
    story,
)

ASKING = drawn([review("ask"), outcome("won")], "start > ask", "ask.approve > won", "ask.reject > won")


type Spoil = Callable[[str, pytest.MonkeyPatch], None]


def _replaced(run_id: str, data: str) -> None:
    lost(run_id)
    entry = "INSERT INTO runtime_entry (run_id, seq, at, type, node, visit, data) VALUES (%s, 1, %s, %s, NULL, 0, %s)"
    with connection.cursor() as cursor:
        cursor.execute(entry, [run_id, "2026-03-01 12:00:00", "run.started", data])


def torn(run_id: str, *_: object) -> None:
    _replaced(run_id, '{"x": ')


def foreign(run_id: str, *_: object) -> None:
    _replaced(run_id, "[1]")


def lost(run_id: str, *_: object) -> None:
    Entry.objects.filter(run_id=run_id, seq=1).delete()


def undrawn(run_id: str, patch: pytest.MonkeyPatch) -> None:
    """As if this release did not know what the drawing is made of."""
    mine, real = Run.objects.get(pk=run_id).blueprint_id, blueprints.load

    def load(blueprint_id: str) -> Drawing:
        if blueprint_id == mine:
            raise blueprints.Unreadable("There is no such kind.")
        return real(blueprint_id)

    patch.setattr(blueprints, "load", load)


@pytest.fixture
def _often(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who gives a run up has it back at once."""
    monkeypatch.setattr("runtime.engine.runner.POLL_S", 0.02)


@pytest.mark.usefixtures("_often")
@pytest.mark.parametrize("spoil", [pytest.param(torn, marks=pytest.mark.sqlite_only), foreign, lost, undrawn])
def test_a_run_that_cannot_be_read_is_ended_visibly_and_holds_nobody_up(
    spoil: Spoil, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Engine() as first:
        ill, sound = first.run(seal(ASKING)), first.run(seal(ASKING, "other"))
    cases = case_of(ill), case_of(sound)
    spoil(ill, monkeypatch)
    for case in cases:
        answer(case)
    with Engine():
        assert ended(sound).outcome == "won"
        run = ended(ill)
    last = Entry.objects.get(run_id=ill, seq=run.last_seq)
    assert (run.status, last.type, last.data["error"]["code"]) == ("failed", "run.failed", "quarantined")
    assert run.fence == MAX_CLAIMS + 2


@pytest.mark.usefixtures("_often")
def test_a_run_whose_drawing_can_be_read_again_goes_on_when_it_is_retried(monkeypatch: pytest.MonkeyPatch) -> None:
    with Engine() as first:
        run_id = first.run(seal(ASKING))
    answer(case_of(run_id))
    with monkeypatch.context() as patch:
        undrawn(run_id, patch)
        with Engine():
            assert ended(run_id).status == "failed"
    assert runs.retry(run_id, None, "ada") == runs.Signalled(run_id)
    with Engine():
        answer(case_of(run_id))
        assert settled(run_id, ["succeeded"]).outcome == "won"


def test_no_step_is_named_to_go_on_at_where_the_drawing_cannot_be_read(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = engine.run(seal(ASKING))
    runs.cancel(run_id, "ada")
    ended(run_id)
    undrawn(run_id, monkeypatch)
    refused = runs.retry(run_id, "ask", "ada")
    assert isinstance(refused, Refused)
    assert refused.code == "unreadable"
    assert Run.objects.get(pk=run_id).status == "cancelled"


def test_a_run_may_keep_so_much_and_then_a_person_decides(
    engine: Engine, doors: ScriptedDoors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcomes, "MAX_JOURNAL", 7_000)
    doors.answers |= {name: [HttpResponse(200, {}, "x" * 2_500)] for name in ("one", "two", "three")}
    ways = ["start > one", "one > ask", "ask.approve > two", "ask.reject > two", "two > three", "three > won"]
    nodes = [fetch("one"), review("ask"), fetch("two"), fetch("three"), outcome("won")]
    run_id = engine.run(seal(drawn(nodes, *ways)))
    # What was kept before it parked counts as well when it is taken up again.
    answer(case_of(run_id, "ask"))
    case = case_of(run_id, "three")
    assert (case.kind, case.asked["show"]["error"]["code"]) == ("incident", "run_too_large")
    assert "incident.opened three/1" in story(run_id)
    answer(case, "skip", edits={"port": "done", "value": {}})
    assert ended(run_id).outcome == "won"
