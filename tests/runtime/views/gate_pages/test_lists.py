"""The lists of gates: trouble first, each in a sentence; what is unproven is called so; no more questions for more."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from runtime.models import Archived, GateProfile
from runtime.views.gate_pages import drawn, lists
from tests.makers.blind import document
from tests.makers.gate_rows import decision, gate
from tests.makers.gated import gated
from tests.makers.sealed import ECHO, published

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def fixed(cutoff: float = 0.7) -> dict[str, Any]:
    made = gated(gate={"cutoff": cutoff})
    del made["nodes"][0]["config"]["promise"]
    made["nodes"][0]["name"] = "May it be paid?"
    return made


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


async def body(answer: Any) -> str:
    return b"".join([part async for part in answer.streaming_content]).decode()


def test_gates_in_trouble_stand_first_and_say_what_is_known(designer: Client) -> None:
    proven = gate("a", state="proven", cutoff=0.83, proven_at=NOW)
    decision(proven, "r1", auto=True, sampled=False, state="unasked", pi=0.1)
    decision(proven, "r2", state="settled", said="horse", loss=1.0)
    gate("b")
    gate("c", state="broken", broken_at=NOW)
    gate("c", epoch=2, current=False)
    page = text(designer, "/gates/")
    assert page.index("Broken on") < page.index("On probation") < page.index("Proven on")
    assert page.count("gate-row") == 3
    assert "<b>50 %</b>" in page
    assert "1 answer, 1 of them against the machine; 0 open" in page


def test_a_fixed_cut_off_is_called_unproven_and_a_promise_without_cases_is_on_probation(designer: Client) -> None:
    published("fixed", fixed())
    published("new", gated())
    published("plain", ECHO)
    page = text(designer, "/gates/")
    assert "Decides from 0.70 on by a fixed number, unproven" in page
    assert "On probation: no case has come yet." in page
    assert page.count("gate-row") == 2
    Archived.objects.create(workflow="fixed", at=NOW)
    assert "fixed number" not in text(designer, "/gates/")


def test_a_promise_that_was_changed_keeps_its_past_until_the_next_case(
    designer: Client, django_assert_max_num_queries: Any
) -> None:
    for slug in ("animals", "birds"):
        published(slug, document())
        over = gate(slug, state="proven", cutoff=0.7, proven_at=NOW, current=False, ended_at=NOW)
        for number in range(3):
            decision(over, f"{slug}{number}", state="settled", said="horse", loss=1.0)
    last = gate("animals", epoch=2, current=False, ended_at=NOW)
    decision(last, "other", state="settled", said="horse", loss=1.0)
    drawn._kept.clear()
    with django_assert_max_num_queries(12):
        page = text(designer, "/gates/")
    assert "Begins anew with the next case" in page
    assert "1 answer before, in epoch 2, counts no more." in page
    assert "3 answers before, in epoch 1, count no more." in page
    assert f'href="/gates/{last.pk}/"' in page
    assert page.count("gate-row") == 2
    assert "In drawings, without evidence" not in page
    assert "Changed, waiting for their first case" in text(designer, "/workflows/animals/gates/")


def test_what_a_closed_gate_decided_was_before(designer: Client) -> None:
    known = gate(state="broken", broken_at=NOW)
    decision(known, "r1", auto=True, sampled=False, state="unasked", pi=0.1)
    assert "<b>100 %</b><span>by itself, before</span>" in text(designer, "/gates/")
    assert "Decided by itself before" in text(designer, f"/gates/{known.pk}/")


def test_where_there_is_no_gate_it_says_what_to_do(designer: Client) -> None:
    published("plain", ECHO)
    assert "There are no gates yet" in text(designer, "/gates/")
    assert "This workflow has no gate" in text(designer, "/workflows/plain/gates/")
    assert designer.get("/workflows/none/gates/").status_code == 404


def test_a_workflow_shows_its_own_gates_by_the_names_of_their_steps(designer: Client) -> None:
    published("animals", document())
    gate()
    gate("other", state="broken")
    page = text(designer, "/workflows/animals/gates/")
    assert page.count("gate-row") == 1
    assert 'aria-current="page"' in page


def test_who_may_see_gates_finds_them_from_every_page(designer: Client, reviewer: Client) -> None:
    assert 'href="/gates/"' in text(designer, "/")
    assert 'href="/gates/"' not in text(reviewer, "/")
    assert reviewer.get("/gates/").status_code == 403


def test_more_gates_ask_no_more(designer: Client, django_assert_max_num_queries: Any) -> None:
    for number in range(12):
        published(f"fixed{number}", fixed())
        decision(gate(f"w{number}"), f"r{number}")
    drawn._kept.clear()
    with django_assert_max_num_queries(12):
        assert text(designer, "/gates/").count("gate-row") == 24


def test_the_list_is_paged(designer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "PAGE", 2)
    for number in range(3):
        gate(f"w{number}")
    assert 'href="?from=2"' in text(designer, "/gates/")
    assert text(designer, "/gates/?from=2").count("gate-row") == 1
    assert text(designer, "/gates/?from=x").count("gate-row") == 2


def test_a_long_ledger_is_not_walked_through(designer: Client) -> None:
    known = gate(arrivals=lists.COUNTED_AT_ONCE + 1)
    counts = {
        "decisions": 4000,
        "automatic": 2200,
        "audited": 200,
        "answered": 1800,
        "wrong": 9,
        "open": 3,
        "given_up": 0,
    }
    GateProfile.objects.create(gate=known, revision=0, arrivals=4000, at=NOW, data={"counts": counts})
    page = text(designer, "/gates/")
    assert "<b>50 %</b>" in page
    assert "1,800 answers, 9 of them against the machine; 3 open" in page


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("threads_give_back")
async def test_all_gates_are_a_file(designer: Client) -> None:
    from asgiref.sync import sync_to_async

    await sync_to_async(gate)("a", state="proven", cutoff=0.83)
    answer: Any = await sync_to_async(designer.get)("/gates/export/")
    head, row = (await body(answer)).splitlines()
    assert head.startswith("workflow,gate,state,promise")
    assert row.startswith('a,gate,proven,"at most 5 % of its own decisions are wrong, 95 % sure",0.83,0')
