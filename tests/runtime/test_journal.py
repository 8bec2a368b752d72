"""The statements under the engine: what each of them writes, refuses and leaves alone, on either database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from runtime import claimed, journal
from runtime.core.events import Event
from runtime.engine.ports import Claim, NewRun, Parent, TriggerKey, Wave
from runtime.ids import new_id
from runtime.models import Blueprint, Entry, Run, RunLabel, Signal, Worker
from tests.makers.engine import drawn, outcome, seal

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def blueprint() -> Blueprint:
    return seal(drawn([outcome("won")], "start > won"))


@pytest.fixture
def run(blueprint: Blueprint) -> NewRun:
    return NewRun(new_id(), blueprint.pk, "w", 1, {"n": 1}, NOW, labels={"team": "a", "case": "b"})


def began(run: NewRun, owner: str = "me", fence: int = 1) -> Wave:
    return Wave(Claim(run.id, owner, fence), (Event("run.started", None, 0, {"input": run.input}, 1, NOW),))


def another(wave: Wave, **more: object) -> Wave:
    event = Event("step.started", "a", 1, {"attempt": 1}, wave.events[-1].seq + 1, NOW)
    return replace(wave, events=(event,), **more)  # type: ignore[arg-type] # fields of a wave


def test_a_run_is_kept_as_it_was_given(run: NewRun) -> None:
    assert journal.create(run, began(run)).new
    kept = Run.objects.get(pk=run.id)
    assert (kept.created_at, kept.status, kept.owner, kept.fence, kept.last_seq) == (NOW, "running", "me", 1, 1)
    assert kept.labels == {"team": "a", "case": "b"}
    assert set(RunLabel.objects.values_list("text", flat=True)) == {"team:a", "case:b"}
    assert Entry.objects.get().at == NOW


def test_a_run_and_those_that_it_calls_are_kept_with_a_title(run: NewRun) -> None:
    told = replace(run, input={"name": "Zoë", "company": "Müller & Söhne"})
    child = replace(told, id=new_id(), input={"subject": "x" * 500}, parent=Parent(run.id, "a", 1))
    journal.create(told, replace(began(told), children=(child,)))
    assert Run.objects.get(pk=run.id).title == "Zoë · Müller & Söhne"
    assert len(Run.objects.get(pk=child.id).title) == 80


def test_a_run_that_is_labelled_as_simulated_is_marked_and_no_other(run: NewRun) -> None:
    simulated = replace(run, id=new_id(), labels={"simulated": "drill"})
    for each in (run, simulated):
        journal.create(each, began(each))
    assert set(Run.objects.values_list("pk", "simulated")) == {(run.id, False), (simulated.id, True)}


def test_the_same_creation_played_twice_is_one_run(run: NewRun) -> None:
    keyed = replace(run, key=TriggerKey("k", "d"))
    assert journal.create(keyed, began(keyed)) == journal.create(keyed, began(keyed))
    assert Run.objects.count() == Entry.objects.count() == 1


def test_a_wave_played_twice_is_written_once(run: NewRun) -> None:
    wave = began(run)
    journal.create(run, wave)
    assert [journal.append(another(wave)), journal.append(another(wave))] == ["kept", "lost"]
    assert Entry.objects.count() == 2


@pytest.mark.parametrize(
    "claim", [Claim("", "other", 1), Claim("", "me", 2), Claim("", "me", 0), Claim("0" * 26, "me", 1)]
)
def test_whoever_does_not_hold_the_claim_writes_nothing(run: NewRun, claim: Claim) -> None:
    wave = began(run)
    journal.create(run, wave)
    foreign = replace(claim, run_id=claim.run_id or run.id)
    assert journal.append(another(wave, claim=foreign, status="failed")) == "lost"
    kept = Run.objects.get(pk=run.id)
    assert (kept.status, kept.owner, kept.last_seq) == ("running", "me", 1)
    assert Entry.objects.count() == 1


def test_a_claim_raises_the_fence_and_reads_what_is_needed(run: NewRun) -> None:
    journal.create(run, replace(began(run, "", 0), status="queued"))
    (held,) = journal.claim("me", 10, NOW)
    assert (held.claim, held.run.input, held.run.labels, held.claims, held.at) == (
        Claim(run.id, "me", 1),
        {"n": 1},
        dict(run.labels),
        1,
        NOW,
    )
    assert [event.type for event in held.events] == ["run.started"]
    assert journal.claim("other", 10, NOW) == []


@pytest.mark.parametrize(("known", "since", "seqs"), [(0, 0, [1, 2]), (1, 1, [2]), (2, 2, []), (3, 0, [1, 2])])
def test_of_a_run_that_is_known_only_what_came_after_is_read(
    run: NewRun, known: int, since: int, seqs: list[int]
) -> None:
    wave = began(run)
    journal.create(run, wave)
    journal.append(another(wave, status="queued"))
    (held,) = journal.claim("me", 10, NOW, {run.id: known, "another": 7})
    assert (held.since, [event.seq for event in held.events], held.last_seq) == (since, seqs, 2)
    assert held.run.input == ({"n": 1} if since == 0 else None)
    assert held.flaw == ""


def test_a_journal_with_a_gap_behind_what_is_known_is_read_as_a_whole(run: NewRun) -> None:
    wave = began(run)
    journal.create(run, wave)
    journal.append(another(wave, status="queued"))
    Entry.objects.filter(run=run.id, seq=2).delete()
    (held,) = journal.claim("me", 10, NOW, {run.id: 1})
    assert (held.since, held.events) == (0, ())
    assert held.flaw


def test_the_urgent_and_the_old_are_claimed_first_and_no_more_than_asked_for(blueprint: Blueprint) -> None:
    ids = []
    for age, priority in ((1, 0), (3, 0), (2, 5)):
        run = NewRun(new_id(), blueprint.pk, "w", 1, {}, NOW - timedelta(hours=age))
        journal.create(run, replace(began(run, "", 0), status="queued"))
        Run.objects.filter(pk=run.id).update(priority=priority)
        ids.append(run.id)
    first = {held.run.id for held in journal.claim("me", 2, NOW)}
    assert first == {ids[2], ids[1]}


@pytest.mark.parametrize(("due", "claimed"), [(-1, True), (0, True), (1, False), (None, False)])
def test_a_waiting_run_is_claimed_when_its_time_has_come(run: NewRun, due: int | None, claimed: bool) -> None:
    wake_at = None if due is None else NOW + timedelta(milliseconds=due)
    journal.create(run, replace(began(run), status="waiting", wake_at=wake_at))
    assert journal.next_wake() == wake_at
    assert bool(journal.claim("me", 1, NOW)) is claimed


def test_only_what_gets_on_clears_the_count_of_losses(run: NewRun) -> None:
    wave = began(run)
    journal.create(run, wave)
    Run.objects.filter(pk=run.id).update(claims=3)
    begun = another(wave)
    journal.append(begun)
    assert Run.objects.get(pk=run.id).claims == 3
    finished = Event("step.finished", "a", 1, {"port": "done", "output": {}}, 3, NOW)
    journal.append(replace(begun, events=(finished,)))
    assert Run.objects.get(pk=run.id).claims == 0


def test_a_signal_wakes_a_waiting_run_and_no_other(run: NewRun, blueprint: Blueprint) -> None:
    running = replace(run, id=new_id(), labels={})
    journal.create(run, replace(began(run), status="waiting"))
    journal.create(running, began(running))
    for each in (run, running):
        journal.send_signal(each.id, "cancel", None, 0, {"by": "ada"})
    assert [Run.objects.get(pk=each.id).status for each in (run, running)] == ["queued", "running"]
    found = claimed.signals([run.id, running.id])
    assert {each[0].type for each in found.values()} == {"cancel"}
    assert len(found) == 2


def test_a_run_that_parks_over_a_signal_goes_back_to_the_queue(run: NewRun) -> None:
    wave = began(run)
    journal.create(run, wave)
    journal.send_signal(run.id, "cancel", None, 0, {})
    assert journal.append(another(wave, status="waiting")) == "requeued"
    assert Run.objects.get(pk=run.id).status == "queued"


def test_signals_that_are_taken_are_gone_with_the_wave(run: NewRun) -> None:
    wave = began(run)
    journal.create(run, wave)
    journal.send_signal(run.id, "cancel", None, 0, {})
    taken = tuple(each.id for each in claimed.signals([run.id])[run.id])
    assert journal.append(another(wave, status="waiting", taken=taken)) == "kept"
    assert not Signal.objects.exists()


def test_the_end_of_a_called_run_is_a_signal_to_its_caller(run: NewRun) -> None:
    child = replace(run, id=new_id(), parent=Parent(run.id, "call", 2), labels={})
    journal.create(run, replace(began(run), status="waiting"))
    wave = began(child)
    journal.create(child, wave)
    end = Event("run.finished", "won", 1, {"outcome": "won", "kind": "success", "output": {"x": 1}}, 2, NOW)
    journal.append(replace(wave, events=(end,), status="succeeded", outcome="won"))
    (signal,) = claimed.signals([run.id])[run.id]
    assert (signal.type, signal.node, signal.visit) == ("child", "call", 2)
    assert signal.data == {
        "run": child.id,
        "status": "succeeded",
        "outcome": "won",
        "output": {"x": 1},
        "error": None,
    }
    assert Run.objects.get(pk=run.id).status == "queued"
    assert journal.generation(child.id) == 1
    assert journal.generation(run.id) == 0


def test_only_runs_of_the_dead_and_of_the_forgetful_are_requeued(blueprint: Blueprint) -> None:
    found = {}
    for owner in ("living", "dead", "mine"):
        run = NewRun(new_id(), blueprint.pk, "w", 1, {}, NOW)
        journal.create(run, began(run, owner))
        found[owner] = run.id
    held = NewRun(new_id(), blueprint.pk, "w", 1, {}, NOW)
    journal.create(held, began(held, "mine"))
    journal.beat("living", NOW - timedelta(seconds=14))
    journal.beat("dead", NOW - timedelta(seconds=16))
    journal.beat("mine", NOW)
    assert journal.reap("mine", [held.id], 15, NOW) == 2
    statuses = {owner: Run.objects.get(pk=run_id).status for owner, run_id in found.items()}
    assert statuses == {"living": "running", "dead": "queued", "mine": "queued"}
    assert Run.objects.get(pk=held.id).status == "running"
    assert set(Worker.objects.values_list("id", flat=True)) == {"living", "mine"}


def test_many_ids_at_once_are_no_trouble(run: NewRun) -> None:
    journal.create(run, began(run))
    journal.send_signal(run.id, "cancel", None, 0, {})
    assert list(claimed.signals([*(new_id() for _ in range(1_200)), run.id])) == [run.id]


def test_the_database_tells_the_time() -> None:
    assert abs(journal.database_now() - datetime.now(UTC)) < timedelta(seconds=5)
