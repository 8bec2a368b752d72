"""A backtest as a side job: chosen, replayed, kept and added up; through a crash, a cancellation, a small budget."""

from __future__ import annotations

import copy
import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from runtime.backtests import orders, past, results, work
from runtime.backtests.doors import Budget
from runtime.backtests.orders import Options
from runtime.backtests.verdicts import WAITS
from runtime.forgetting import forget_backtests
from runtime.models import Backtest, BacktestCase, Blueprint, Run
from runtime.refused import Refused
from tests.makers.jobs import worked_off
from tests.makers.people import person
from tests.makers.runs import SMALL, Story, blueprint

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("own_threads")]

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def draft(change: Any = None) -> Blueprint:
    """The small drawing, sealed as a draft, after a change."""
    document = copy.deepcopy(SMALL)
    if change:
        change(document)
    sha = hashlib.sha256(json.dumps(document).encode()).hexdigest()
    return Blueprint.objects.create(
        workflow="small", version=0, name="small", digest=sha, document=document, sealed_at=NOW
    )


def asks_from(seats: int) -> Any:
    """A change: people are asked from so many seats on."""

    def change(document: dict[str, Any]) -> None:
        document["nodes"][0]["config"]["choices"][0]["when"] = f"input.seats >= {seats}"

    return change


def _moment() -> datetime:
    """Each case comes a minute after the one before."""
    return NOW + timedelta(minutes=Run.objects.count())


def who(role: str) -> User:
    """The person of this role."""
    return User.objects.filter(username=role).first() or person(role, role)


def dropped(seats: int = 5) -> Run:
    """A small case: it ends by itself."""
    story = Story(blueprint(), {"seats": seats}, began=_moment())
    story.does("size", "small", {"choice": "small"})
    return story.ends("dropped", "dropped", {}, kind="stopped").run


def settled(choice: str, seats: int = 300) -> Run:
    """A large case that a person has settled."""
    story = Story(blueprint(), {"seats": seats}, began=_moment())
    story.does("size", "large", {"choice": "large"})
    offered = [{"name": "approve", "label": "Go on"}, {"name": "reject", "label": ""}]
    case = story.asks("ask", "May we go on?", choices=offered)
    told: dict[str, Any] = {"choice": choice, "edits": {}, "comment": "so it is", "by": "rita", "answers": None}
    resolution = {**told, "at": story.now.isoformat()}
    case.state, case.resolution, case.resolved_at = "resolved", resolution, story.now
    case.save()
    story.does("ask", choice, {"choice": choice, "by": "rita"}, after=60)
    if choice == "reject":
        return story.ends("dropped", "dropped", {}, kind="stopped").run
    story.starts("tell").does("tell", "done", {"message_id": "<1@x>"})
    return story.ends("told", "told", {}).run


def open_one(seats: int = 300) -> Run:
    """A large case that still waits."""
    story = Story(blueprint(), {"seats": seats}, began=_moment())
    story.does("size", "large", {"choice": "large"})
    story.asks("ask", "May we go on?")
    return story.run


def started(made: Blueprint, **options: Any) -> Backtest:
    """A backtest that is to be worked off."""
    return orders.start("small", made.pk, made.version, Options(**options), who("designer"), NOW)


def done(made: Blueprint, **options: Any) -> Backtest:
    """A backtest that is over."""
    begun = started(made, **options)
    worked_off(orders.KIND)
    return Backtest.objects.get(pk=begun.pk)


def verdicts(backtest: Backtest) -> dict[str, str]:
    return dict(BacktestCase.objects.filter(backtest=backtest.pk).values_list("run_id", "verdict"))


def test_an_unchanged_drawing_changes_nothing() -> None:
    runs = [dropped(), settled("approve"), settled("reject"), open_one()]
    over = done(draft())
    assert over.state == "done"
    assert verdicts(over) == {run.pk: "same" for run in runs}
    assert over.summary["changed"]["value"] == 0.0
    assert over.summary["automatic"]["before"] == over.summary["automatic"]["after"]


def test_a_case_that_becomes_automatic_against_what_a_person_had_decided_is_found_first() -> None:
    approved, rejected, small = settled("approve"), settled("reject"), dropped()
    over = done(draft(asks_from(1000)))
    assert verdicts(over) == {approved.pk: "contradicts", rejected.pk: "automatic", small.pk: "same"}
    first = BacktestCase.objects.filter(backtest=over.pk).order_by("rank", "number").first()
    assert first is not None
    assert (first.run_id, first.before, first.after) == (approved.pk, "told", "dropped")
    assert over.summary["automatic"]["before"]["value"] == pytest.approx(1 / 3, abs=1e-3)
    assert over.summary["automatic"]["after"]["value"] == 1.0
    assert over.summary["wrong"]["value"] == 0.5
    assert over.summary["wrong"]["cases"] == 2


def test_a_question_that_nobody_was_asked_before_waits_for_a_person_and_counts_as_load() -> None:
    small = dropped(seats=50)
    over = done(draft(asks_from(10)))
    case = BacktestCase.objects.get(backtest=over.pk)
    assert (case.run_id, case.verdict, case.asked_after) == (small.pk, "to_person", 1)
    assert case.after == WAITS
    assert over.summary["people"]["after"]["value"] == 1.0


def test_the_same_question_with_another_date_is_answered_as_it_was() -> None:
    def later(document: dict[str, Any]) -> None:
        document["nodes"][1]["config"] |= {"due_hours": 48.0, "queue": "others"}
        document["edges"].append({"id": "e8", "from": "ask", "port": "overdue", "to": "dropped"})

    approved = settled("approve")
    over = done(draft(later))
    case = BacktestCase.objects.get(backtest=over.pk)
    assert (case.run_id, case.verdict, case.after) == (approved.pk, "same", "told")
    assert [(step["node"], step["how"]) for step in case.story][1] == ("ask", "person")


