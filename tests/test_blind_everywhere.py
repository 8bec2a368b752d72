"""What a gate said of a case is told by no route to whoever may not see it yet: all of them are asked.

A route that is added is asked by itself; nobody has to think of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import Client
from django.urls import reverse

from runtime.case_words import words_of
from runtime.gates import reports
from runtime.models import CaseWords, Escalation, Run
from runtime.permissions import SCOPES
from tests.makers.api_client import Caller, caller
from tests.makers.blind import TELLING, blind_case
from tests.makers.gate_rows import decision, gate
from tests.makers.gated import Here
from tests.makers.people import person, queue_of
from tests.makers.permitted import API, OPEN, PAGES, routes

pytestmark = pytest.mark.django_db

SEARCHED = ("run_list", "run_export", "case_list", "case_export")
STEPS = ("gate", "shout", "ask")


@pytest.fixture(autouse=True)
def no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "_process", Here)


@pytest.fixture
def cases(db: None) -> tuple[Escalation, Escalation]:
    """Two open cases of a gate on probation, with their rows in its ledger."""
    found = blind_case(), blind_case()
    kept = gate(pk=1)
    for case in found:
        decision(kept, case.run)
        text = words_of(case.pk, case.run_id, case.requester, {}, case.question, case.asked)
        CaseWords.objects.create(case=case, text=text)
    return found


def addresses(case: Escalation, other: Escalation) -> Iterator[str]:
    """Every route that can be read, of this case, its run and its gate, for each of its steps."""
    run: Run = case.run
    older, newer = sorted((run.pk, other.run_id))
    given = {"slug": run.workflow, "run_id": run.pk, "case_id": case.pk, "other_id": newer}
    for name, pattern in routes():
        if name in OPEN or "GET" not in {**API, **PAGES}[name]:
            continue
        names = [part.partition(">")[0] for part in pattern.split(":")[1:]]
        own = {"run_id": older} if "other_id" in names else {}
        own["id"] = case.pk if "escalations" in pattern else "1" if "gates" in pattern else run.pk
        for node in STEPS if "node" in names else STEPS[:1]:
            known = {**given, **own, "node": node}
            yield reverse(name, kwargs={each: known.get(each, 1) for each in names})


def said(answer: Any) -> str:
    return str((async_to_sync(_streamed)(answer) if answer.streaming else answer.content).decode())


async def _streamed(answer: Any) -> bytes:
    return b"".join([part async for part in answer])


def leaks(who: Caller, cases: tuple[Escalation, Escalation]) -> list[tuple[str, str]]:
    """Where anything of the secret was read. The way's name, which a button bears, is no secret."""
    read = [(address, said(who.send("GET", address))) for address in addresses(*cases)]
    return [(address, word) for address, body in read for word in TELLING[1:] if word in body]


def browser(user: Any) -> Caller:
    client = Client(raise_request_exception=True)
    client.force_login(user)
    return Caller(None, client)


def test_a_reviewer_reads_it_nowhere(cases: tuple[Escalation, Escalation]) -> None:
    rui = person("rui", "reviewer")
    queue_of("sales", rui)
    assert leaks(browser(rui), cases) == []


def test_a_search_for_it_finds_nothing(cases: tuple[Escalation, Escalation]) -> None:
    rui = person("rui", "reviewer")
    queue_of("sales", rui)
    for name in SEARCHED:
        bodies = [said(browser(rui).send("GET", f"{reverse(name)}?q={word}")) for word in ("striped", *TELLING)]
        found = [cases[0].pk in body or cases[0].run_id in body for body in bodies]
        assert found == [name.startswith("case"), False, False, False, False], name


def test_a_token_without_the_right_to_design_reads_it_nowhere(cases: tuple[Escalation, Escalation]) -> None:
    ada = person("ada", "administrator")
    assert leaks(caller(ada, *(scope for scope in SCOPES if scope != "workflows:write")), cases) == []


def test_whoever_designs_reads_it_on_the_pages_of_runs(cases: tuple[Escalation, Escalation]) -> None:
    read = {address for address, _ in leaks(browser(person("dora", "designer")), cases)}
    assert {f"/runs/{cases[0].run_id}/", f"/api/v1/runs/{cases[0].run_id}/trace/"} <= read
