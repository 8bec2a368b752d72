"""The page of one gate: honest words, curves with their numbers, what was done, deeds that are asked about first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from runtime import audit
from runtime.models import AuditEntry, Gate, GateProfile
from tests.makers import stocked
from tests.makers.blind import blind_case, document
from tests.makers.gate_rows import decision, gate
from tests.makers.gated import gated
from tests.makers.sealed import published
from tests.runtime.views.conftest import signed_in

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def rules() -> Any:
    return stocked.quick(learn=30, candidates=4)


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_proven_gate_shows_its_curves_with_their_numbers_and_a_slider_that_opens_nothing(
    designer: Client, rules: Any
) -> None:
    published("invoices", gated())
    known = stocked.works(stocked.gate("invoices", NOW - timedelta(days=20), rules=rules), 800, NOW, wrong=(0.0,))
    assert known.state == "proven"
    page = text(designer, f"/gates/{known.pk}/")
    assert "decides from" in page
    for title in ("How much could be automatic", "Scores against answers", "Wrong among the checks", "The alarm"):
        assert f'aria-label="{title} as numbers"' in page
    assert 'type="range"' in page
    assert "It opens nothing" in page
    assert "Proved its promise" in page


def test_a_new_gate_says_that_nothing_is_known(designer: Client) -> None:
    known = gate()
    page = text(designer, f"/gates/{known.pk}/")
    assert "On probation: every case goes to a person." in page
    assert "Its curves are being drawn" in page
    assert 'type="range"' not in page
    for word in ("Epoch", "Proven", "Alarm"):
        assert f"<dt>{word}</dt>" in page
    GateProfile.objects.create(gate=known, revision=0, arrivals=0, at=NOW, data={"counts": {}, "flaw": "Out of order."})
    assert "could not be computed: Out of order." in text(designer, f"/gates/{known.pk}/")


def test_however_long_the_ledger_the_page_asks_as_much(designer: Client, django_assert_max_num_queries: Any) -> None:
    known = gate()
    for number in range(30):
        decision(known, f"r{number}")
    with django_assert_max_num_queries(12):
        text(designer, f"/gates/{known.pk}/")


def test_why_an_epoch_began_is_told(designer: Client) -> None:
    basis = {"signals": ["probability"], "steps": {"draft": "1"}, "titles": {"draft": "Draft"}, "connections": {}}
    first = gate(basis=basis, current=False, ended_at=NOW)
    second = gate(basis={**basis, "steps": {"draft": "2"}, "titles": {"draft": "Draft reply"}}, epoch=2)
    why = "This epoch began because the step “Draft reply”, which this gate reads, was changed."
    assert why in text(designer, f"/gates/{second.pk}/")
    assert "This epoch began" not in text(designer, f"/gates/{first.pk}/")


def test_looking_back_takes_two_days_and_says_the_bound(designer: Client) -> None:
    known = gate(state="proven", cutoff=0.5)
    for number in range(40):
        decision(known, f"r{number}", auto=True, sampled=number < 20, state="unasked", pi=0.5, at=NOW, loss=0.0)
    page = text(designer, f"/gates/{known.pk}/?since=2026-03-01&until=2026-03-02")
    assert "From 1 Mar 2026 to 2 Mar 2026, at most" in page
    assert "of 40 automatic decisions were wrong (95 % sure)" in page
    assert "decided nothing by itself" in text(designer, f"/gates/{known.pk}/?since=2026-03-03&until=2026-03-03")


@pytest.mark.parametrize("asked", ["since=2026-03-02", "since=2026-02-31&until=x", "since=2026-03-02&until=2026-03-01"])
def test_days_that_are_none_are_said_to_be(designer: Client, asked: str) -> None:
    assert "Give two days, the first one first." in text(designer, f"/gates/{gate().pk}/?{asked}")


def test_closing_asks_and_is_logged_with_its_reason(designer: Client) -> None:
    known = gate(state="proven", cutoff=0.8)
    assert "From now on every case goes to a person" in text(designer, f"/gates/{known.pk}/")
    sent = {"reason": "Prices changed.", "revision": known.revision}
    page = designer.post(f"/gates/{known.pk}/close/", sent, follow=True).content.decode()
    assert "The gate is closed: every case goes to a person." in page
    assert "dora closed it. Prices changed." in page
    assert "Close the gate" not in page
    known.refresh_from_db()
    assert (known.state, known.cutoff) == ("broken", None)


def test_starting_anew_asks_and_leads_to_the_new_epoch(designer: Client) -> None:
    known = gate(state="broken", broken_at=NOW)
    assert "Look first at why it was closed" in text(designer, f"/gates/{known.pk}/")
    page = designer.post(f"/gates/{known.pk}/anew/", {"revision": known.revision}, follow=True).content.decode()
    assert "The gate starts anew, on probation" in page
    assert "dora started it anew, as epoch 2." in page
    assert Gate.objects.get(current=True).epoch == 2


def wrong(of: Gate, run: Any, answer: str, said: str | None, **fields: Any) -> None:
    given = {"auto": True, "state": "settled", "said": said, "by": "rui", "blind": True, "loss": 1.0, **fields}
    decision(of, run, answer, **given)


def test_a_broken_gate_says_what_it_got_wrong_and_leads_there(designer: Client) -> None:
    known = gate(state="broken", broken_at=NOW, proven_at=NOW)
    for number in range(4):
        wrong(known, f"w{number}", "vacuum_cleaners", "coffee_machines")
    wrong(known, "w4", "horse", "")
    wrong(known, "told", "horse", "cow", sampled=False)
    wrong(known, "unsure", "horse", "cow", auto=False)
    for number in range(21):
        wrong(known, f"r{number}", "horse", "horse", loss=0.0)
    # What is not answered for good is no answer yet.
    case = blind_case()
    wrong(known, case.run, "horse", "cow")
    page = text(designer, f"/gates/{known.pk}/")
    assert "5 of 26 checked answers were wrong, 1 more was reported as wrong: " in page
    assert "the gate said “vacuum cleaners”, people said “coffee machines” 4 times; " in page
    assert "the gate said “horse”, people said none of its ways once" in page
    assert f'<a href="/gates/{known.pk}/cases/?show=decided">Look first at why it was closed</a>' in page


def points(cutoffs: tuple[float, ...]) -> dict[str, Any]:
    each = {"automatic": 0.6, "at_most": 0.04, "value": 0.02, "low": 0.0, "high": 0.1, "cases": 90, "effective": 90.0}
    return {"points": [{"cutoff": cutoff, **each} for cutoff in cutoffs], "planned": True}


def test_a_gate_that_decides_no_more_promises_nothing_with_its_slider(designer: Client) -> None:
    closed = gate(state="broken", broken_at=NOW)
    counts = {"counts": {}, "cutoffs": [[0.8, NOW.isoformat()]]}
    GateProfile.objects.create(gate=closed, revision=0, arrivals=0, at=NOW, data={**points((0.6, 0.8, 0.9)), **counts})
    page = text(designer, f"/gates/{closed.pk}/")
    assert "This gate is closed: it decides nothing, from no score on." in page
    assert "In those answers, at 0.80: 60 % automatic" in page
    assert "What if it decided" not in page


def test_an_epoch_that_is_over_leads_to_the_one_in_force_and_is_not_marked(designer: Client) -> None:
    over = gate(state="proven", cutoff=0.8, proven_at=NOW, current=False, ended_at=NOW)
    GateProfile.objects.create(gate=over, revision=0, arrivals=0, at=NOW, data={"counts": {}, **points((0.6, 0.8))})
    page = text(designer, f"/gates/{over.pk}/")
    assert "Nothing has taken its place" in page
    assert ">now</text>" not in page
    published("animals", document())
    assert "The next one begins with the next case" in text(designer, f"/gates/{over.pk}/")
    later = gate(epoch=2, state="proven", cutoff=0.8, proven_at=NOW)
    page = text(designer, f"/gates/{over.pk}/")
    assert f'The one in force: <a href="/gates/{later.pk}/">epoch 2</a>' in page
    GateProfile.objects.create(gate=later, revision=0, arrivals=0, at=NOW, data={"counts": {}, **points((0.6, 0.8))})
    page = text(designer, f"/gates/{later.pk}/")
    assert ">now</text>" in page
    assert "This epoch is over." not in page


def test_a_score_that_was_proven_later_is_told_beside_the_first_one(designer: Client) -> None:
    known = gate(state="proven", cutoff=0.79, proven_at=NOW)
    about = audit.gate(known.workflow, known.node)
    audit.record(audit.SYSTEM, "gate.proven", about, NOW, {"epoch": 1, "cutoff": 0.88})
    page = text(designer, f"/gates/{known.pk}/")
    assert "decides from 0.88 on. More answers have since proven it from 0.79 on." in page
    Gate.objects.update(cutoff=0.88)
    assert "More answers have since" not in text(designer, f"/gates/{known.pk}/")


def test_what_was_overtaken_changes_nothing(designer: Client) -> None:
    known = gate(revision=4)
    page = designer.post(f"/gates/{known.pk}/close/", {"revision": "3"}, follow=True).content.decode()
    assert "has changed since you looked at it. Nothing was changed." in page
    assert AuditEntry.objects.count() == 0


def test_who_may_only_look_is_offered_nothing() -> None:
    known = gate()
    page = text(signed_in("developer", name="dev"), f"/gates/{known.pk}/")
    for deed in ("Close the gate", "Start it anew", "Change what it promises"):
        assert deed not in page


@pytest.mark.parametrize("address", ["/gates/7/", "/gates/99999999999999999999/", "/gates/7/cases/"])
def test_a_gate_that_is_not_there(designer: Client, address: str) -> None:
    assert designer.get(address).status_code == 404