def test_nothing_is_sent_and_what_is_sent_otherwise_is_held_back() -> None:
    def otherwise(document: dict[str, Any]) -> None:
        document["nodes"][2]["config"]["subject"] = "another"

    settled("approve")
    over = done(draft(otherwise))
    case = BacktestCase.objects.get(backtest=over.pk)
    assert case.verdict == "same"
    assert ("tell", "held") in [(step["node"], step["how"]) for step in case.story]


def test_a_case_that_the_drawing_would_not_take_is_said_to_be_so() -> None:
    def narrower(document: dict[str, Any]) -> None:
        document["input"]["properties"]["seats"]["maximum"] = 10

    dropped(seats=50)
    over = done(draft(narrower))
    case = BacktestCase.objects.get(backtest=over.pk)
    assert (case.verdict, case.code) == ("unknown", "refused_input")
    assert over.summary["not_replayed"] == {"refused_input": 1}


def test_the_newest_cases_are_taken_and_tryouts_and_what_was_called_off_are_none() -> None:
    dropped()
    newest = [dropped(), dropped()]
    dropped_one = dropped()
    Run.objects.filter(pk=dropped_one.pk).update(status="cancelled")
    tried = dropped()
    Run.objects.filter(pk=tried.pk).update(tryout=True)
    over = done(draft(), cases=2)
    assert set(verdicts(over)) == {run.pk for run in newest}


def test_since_a_moment_a_sample_is_drawn_and_it_is_the_same_one_each_time() -> None:
    from runtime.backtests.choosing import choose

    runs = [dropped() for _ in range(12)]
    one = choose("small", 5, NOW - timedelta(days=1), "seed")
    assert one == choose("small", 5, NOW - timedelta(days=1), "seed")
    assert one != choose("small", 5, NOW - timedelta(days=1), "another")
    assert one.population == len(runs)
    assert len(one.run_ids) == 5
    assert choose("small", 5, NOW + timedelta(days=1), "seed").run_ids == ()


def test_it_goes_on_where_it_was_after_a_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(6):
        dropped()
    begun = started(draft())
    replay_one, seen = work.replayed, []

    async def dies_at_the_fourth(means: Any, case: past.Pending) -> Any:
        seen.append(case.number)
        if len(seen) == 4:
            raise OSError("the machine is gone")
        return await replay_one(means, case)

    monkeypatch.setattr(work, "replayed", dies_at_the_fourth)
    monkeypatch.setattr(work, "KEPT_EVERY_S", 0.0)
    worked_off(orders.KIND)
    assert Backtest.objects.get(pk=begun.pk).done == 3
    worked_off(orders.KIND, now=datetime.now(UTC) + timedelta(hours=1))
    over = Backtest.objects.get(pk=begun.pk)
    assert (over.state, over.done) == ("done", 6)
    assert seen == [1, 2, 3, 4, 4, 5, 6]


def test_one_that_fails_again_and_again_says_so() -> None:
    dropped()
    made = draft()
    Blueprint.objects.filter(pk=made.pk).delete()
    other = draft(lambda document: document["nodes"][0].update(kind="decide.gone"))
    begun = started(other)
    moment = datetime.now(UTC)
    for hours in range(6):
        worked_off(orders.KIND, now=moment + timedelta(hours=hours))
    assert Backtest.objects.get(pk=begun.pk).state == "failed"


def test_what_was_cancelled_keeps_what_it_has_and_takes_no_more() -> None:
    for _ in range(3):
        dropped()
    begun = started(draft())
    user = who("designer")
    stopped = orders.cancel(begun.pk, user, NOW)
    assert isinstance(stopped, Backtest)
    assert stopped.state == "cancelled"
    worked_off(orders.KIND)
    assert Backtest.objects.get(pk=begun.pk).state == "cancelled"
    with transaction.atomic():
        assert not results.keep(begun.pk, (), Budget(1, 1))
    again = orders.cancel(begun.pk, user, NOW)
    assert isinstance(again, Refused)
    assert again.code == "ended"


def test_what_cannot_be_begun_says_why() -> None:
    assert orders.unfit("small", Options()).code == "no_cases"  # type: ignore[union-attr]  # None fails just as well
    dropped()
    assert orders.unfit("small", Options()) is None
    assert orders.unfit("small", Options(cases=0)).code == "invalid_options"  # type: ignore[union-attr]  # the same
    made = draft()
    for _ in range(orders.MOST_OPEN):
        started(made)
    assert orders.unfit("small", Options()).code == "busy"  # type: ignore[union-attr]  # the same


def test_only_who_draws_and_reads_runs_may_begin_or_end_one() -> None:
    assert orders.may_start(who("designer")) is None
    assert orders.may_start(who("reviewer")) is not None
    assert not orders.visible(who("reviewer")).exists()
    dropped()
    begun = started(draft())
    refused = orders.cancel(begun.pk, who("reviewer"), NOW)
    assert isinstance(refused, Refused)
    assert refused.code == "forbidden"
    assert orders.visible_one(who("designer"), begun.pk) == begun
    assert orders.visible_one(User.objects.create(username="nobody"), begun.pk) is None


def test_old_backtests_are_forgotten_with_the_drafts_that_nothing_needs() -> None:
    dropped()
    made = draft()
    over = done(made)
    moment = over.finished_at
    assert moment is not None
    assert forget_backtests(moment - timedelta(days=1)) == 0
    assert forget_backtests(moment + timedelta(days=1)) == 1
    assert not Blueprint.objects.filter(pk=made.pk).exists()
    assert not BacktestCase.objects.exists()
