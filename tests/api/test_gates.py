"""Gates over the API: what is known of them, what can be done about them, and what is learned later."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from runtime.gates import reports
from runtime.models import AuditEntry, Decision, Gate, Sighting
from tests.makers.api_client import caller, problem
from tests.makers.blind import SECRET, blind_case
from tests.makers.gate_rows import decision, gate
from tests.makers.gated import Here
from tests.makers.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "_process", Here)


@pytest.fixture
def dora(db: None) -> User:
    return person("dora", "designer")


def test_a_list_says_what_each_gate_promises_and_what_is_known(dora: User) -> None:
    old = gate(current=False)
    now = gate(epoch=2, state="proven", cutoff=0.83)
    decision(now, "r1", state="settled", said="horse", loss=1.0)
    decision(now, "r2", auto=True, sampled=False, state="unasked", pi=0.1)
    decision(now, "r3")
    who = caller(dora, "gates:read")
    (row,) = who.get("/api/v1/gates/?workflow=animals").json()["results"]
    assert (row["id"], row["state"], row["cutoff"]) == (str(now.pk), "proven", 0.83)
    assert row["promise"] == {"max_error": 0.05, "confidence": 0.95}
    assert row["evidence"] == {
        "decisions": 3, "automatic": 1, "audited": 0, "answered": 1, "wrong": 1, "open": 1, "given_up": 0,
    }  # fmt: skip
    ids = [each["id"] for each in who.get("/api/v1/gates/?ended=true").json()["results"]]
    assert ids == [str(now.pk), str(old.pk)]
    assert who.get("/api/v1/gates/?workflow=other").json()["results"] == []


def test_a_list_asks_no_more_for_more_gates(dora: User, django_assert_max_num_queries: Any) -> None:
    for number in range(12):
        decision(gate(workflow=f"w{number}"), f"r{number}")
    who = caller(dora, "gates:read")
    who.get("/api/v1/gates/")
    with django_assert_max_num_queries(5):
        assert len(who.get("/api/v1/gates/").json()["results"]) == 12


def test_one_gate_says_its_bound_and_how_far_it_is(dora: User) -> None:
    known = gate()
    for number in range(20):
        decision(known, f"a{number}", auto=True, sampled=number < 10, state="settled" if number < 10 else "unasked",
                 pi=0.5, loss=0.0 if number < 10 else None)  # fmt: skip
    answer = caller(dora, "gates:read").get(f"/api/v1/gates/{known.pk}/")
    told = answer.json()
    assert answer["ETag"] == '"r0"'
    assert told["bound"]["automatic"] == 20
    assert 0 < told["bound"]["at_most"] < 10
    assert told["budget"]["labels"] is None
    assert told["budget"]["reason"].startswith("Still learning: 150 more labels")


def test_a_gate_is_closed_with_a_word_in_the_log_and_started_anew_by_a_named_person(dora: User) -> None:
    known = gate(state="proven", cutoff=0.8)
    who = caller(dora, "gates:read", "gates:write")
    path = f"/api/v1/gates/{known.pk}/"
    closed = who.send("PATCH", path, {"state": "broken", "reason": "Prices changed."})
    told = closed.json()
    assert (told["state"], told["cutoff"]) == ("broken", None)
    assert told["closed_because"] == "Closed by dora. Prices changed."
    assert told["budget"]["reason"].startswith("The gate was closed")
    problem(who.send("PATCH", path, {"state": "broken"}), 409, "unchanged")
    fresh = who.send("PATCH", path, {"state": "probation"}).json()
    assert (fresh["epoch"], fresh["state"], fresh["begun_by"]) == (2, "probation", "dora")
    assert fresh["id"] != str(known.pk)
    problem(who.send("PATCH", path, {"state": "probation"}), 409, "ended")
    actions = list(AuditEntry.objects.order_by("pk").values_list("actor", "action"))
    assert [each for each in actions if each[1].startswith("gate.")] == [
        ("dora", "gate.closed"), ("dora", "gate.restarted"),
    ]  # fmt: skip
    assert AuditEntry.objects.get(action="gate.closed").data["was"]["cutoff"] == 0.8


def test_what_has_changed_since_is_not_changed_unseen(dora: User) -> None:
    known = gate(revision=3)
    who = caller(dora, "gates:write")
    path = f"/api/v1/gates/{known.pk}/"
    problem(who.send("PATCH", path, {"state": "broken"}, If_Match='"r2"'), 412, "overtaken")
    problem(who.send("PATCH", path, {"state": "broken"}, If_Match="nonsense"), 412, "overtaken")
    assert Gate.objects.get(pk=known.pk).state == "probation"
    assert who.send("PATCH", path, {"state": "broken"}, If_Match='"r3"').status_code == 200


@pytest.mark.parametrize(
    "body",
    [{}, {"state": "proven"}, {"state": "broken", "promise": {"max_error": 0.5}}, {"state": "broken", "cutoff": 0.1}],
)
def test_nothing_opens_a_gate_but_evidence(dora: User, body: dict[str, Any]) -> None:
    known = gate()
    problem(caller(dora, "gates:write").send("PATCH", f"/api/v1/gates/{known.pk}/", body), 422, "invalid")
    assert Gate.objects.get(pk=known.pk).revision == 0


@pytest.mark.parametrize("name", ["0", "99999999999999999999", "x", "-1", "\uff11"])
def test_a_gate_that_is_not_there(dora: User, name: str) -> None:
    problem(caller(dora, "gates:read").get(f"/api/v1/gates/{name}/"), 404, "not_found")


@pytest.mark.parametrize(
    ("body", "choice", "agrees", "loss"),
    [
        ({"correct": True}, SECRET, True, 0.0),
        ({"correct": False}, None, False, 1.0),
        ({"choice": "horse"}, "horse", False, 1.0),
        ({"choice": SECRET}, SECRET, True, 0.0),
    ],
)
def test_what_is_learned_later_is_kept(
    dora: User, body: dict[str, Any], choice: str | None, agrees: bool, loss: float
) -> None:
    case = blind_case()
    row = decision(gate(), case.run, auto=True, sampled=False, state="unasked")
    who = caller(dora, "runs:write")
    told = who.post(f"/api/v1/runs/{case.run_id}/feedback/", {"node": "gate", **body}).json()
    assert told == {"run": case.run_id, "node": "gate", "choice": choice, "agrees": agrees, "new": True}
    kept = Decision.objects.get(pk=row.pk)
    assert (kept.loss, kept.blind) == (loss, False)
    assert who.post(f"/api/v1/runs/{case.run_id}/feedback/", {"node": "gate", **body}).json()["new"] is False


@pytest.mark.parametrize("body", [{"correct": True}, {"choice": SECRET}, {"choice": "horse"}])
def test_who_asks_by_way_of_feedback_what_the_machine_said_answers_no_case_blind(
    dora: User, body: dict[str, Any]
) -> None:
    case = blind_case()
    row = decision(gate(), case.run)
    told = caller(dora, "runs:write").post(f"/api/v1/runs/{case.run_id}/feedback/", {"node": "gate", **body})
    assert told.status_code == 200
    assert Sighting.objects.get(run=case.run_id).by == dora.username
    kept = Decision.objects.get(pk=row.pk)
    assert kept.state == ("settled" if body.get("choice") == "horse" else "open")


def test_two_that_disagree_are_both_kept_and_the_worse_counts(dora: User) -> None:
    case = blind_case()
    row = decision(gate(), case.run)
    path = f"/api/v1/runs/{case.run_id}/feedback/"
    caller(dora, "runs:write").post(path, {"node": "gate", "choice": "horse"})
    caller(person("dev", "developer"), "runs:write").post(path, {"node": "gate", "correct": True})
    kept = Decision.objects.get(pk=row.pk)
    assert [each["answer"] for each in kept.labels] == ["horse", SECRET]
    assert (kept.loss, kept.said) == (1.0, "horse")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"node": "ask", "correct": True}, "no_decision"),
        ({"node": "nowhere", "correct": True}, "no_decision"),
        ({"node": "gate", "choice": "unicorn"}, "unknown_choice"),
        ({"node": "gate"}, "invalid"),
        ({"node": "gate", "correct": True, "choice": "horse"}, "invalid"),
        ({"node": "gate", "correct": "yes"}, "invalid"),
        ({"correct": True}, "invalid"),
        ({"node": "gate", "choice": "horse", "blind": True}, "invalid"),
    ],
)
def test_feedback_that_says_nothing_is_refused(dora: User, body: dict[str, Any], code: str) -> None:
    case = blind_case()
    row = decision(gate(), case.run)
    problem(caller(dora, "runs:write").post(f"/api/v1/runs/{case.run_id}/feedback/", body), 422, code)
    assert Decision.objects.get(pk=row.pk).labels == []


def test_feedback_on_a_run_that_is_not_there(dora: User) -> None:
    who = caller(dora, "runs:write")
    problem(who.post("/api/v1/runs/nothing/feedback/", {"node": "gate", "correct": True}), 404, "not_found")
