"""The evidence of a gate, case by case: what is to be answered blind stays hidden, whoever looks."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import Client

from runtime.models import Decision, Escalation, Run, Sighting
from runtime.views.gate_pages import rows
from tests.makers.blind import SECRET, blind_case
from tests.makers.gate_rows import decision, gate
from tests.runtime.views.conftest import signed_in

pytestmark = pytest.mark.django_db
LABEL: dict[str, Any] = {
    "answer": "horse",
    "by": "rui",
    "at": "2026-03-02T09:00:00+00:00",
    "blind": True,
    "source": "review",
}
ANSWERED: dict[str, Any] = {
    "state": "settled",
    "said": "horse",
    "by": "rui",
    "blind": True,
    "loss": 1.0,
    "labels": [LABEL],
}


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def hides(page: str) -> bool:
    """Nothing tells what the machine said, how sure it was, or whether this is a check."""
    # A moment may end in 0.83 seconds: the score would stand at the beginning of its cell.
    return not any(told in page for told in (SECRET, ">0.83", "probability 0", "<td>check"))


@pytest.mark.parametrize("role", ["designer", "developer", "administrator"])
def test_an_open_case_shows_nothing_that_the_machine_said(role: str) -> None:
    case = blind_case()
    decision(gate(), case.run)
    page = text(signed_in(role, name="pia"), f"/gates/{gate_id()}/cases/")
    assert "hidden until answered" in page
    assert hides(page)
    assert not Sighting.objects.exists()


def gate_id() -> int:
    return Decision.objects.get().gate_id


def test_what_somebody_complained_about_while_it_is_open_stays_hidden(designer: Client) -> None:
    case = blind_case()
    decision(gate(), case.run, state="settled", said="horse", by="api", blind=False, loss=1.0, labels=[LABEL])
    assert hides(text(designer, f"/gates/{gate_id()}/cases/"))


def test_an_answer_that_can_be_taken_back_is_none(designer: Client) -> None:
    case = blind_case()
    decision(gate(), case.run)
    later = datetime.now(UTC) + timedelta(minutes=5)
    Escalation.objects.filter(pk=case.pk).update(state="resolved", goes_on_at=later)
    Decision.objects.update(**ANSWERED)
    assert hides(text(designer, f"/gates/{gate_id()}/cases/"))


def test_an_answered_case_shows_both_answers_and_leads_to_run_and_case() -> None:
    case = blind_case()
    decision(gate(), case.run, **ANSWERED)
    Escalation.objects.filter(pk=case.pk).update(state="resolved")
    page = text(signed_in("administrator", name="ada"), f"/gates/{gate_id()}/cases/")
    assert SECRET in page
    assert "horse" in page
    assert "without seeing it" in page
    assert "differs" in page
    assert f'href="/runs/{case.run_id}/"' in page
    assert f'href="/cases/{case.pk}/"' in page


def test_a_case_is_named_by_what_it_is_about_for_those_who_may_see_its_run() -> None:
    case = blind_case()
    decision(gate(), case.run)
    Run.objects.filter(pk=case.run_id).update(title="A <horse> of Ms Lind")
    page = text(signed_in("administrator", name="ada"), f"/gates/{gate_id()}/cases/")
    assert f'href="/runs/{case.run_id}/">A &lt;horse&gt; of Ms Lind</a>' in page
    assert hides(page)


def test_nobody_reads_what_a_run_is_about_who_may_not_see_it() -> None:
    from django.contrib.auth.models import AnonymousUser

    case = blind_case()
    row = decision(gate(), case.run)
    Run.objects.filter(pk=case.run_id).update(title="A horse of Ms Lind")
    (told,) = rows._told(AnonymousUser(), [row], "Horses")
    assert (told.about, told.run_href) == ("", "")


def test_a_ledger_outlives_its_runs(designer: Client) -> None:
    decision(gate(), "forgotten", **ANSWERED)
    assert "run is gone" in text(designer, f"/gates/{gate_id()}/cases/")


def test_filters_find_the_wrong_the_checks_and_the_unanswered(designer: Client) -> None:
    known = gate(state="proven", proven_at=datetime.now(UTC))
    decision(known, "right", **{**ANSWERED, "loss": 0.0, "said": SECRET})
    decision(known, "wrong", **ANSWERED)
    decision(known, "check", auto=True, **{**ANSWERED, "loss": 0.0})
    decision(known, "open")
    decision(known, "open check", auto=True)
    decision(known, "alone", auto=True, sampled=False, state="unasked")
    decision(known, "sure and wrong", auto=True, **ANSWERED)

    def numbers(show: str) -> list[int]:
        page = text(designer, f"/gates/{known.pk}/cases/?show={show}")
        return [number for number in range(7) if f'<th scope="row">{number}</th>' in page]

    assert numbers("") == [0, 1, 2, 3, 4, 5, 6]
    assert numbers("nonsense") == [0, 1, 2, 3, 4, 5, 6]
    assert numbers("wrong") == [1, 6]
    assert numbers("decided") == [6]
    # An open check is none of them: that it is one says how sure the machine was.
    assert numbers("audits") == [2, 6]
    assert numbers("open") == [3, 4]


def test_pages_go_on_by_number_and_ask_as_much(
    designer: Client, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr(rows, "PAGE", 20)
    known = gate()
    for number in range(30):
        decision(known, f"r{number}", **ANSWERED)
    with django_assert_max_num_queries(13):
        page = text(designer, f"/gates/{known.pk}/cases/?show=wrong")
    assert "show=wrong&amp;before=10" in page
    assert '<th scope="row">9</th>' in text(designer, f"/gates/{known.pk}/cases/?show=wrong&before=10")
    assert "No such case" in text(designer, f"/gates/{known.pk}/cases/?before=0")
    assert '<th scope="row">29</th>' in text(designer, f"/gates/{known.pk}/cases/?before=-1")


def test_a_gate_without_cases_says_so(designer: Client) -> None:
    assert "No case has come yet" in text(designer, f"/gates/{gate().pk}/cases/")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("threads_give_back")
async def test_the_file_hides_what_the_page_hides(designer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "CHUNK", 2)

    def made() -> str:
        case, known = blind_case(), gate()
        Run.objects.filter(pk=case.run_id).update(title="A horse of Ms Lind")
        decision(known, case.run)
        for number in range(3):
            decision(known, f"r{number}", **ANSWERED)
        return f"/gates/{known.pk}/cases/export/"

    answer: Any = await sync_to_async(designer.get)(await sync_to_async(made)())
    head, *lines = b"".join([part async for part in answer.streaming_content]).decode().splitlines()
    assert head.startswith("arrival,at,run,score,signals,machine's answer")
    assert [line.partition(",")[0] for line in lines] == ["3", "2", "1", "0"]
    assert head.endswith("machine was wrong,title")
    assert lines[0].endswith(f"0.832,probability 0.832,{SECRET},horse,rui,yes,to a person,,0.1,settled,yes,")
    assert "hidden until a person has answered" in lines[-1]
    assert lines[-1].endswith("A horse of Ms Lind")
    assert SECRET not in lines[-1]


def test_a_run_without_a_title_is_called_by_its_workflow_and_the_end_of_its_id(designer: Client) -> None:
    case = blind_case()
    decision(gate(), case.run)
    page = text(designer, f"/gates/{gate_id()}/cases/")
    assert re.search(rf'class="gate-about"[^>]*>[^<]+ {case.run_id[-6:]}</a>', page)


def test_a_run_that_has_ended_hides_nothing(designer: Client) -> None:
    case = blind_case()
    decision(gate(), case.run, **ANSWERED)
    Escalation.objects.filter(pk=case.pk).update(state="cancelled")
    Run.objects.filter(pk=case.run_id).update(status="cancelled")
    assert SECRET in text(designer, f"/gates/{gate_id()}/cases/")
