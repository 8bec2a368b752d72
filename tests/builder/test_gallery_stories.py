"""Whole stories on the workflows of the gallery: people answer, answer late, or not at all; timers run out."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User

from builder import galleries
from runtime.cases import escalations
from runtime.cases.answers import Answer
from runtime.cases.escalations import Resolved, Voted
from runtime.models import Blueprint, Escalation, OutboxMail, Run
from runtime.refused import Refused
from tests.makers.engine import Engine, answer, case_of, child_of, ended, seal, settled, story, until
from tests.makers.people import person, queue_of
from tests.makers.programs import expire


def sealed(slug: str, **seconds: float) -> Blueprint:
    """A workflow of the gallery, published; `seconds` makes timers run faster."""
    sample = galleries.sample(slug)
    assert sample
    document: dict[str, Any] = copy.deepcopy(dict(sample.document))
    for node in document["nodes"]:
        if node["id"] in seconds:
            node["config"]["seconds"] = seconds[node["id"]]
    return seal(document, slug)


def given(slug: str, title: str, **changes: Any) -> dict[str, Any]:
    """The input of a sample case, with changes."""
    sample = galleries.sample(slug)
    assert sample
    found = next(case.input for case in sample.cases if case.name == title)
    assert isinstance(found, dict)
    return {**found, **changes}


def subjects(run_id: str) -> list[str]:
    return sorted(OutboxMail.objects.filter(run_id=run_id).values_list("subject", flat=True))


# Support triage


def test_an_urgent_ticket_that_nobody_takes_pages_the_duty_manager(engine: Engine) -> None:
    run_id = engine.run(sealed("support-triage"), given("support-triage", "The whole system is down"))
    expire(case_of(run_id, "on_call"))
    answer(case_of(run_id, "duty"), "taken")
    assert ended(run_id).outcome == "taken over at once"
    assert subjects(run_id) == ["Nobody took an urgent ticket"]


def test_a_reply_goes_out_once_a_person_has_approved_it_and_three_days_later_we_ask(engine: Engine) -> None:
    run_id = engine.run(sealed("support-triage", pause=0.05), given("support-triage", "How to export"))
    answer(case_of(run_id, "approve"), "again")
    case = case_of(run_id, "approve")
    assert case.visit == 2
    answer(case, "send", edits={"text": "Open the menu Data and choose Export. That is all."})
    assert ended(run_id).outcome == "answered"
    assert subjects(run_id) == ["Did our answer help?", "Your question"]
    assert OutboxMail.objects.get(run_id=run_id, subject="Your question").body.startswith("Open the menu")


def test_a_reply_that_is_never_right_goes_to_an_agent(engine: Engine) -> None:
    run_id = engine.run(sealed("support-triage"), given("support-triage", "How to export"))
    for visit in (1, 2, 3):
        case = case_of(run_id, "approve")
        assert case.visit == visit
        answer(case, "again")
    assert ended(run_id).outcome == "with an agent"
    assert subjects(run_id) == ["We have got your message"]


def test_what_is_smuggled_into_a_reply_by_a_name_is_read_by_a_person(engine: Engine) -> None:
    smuggled = given("support-triage", "How to export", name="Sam. We will refund everything you ever paid. Bye")
    run_id = engine.run(sealed("support-triage"), smuggled)
    case = case_of(run_id, "approve")
    assert "refund everything" in case.asked["show"]["Reply"]
    answer(case, "agent")
    assert ended(run_id).outcome == "with an agent"


def test_a_ticket_that_nobody_reads_in_time_is_given_to_an_agent(engine: Engine) -> None:
    run_id = engine.run(sealed("support-triage"), given("support-triage", "Says nothing in particular"))
    expire(case_of(run_id, "read_it"))
    assert ended(run_id).outcome == "with an agent"


# Invoice approval


@pytest.fixture
def finance(db: None) -> list[User]:
    people = [person(name, "reviewer") for name in ("fay", "finn", "gus")]
    queue_of("finance", *people)
    return people


def vote(case: Escalation, user: User, choice: str = "approve", comment: str = "") -> object:
    said = Answer(choice=choice, comment=comment, digest=case.digest)
    return escalations.resolve(case.pk, user, said, datetime.now(UTC))


def test_a_large_invoice_is_paid_by_two_people_neither_of_whom_handed_it_in(
    engine: Engine, finance: list[User]
) -> None:
    fay, finn, gus = finance
    large = given("invoice-approval", "Machine above 5,000 euro")
    run_id = engine.run(sealed("invoice-approval"), large, requester="fay")
    case = case_of(run_id, "two")
    mine = vote(case, fay)
    assert isinstance(mine, Refused)
    assert mine.code == "not_requester"
    assert isinstance(vote(case, finn), Voted)
    again = vote(case, finn)
    assert isinstance(again, Refused)
    assert again.code == "already_voted"
    assert subjects(run_id) == []
    assert isinstance(vote(case, gus), Resolved)
    assert ended(run_id).outcome == "paid"
    assert len(subjects(run_id)) == 3


def test_nobody_approves_an_invoice_that_they_handed_in(engine: Engine, finance: list[User]) -> None:
    fay, finn, _ = finance
    middle = given("invoice-approval", "Office furniture, 1,900 euro")
    run_id = engine.run(sealed("invoice-approval"), middle, requester="fay")
    case = case_of(run_id, "one")
    assert isinstance(vote(case, fay), Refused)
    assert isinstance(vote(case, finn, "reject", "Not ours."), Resolved)
    assert ended(run_id).outcome == "rejected"
    assert subjects(run_id) == []


def test_silence_pays_nothing(engine: Engine) -> None:
    run_id = engine.run(sealed("invoice-approval"), given("invoice-approval", "Office furniture, 1,900 euro"))
    expire(case_of(run_id, "one"))
    expire(case_of(run_id, "deputy"))
    assert ended(run_id).outcome == "not decided in time"
    assert subjects(run_id) == []


def test_what_was_filled_in_stays_when_more_is_asked_for(engine: Engine) -> None:
    incomplete = given("invoice-approval", "No account, no date")
    run_id = engine.run(sealed("invoice-approval"), incomplete)
    answer(case_of(run_id, "complete_it"), "answered", answers={"iban": incomplete["known_iban"]})
    case = case_of(run_id, "complete_it")
    assert [issue["path"] for issue in case.asked["show"]["What is wrong"]] == ["issued_on"]
    answer(case, "answered", answers={"issued_on": "2026-09-14"})
    assert ended(run_id).outcome == "paid"


def test_an_invoice_that_cannot_be_completed_is_sent_back(engine: Engine) -> None:
    run_id = engine.run(sealed("invoice-approval"), given("invoice-approval", "Amounts missing"))
    for _ in range(3):
        answer(case_of(run_id, "complete_it"), "answered", answers={})
    assert ended(run_id).outcome == "sent back for correction"


def test_a_changed_account_that_the_supplier_does_not_know_is_stopped_and_told(engine: Engine) -> None:
    run_id = engine.run(sealed("invoice-approval"), given("invoice-approval", "Another account than the known one"))
    answer(case_of(run_id, "call_back"), "fraud", comment="They have banked with us for ten years.")
    assert ended(run_id).outcome == "stopped as suspected fraud"
    assert subjects(run_id) == ["Suspected invoice fraud"]


# Content moderation


def test_a_corrected_post_is_checked_again_before_it_is_published(engine: Engine) -> None:
    blueprint = sealed("content-moderation")
    run_id = engine.run(blueprint, given("content-moderation", "Gives away a number"))
    answer(case_of(run_id, "moderate"), "mend")
    answer(
        case_of(run_id, "mend"), "answered", answers={"text": "You moron, nobody wants to hear about your neighbour."}
    )
    case = case_of(run_id, "moderate")
    assert case.visit == 2
    answer(case, "mend")
    helped = {"text": "My roses have black spots on the leaves. Does anybody know what helps?"}
    answer(case_of(run_id, "mend"), "answered", answers=helped)
    assert ended(run_id).outcome == "published"
    assert OutboxMail.objects.get(run_id=run_id).body == helped["text"]


def test_moderators_are_reminded_once_then_the_post_stays_hidden(engine: Engine) -> None:
    run_id = engine.run(sealed("content-moderation"), given("content-moderation", "One word"))
    for visit in (1, 2):
        case = case_of(run_id, "moderate")
        assert case.visit == visit
        expire(case)
    assert ended(run_id).outcome == "held back"
    assert subjects(run_id) == ["A post is still waiting"] * 2


def test_a_ban_takes_two_moderators(engine: Engine) -> None:
    run_id = engine.run(sealed("content-moderation"), given("content-moderation", "A threat"))
    answer(case_of(run_id, "moderate"), "ban", comment="A threat.")
    case = case_of(run_id, "second")
    assert case.reviewers == 2
    answer(case, "ban", comment="Agreed.")
    assert ended(run_id).outcome == "author banned"


# Claims intake


def test_papers_that_come_in_late_are_added_and_the_claim_goes_on(engine: Engine) -> None:
    run_id = engine.run(sealed("claims-intake", patience=0.05), given("claims-intake", "No papers yet"))
    answer(case_of(run_id, "received"), "answered", answers={"documents": ["photo"]})
    case = settled_case(run_id, "received", 2)
    assert case.asked["show"]["Here already"] == ["photo"]
    answer(case, "answered", answers={"documents": ["invoice"]})
    assert ended(run_id).outcome == "paid"
    assert "step.finished claim/3 done" in story(run_id)


def test_a_claim_without_papers_is_closed_after_three_weeks(engine: Engine) -> None:
    run_id = engine.run(sealed("claims-intake", patience=0.05), given("claims-intake", "No papers yet"))
    for visit in (1, 2, 3):
        answer(settled_case(run_id, "received", visit), "answered", answers={"documents": []})
    assert ended(run_id).outcome == "closed for lack of papers"
    assert len(subjects(run_id)) == 3


def settled_case(run_id: str, node: str, visit: int) -> Escalation:
    case = case_of(run_id, node)
    assert case.visit == visit
    return case


def test_a_large_payment_goes_through_the_invoice_workflow(engine: Engine) -> None:
    sealed("invoice-approval")
    run_id = engine.run(sealed("claims-intake"), given("claims-intake", "Water in the cellar"), requester="dora")
    answer(case_of(run_id, "adjuster"), "pay", edits={"amount": 7000})
    child = settled(child_of(run_id, "pay").pk, ("waiting",))
    case = case_of(child.pk)
    assert (case.node, case.requester, case.asked["show"]["The record"]["gross"]) == ("complete_it", "dora", 7000)
    expire(case)
    assert ended(run_id).outcome == "payment not approved"


# Data clean-up


def test_a_record_is_mended_until_it_is_sound_and_written_to_both_systems(engine: Engine) -> None:
    run_id = engine.run(sealed("data-clean-up"), given("data-clean-up", "Only placeholders"))
    answer(case_of(run_id, "mend"), "answered", answers={"name": "Omar Haddad"})
    answer(case_of(run_id, "mend"), "answered", answers={"country": "DE"})
    # Both systems hold the same placeholder as a name, and so the same person.
    run = ended(run_id)
    assert run.outcome == "cleaned"
    assert len(subjects(run_id)) == 2
    assert "Omar Haddad" in OutboxMail.objects.filter(run_id=run_id)[0].body


def test_two_people_stay_two(engine: Engine) -> None:
    run_id = engine.run(sealed("data-clean-up"), given("data-clean-up", "A shared mailbox"))
    answer(case_of(run_id, "compare"), "two_people", comment="A hotel and its manager.")
    assert ended(run_id).outcome == "kept as two"
    assert subjects(run_id) == []


@pytest.mark.parametrize(("choice", "outcome", "mails"), [("erase", "erased", 1), ("keep", "kept as it was", 0)])
def test_nothing_is_erased_without_two_people(engine: Engine, choice: str, outcome: str, mails: int) -> None:
    run_id = engine.run(sealed("data-clean-up"), given("data-clean-up", "Withdrew the consent three years ago"))
    case = case_of(run_id, "erase_ok")
    assert (case.reviewers, case.not_by_requester) == (2, True)
    answer(case, choice)
    assert ended(run_id).outcome == outcome
    assert len(subjects(run_id)) == mails


def test_code_in_a_name_never_gets_into_a_system(engine: Engine) -> None:
    run_id = engine.run(sealed("data-clean-up"), given("data-clean-up", "Code as a name"))
    for _ in range(4):
        answer(case_of(run_id, "mend"), "answered", answers={})
    assert ended(run_id).outcome == "set aside"
    assert subjects(run_id) == []


# Customer complaints


def test_each_item_of_a_refund_is_a_payment_of_its_own_and_a_person_settles_those_that_fail(engine: Engine) -> None:
    sealed("invoice-approval")
    run_id = engine.run(sealed("customer-complaints"), given("customer-complaints", "Two lamps sent back"))
    case = case_of(run_id, "choose")
    assert case.asked["show"]["The machine's guess"]["choice"] == "refund"
    answer(case, "refund")
    cases = [case_of(payment.pk, "complete_it") for payment in both(run_id, "refund")]
    assert sorted(case.asked["show"]["The record"]["gross"] for case in cases) == [45, 130]
    for case in cases:
        expire(case)
    case = case_of(run_id, "look")
    assert case.asked["show"]["What became of them"]["failed"] == 2
    answer(case, "settled")
    assert ended(run_id).outcome == "refunded in part"
    assert subjects(run_id) == []


def both(run_id: str, node: str) -> list[Run]:
    """The runs of two items, once both have started."""

    def started() -> list[Run] | None:
        found = list(Run.objects.filter(parent=run_id, parent_node=node))
        return found if len(found) == 2 else None

    return until(started)


def test_a_refund_is_told_once_every_item_is_paid(engine: Engine) -> None:
    paid = {"id": "paid", "kind": "outcome", "name": "paid", "at": [300, 320], "config": {}}
    way = {"id": "e1", "from": "start", "port": "out", "to": "paid"}
    seal({"format": "interlock/1", "input": {}, "nodes": [paid], "edges": [way]}, "invoice-approval")
    run_id = engine.run(sealed("customer-complaints"), given("customer-complaints", "Two lamps sent back"))
    answer(case_of(run_id, "choose"), "refund")
    assert ended(run_id).outcome == "refunded"
    assert subjects(run_id) == ["Your refund for order B-3105"]


def test_a_refund_without_prices_goes_to_an_agent(engine: Engine) -> None:
    run_id = engine.run(sealed("customer-complaints"), given("customer-complaints", "Money back, but for which items"))
    answer(case_of(run_id, "choose"), "refund")
    assert ended(run_id).outcome == "with an agent"
    assert subjects(run_id) == ["A complaint about order B-3107"]
