"""What a gate said is nowhere to be found before a person has answered: not in the case, not in the run, not live."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from api.authentication import Caller
from api.descriptions import describe
from runtime import consumers, veils
from runtime.cases import escalations, holds
from runtime.cases.answers import Answer
from runtime.core.blind import veiled
from runtime.core.events import Event
from runtime.gates import labels
from runtime.json_gate import write_json
from runtime.models import Decision, Escalation, Sighting
from runtime.permissions import SCOPES, permissions_of
from runtime.traces.reading import read_events
from tests.makers.blind import SECRET, TELLING, blind_case
from tests.makers.gate_rows import decision, gate
from tests.makers.people import person, queue_of
from tests.runtime.views.conftest import signed_in

pytestmark = pytest.mark.django_db


def told(text: str) -> list[str]:
    """What of the secret stands in a text. The names of the ways are no secret: the buttons bear them."""
    return [each for each in TELLING[1:] if each in text]


def resolved(case: Escalation, by: Any, choice: str = "horse", grace_s: float = 0.0) -> Escalation:
    done = escalations.resolve(case.pk, by, Answer(choice, digest=case.digest), timezone.now(), grace_s)
    assert isinstance(done, escalations.Resolved), done
    return Escalation.objects.get(pk=case.pk)


def labelled_blind(case: Escalation) -> bool | None:
    """Whether the answer to a case, now that it goes on, is a label that counts for the gate."""
    row = decision(gate(), case.run)
    assert labels.answered(case, case.resolution) == 1
    return Decision.objects.get(pk=row.pk).blind


def test_a_case_is_written_without_what_tells_and_remembers_it_beside() -> None:
    case = blind_case()
    shown = write_json([case.asked, case.reasons, case.question])
    assert told(shown) == []
    assert case.question == "Is a striped one …?"
    assert case.asked["show"] == {
        "Message": "a striped one",
        "The machine's guess": "(shown after your answer)",
        "In capitals": "(shown after your answer)",
        "Doubted": "unsure",
    }
    assert case.asked["editable"]["animal"]["value"] is None
    assert case.asked["bulk"] is False
    assert case.behind is not None
    assert case.behind["show"]["In capitals"] == "ZEBRA!"
    assert case.behind["question"] == f"Is a striped one {SECRET}?"
    (gate,) = case.behind["gates"]
    assert (gate["node"], gate["choice"], gate["labels"], gate["blind"]) == ("gate", SECRET, True, True)


def test_doubt_audit_and_probation_are_told_in_the_same_words() -> None:
    (reason,) = blind_case().reasons
    assert (
        reason["message"] == "“Which animal?” asks what a person says. What it found itself is shown after your answer."
    )
    assert set(reason) == {"node", "title", "kind", "port", "message"}


def pages(client: Client, case: Escalation) -> str:
    """Everything that a reviewer can open about a case and its run."""
    addresses = [
        "/",
        "/cases/",
        f"/cases/{case.pk}/",
        f"/cases/{case.pk}/rest/",
        f"/runs/{case.run_id}/",
        f"/runs/{case.run_id}/trace/",
        f"/runs/{case.run_id}/steps/gate/1/",
        f"/runs/{case.run_id}/steps/shout/1/",
        f"/api/v1/escalations/{case.pk}/",
        "/api/v1/escalations/",
        f"/api/v1/runs/{case.run_id}/",
        f"/api/v1/runs/{case.run_id}/trace/",
    ]
    found = [(address, client.get(address)) for address in addresses]
    assert [(address, answer.status_code) for address, answer in found if answer.status_code != 200] == []
    return "".join(answer.content.decode() for _, answer in found)


def test_a_reviewer_finds_it_nowhere_before_the_answer_and_beside_it_afterwards() -> None:
    rui = signed_in("reviewer", name="rui")
    queue_of("sales", user("rui"))
    case = blind_case()
    assert told(pages(rui, case)) == []
    assert not Sighting.objects.exists()
    resolved(case, user("rui"))
    after = rui.get(f"/cases/{case.pk}/").content.decode()
    assert "What the machine had said" in after
    assert "Another one" in after
    assert "ZEBRA!" in after
    machine = rui.get(f"/api/v1/escalations/{case.pk}/").json()["machine"]
    assert machine["gates"][0]["choice"] == SECRET
    assert told(rui.get(f"/runs/{case.run_id}/").content.decode()) != []


def user(name: str) -> User:
    return User.objects.get(username=name)


def test_an_answer_that_can_be_taken_back_lays_it_bare_to_nobody_else() -> None:
    rui, rosa = signed_in("reviewer", name="rui"), signed_in("reviewer", name="rosa")
    queue_of("sales", user("rui"), user("rosa"))
    case = resolved(blind_case(), user("rui"), grace_s=30)
    assert "What the machine had said" in rui.get(f"/cases/{case.pk}/").content.decode()
    assert told(pages(rosa, case)) == []
    assert isinstance(escalations.undo(case.pk, user("rui"), timezone.now()), escalations.Undone)
    case = Escalation.objects.get(pk=case.pk)
    assert labelled_blind(resolved(case, user("rui"))) is False


def test_a_colleague_who_has_not_looked_still_answers_blind() -> None:
    rui, rosa = person("rui", "reviewer"), person("rosa", "reviewer")
    queue_of("sales", rui, rosa)
    case = resolved(blind_case(), rui, grace_s=30)
    assert isinstance(escalations.undo(case.pk, rui, timezone.now()), escalations.Undone)
    assert not isinstance(holds.release(case.pk, rui, timezone.now()), escalations.Refused)
    assert labelled_blind(resolved(Escalation.objects.get(pk=case.pk), rosa)) is True


def test_whoever_designs_sees_it_and_that_is_kept() -> None:
    case = blind_case()
    dora = signed_in("designer", "reviewer", name="dora")
    assert told(dora.get(f"/runs/{case.run_id}/").content.decode()) != []
    assert Sighting.objects.get().by == "dora"
    queue_of("sales", user("dora"))
    assert labelled_blind(resolved(case, user("dora"))) is False


def test_looking_after_the_answer_takes_nothing_back() -> None:
    dora = person("dora", "designer", "reviewer")
    queue_of("sales", dora)
    case = resolved(blind_case(), dora, grace_s=30)
    client = Client()
    client.force_login(dora)
    client.get(f"/runs/{case.run_id}/")
    assert Sighting.objects.filter(by="dora").exists()
    assert labelled_blind(case) is True


def test_a_token_sees_it_with_the_scope_to_design_alone() -> None:
    case, dora = blind_case(), person("dora", "designer")
    held = permissions_of(dora)
    reader = Caller(dora, "t", frozenset({"runs:read"}), held)
    assert told(write_json(describe(case.run_id, reader))) == []
    assert not Sighting.objects.exists()
    assert told(write_json(describe(case.run_id, Caller(dora, "t", frozenset(SCOPES), held)))) != []
    assert Sighting.objects.get().by == "dora"


def test_the_socket_of_a_run_leaves_it_out() -> None:
    case = blind_case()
    veiled = consumers.look_through_veil(case.run_id, 0, 100)
    assert veiled is not None
    assert [event["seq"] for event in veiled.events] == [1, 2, 3, 4]
    assert told(write_json(veiled.events)) == []
    assert SECRET not in write_json(veiled.events)
    plain = consumers.look(case.run_id, 0, 100)
    assert plain is not None
    assert told(write_json(plain.events)) != []


def test_it_is_hidden_from_the_doubt_on_whether_the_case_is_opened_yet_or_not() -> None:
    run = blind_case().run
    assert veils.secret(run.pk, run.blueprint_id, "running") == {"gate", "shout"}
    Escalation.objects.update(state="overdue")
    assert veils.secret(run.pk, run.blueprint_id, "waiting") == {"gate", "shout"}


def test_what_is_read_is_asked_about_behind_the_reading() -> None:
    case, asked = blind_case(), []

    def hide() -> frozenset[str]:
        asked.append(1)
        return frozenset({"gate"})

    assert read_events(case.run_id, 4, 10, hide) == []
    assert asked == []
    assert "output" in read_events(case.run_id, 0, 10, hide)[1]["data"]
    assert read_events(case.run_id, 0, 10, hide)[1]["data"] == {"port": "unsure", "output": None, "hidden": True}


def test_an_empty_field_that_hid_a_value_keeps_nobody_from_answering() -> None:
    rui = signed_in("reviewer", name="rui")
    queue_of("sales", user("rui"))
    case = blind_case()
    answer = rui.post(f"/cases/{case.pk}/", {"choice": "horse", "digest": case.digest, "animal": ""})
    assert answer.status_code == 302, answer.content.decode()
    settled = Escalation.objects.get(pk=case.pk)
    assert settled.resolution["edits"] == {}
    assert "The machine had said" in rui.get(answer["Location"]).content.decode()


def test_in_a_case_of_several_reviewers_the_first_learns_nothing() -> None:
    rui, rosa = person("rui", "reviewer"), person("rosa", "reviewer")
    queue_of("sales", rui, rosa)
    case = blind_case(reviewers=2)
    first = escalations.resolve(case.pk, rui, Answer("horse", digest=case.digest), timezone.now())
    assert isinstance(first, escalations.Voted)
    client = Client()
    client.force_login(rui)
    assert told(pages(client, case)) == []
    resolved(case, rosa)
    assert "What the machine had said" in client.get(f"/cases/{case.pk}/").content.decode()


def test_what_nobody_answered_is_no_secret_any_more_when_its_run_has_ended() -> None:
    run = blind_case().run
    assert veils.secret(run.pk, run.blueprint_id, "cancelled") == frozenset()


def test_of_a_step_for_each_item_the_items_are_hidden_and_their_number_is_not() -> None:
    begun = {
        "inputs": ["ZEBRA!", "x"],
        "unfit": {"1": {"code": "c", "message": "ZEBRA!"}},
        "at_once": 1,
        "workflow": "w",
    }
    ended = {"index": 0, "run": "r", "outcome": SECRET, "output": "ZEBRA!", "error": None}
    events = [Event("step.spread", "each", 1, begun, 1), Event("item.ended", "each", 1, ended, 2)]
    shown = [dict(veiled(event, frozenset({"each"})).data) for event in events]
    assert SECRET not in write_json(shown).lower()
    assert shown[0]["inputs"] == [None, None]
    assert shown[0]["unfit"].keys() == {"1"}
    assert (shown[1]["index"], shown[1]["run"]) == (0, "r")
