"""The pages of lessons: a reviewer proposes, a designer sees what it does and decides, and nobody loses anything."""

from __future__ import annotations

import copy
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.utils import timezone

from builder import drafts
from builder.lessons import store
from builder.models import Lesson, Version
from runtime import retention
from runtime.backtests import orders
from runtime.models import AuditEntry, Escalation, Run
from tests.makers.jobs import worked_off
from tests.makers.lessons import INPUT, MESSAGE, assigned, draft_of, read_case, settled, teachable
from tests.makers.people import person, queue_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("own_threads")]

EXAMPLE = {"sort": "example", "key": "sort", "choice": "refund", "comment": "They want their money."}
ROW = {"sort": "row", "key": "route", "column-0": "exact", "column-1": "any", "choice": "small", "then-0": "1"}


@pytest.fixture
def version(db: None) -> Version:
    """The teachable workflow."""
    return teachable()


@pytest.fixture
def case(version: Version) -> Escalation:
    """A case of it that a person has read, and that ended."""
    asked = assigned(version)
    return Escalation.objects.get(run=asked.run_id, node="read")


@pytest.fixture
def rui(reviewer_rui: User) -> Client:
    """A reviewer's browser."""
    browser = Client()
    browser.force_login(reviewer_rui)
    return browser


@pytest.fixture
def dora(designer_dora: User) -> Client:
    """A designer's browser."""
    browser = Client()
    browser.force_login(designer_dora)
    return browser


def at(case: Escalation) -> str:
    """Where a case teaches."""
    return f"/teaching/{case.pk}/"


def proposed(rui: Client, case: Escalation, **given: str) -> Lesson:
    """The lesson that a reviewer has proposed."""
    answer = rui.post(at(case), {**EXAMPLE, **given})
    assert answer.status_code == 302, answer.content.decode()
    return Lesson.objects.get()


def page_of(lesson: Lesson) -> str:
    """The page of a lesson."""
    return f"/workflows/teachable/lessons/{lesson.pk}/"


def etag_in(page: str) -> str:
    """The draft that a page speaks of."""
    found = re.search(r'name="etag" value="&quot;(r\d+)&quot;"', page)
    assert found is not None
    return f'"{found[1]}"'


def test_a_reviewer_proposes_and_a_designer_accepts_what_it_does_to_past_cases(
    rui: Client, dora: Client, case: Escalation, version: Version
) -> None:
    offered = rui.get(at(case)).content.decode()
    assert "An example for “What is it about?”" in offered
    assert "The parcel {{ input.secret }} never came" in offered
    lesson = proposed(rui, case)
    assert "waits for a designer" in rui.get(at(case)).content.decode()
    listed = dora.get("/workflows/teachable/lessons/").content.decode()
    assert "They want their money." in listed
    page = dora.get(page_of(lesson)).content.decode()
    assert "goes back on probation" in page
    assert "Accept it without having seen" in page
    assert dora.post(f"{page_of(lesson)}effect/", {"cases": "50"}).status_code == 302
    assert "part=live" in dora.get(page_of(lesson)).content.decode()
    worked_off(orders.KIND)
    seen = dora.get(page_of(lesson)).content.decode()
    assert "End otherwise than they did" in seen
    assert "Accept it without having seen" not in seen
    done = dora.post(f"{page_of(lesson)}decision/", {"decision": "accept", "etag": etag_in(seen)}, follow=True)
    assert "The draft has it now" in done.content.decode()
    draft = draft_of(version.workflow)
    assert draft["nodes"][2]["config"]["choices"][0]["examples"][-1] == MESSAGE
    assert version.workflow.versions.count() == 1
    assert "accepted by dora" in rui.get(f"{at(case)}?part=card").content.decode()
    assert {"lesson.proposed", "lesson.accepted"} <= set(AuditEntry.objects.values_list("action", flat=True))


def test_the_same_lesson_twice_is_one(rui: Client, case: Escalation) -> None:
    lesson = proposed(rui, case)
    again = rui.post(at(case), EXAMPLE, follow=True).content.decode()
    assert "it is one lesson" in again
    assert Lesson.objects.get().pk == lesson.pk


def test_a_declined_lesson_says_why_and_is_not_proposed_again(rui: Client, dora: Client, case: Escalation) -> None:
    lesson = proposed(rui, case)
    refused = dora.post(f"{page_of(lesson)}decision/", {"decision": "decline", "reason": "  "})
    assert refused.status_code == 422
    dora.post(f"{page_of(lesson)}decision/", {"decision": "decline", "reason": "It names a <customer>."})
    told = rui.get(at(case)).content.decode()
    assert "declined by dora" in told
    assert "It names a &lt;customer&gt;." in told
    again = rui.post(at(case), EXAMPLE)
    assert again.status_code == 409
    assert "dora has declined this" in again.content.decode()
    decided = dora.post(f"{page_of(lesson)}decision/", {"decision": "decline", "reason": "Once more"})
    assert decided.status_code == 409


def test_a_draft_that_was_saved_meanwhile_is_told_of_and_nothing_is_lost(
    rui: Client, dora: Client, case: Escalation, version: Version
) -> None:
    lesson = proposed(rui, case)
    etag = etag_in(dora.get(page_of(lesson)).content.decode())
    workflow = version.workflow
    changed = copy.deepcopy(workflow.draft)
    changed["nodes"][8]["name"] = "thrown away"
    type(workflow).objects.filter(pk=workflow.pk).update(draft=changed, draft_revision=2, draft_saved_by="dave")
    late = dora.post(f"{page_of(lesson)}decision/", {"decision": "accept", "etag": etag, "unseen": "1"})
    assert late.status_code == 409
    assert "dave has saved this draft meanwhile" in late.content.decode()
    assert "Nothing is lost" in late.content.decode()
    assert draft_of(workflow) == changed
    now = etag_in(late.content.decode())
    assert (
        dora.post(f"{page_of(lesson)}decision/", {"decision": "accept", "etag": now, "unseen": "1"}).status_code == 302
    )
    assert draft_of(workflow)["nodes"][8]["name"] == "thrown away"
    assert draft_of(workflow)["nodes"][2]["config"]["choices"][0]["examples"][-1] == MESSAGE


def test_nothing_is_accepted_unseen_by_accident(rui: Client, dora: Client, case: Escalation, version: Version) -> None:
    lesson = proposed(rui, case)
    etag = etag_in(dora.get(page_of(lesson)).content.decode())
    refused = dora.post(f"{page_of(lesson)}decision/", {"decision": "accept", "etag": etag})
    assert refused.status_code == 409
    assert "past cases first" in refused.content.decode()
    assert draft_of(version.workflow)["nodes"][2]["config"]["choices"][0]["examples"][-1] != MESSAGE


def test_a_lesson_whose_step_is_gone_says_so_and_can_only_be_declined(
    rui: Client, dora: Client, case: Escalation, version: Version
) -> None:
    lesson = proposed(rui, case)
    workflow = version.workflow
    draft = copy.deepcopy(workflow.draft)
    draft["nodes"] = [node for node in draft["nodes"] if node["id"] != "sort"]
    type(workflow).objects.filter(pk=workflow.pk).update(draft=draft, draft_revision=2)
    assert "no longer in the drawing" in dora.get("/workflows/teachable/lessons/").content.decode()
    page = dora.get(page_of(lesson)).content.decode()
    assert "can no longer be taught" in page
    assert 'value="accept"' not in page
    refused = dora.post(f"{page_of(lesson)}decision/", {"decision": "accept", "etag": '"r2"', "unseen": "1"})
    assert refused.status_code == 422
    assert dora.post(f"{page_of(lesson)}effect/", {"cases": "5"}).status_code == 422


def test_a_row_that_would_contradict_is_refused_with_the_row_it_contradicts(rui: Client, version: Version) -> None:
    case = assigned(version)
    wrong = rui.post(at(case), {**ROW, "column-0": "to"})
    assert wrong.status_code == 422
    assert "Row 2 says otherwise" in wrong.content.decode()
    assert rui.post(at(case), ROW).status_code == 302


def test_a_sample_case_keeps_what_came_in_and_where_it_ended(rui: Client, dora: Client, version: Version) -> None:
    case = assigned(version)
    assert rui.post(at(case), {"sort": "sample", "key": "case", "name": "No row"}).status_code == 302
    lesson = Lesson.objects.get()
    page = dora.get(page_of(lesson)).content.decode()
    assert "Nothing in the drawing" in page
    dora.post(f"{page_of(lesson)}decision/", {"decision": "accept", "etag": etag_in(page)})
    kept = version.workflow.sample_cases.get()
    assert (kept.name, kept.input, kept.expected) == ("No row", INPUT, "to the desk")
    listed = dora.get("/workflows/teachable/cases/").json()["samples"][0]
    assert listed["expected"] == "to the desk"


def test_choices_are_called_as_the_buttons_called_them(rui: Client, case: Escalation) -> None:
    offered = rui.get(at(case)).content.decode()
    assert "from the answer <b>Money back</b>" in offered
    assert re.search(r'<option value="refund"[^>]*>Money back</option>', offered)
    proposed(rui, case)
    assert "as an example of “Money back”." in rui.get(at(case)).content.decode()


def test_a_form_that_was_filled_in_has_no_name_of_an_answer(rui: Client, case: Escalation) -> None:
    Escalation.objects.filter(pk=case.pk).update(kind="form")
    assert "learn from what was filled in." in rui.get(at(case)).content.decode()


def test_while_an_answer_can_be_taken_back_nothing_is_offered(rui: Client, version: Version) -> None:
    case, story = read_case(version)
    assert "Nobody has answered" in rui.get(at(case)).content.decode()
    settled(case, story, "refund")
    Escalation.objects.filter(pk=case.pk).update(goes_on_at=timezone.now() + timedelta(minutes=5))
    page = rui.get(at(case)).content.decode()
    assert "can still be taken back" in page
    assert MESSAGE[:12] not in page
    assert rui.post(at(case), EXAMPLE).status_code == 409
    assert not Lesson.objects.exists()


def test_a_case_of_another_queue_is_not_there(rui: Client, case: Escalation) -> None:
    queue_of("elsewhere")
    Escalation.objects.filter(pk=case.pk).update(queue="elsewhere")
    assert rui.get(at(case)).status_code == 404
    assert rui.post(at(case), EXAMPLE).status_code == 404


@pytest.mark.parametrize(
    "given",
    [
        {"sort": "x"},
        {"key": "nowhere"},
        {"choice": ""},
        {"choice": "unsure"},
        {"comment": "x" * 3000},
        {"sort": "rule", "key": "data:required", "field": "nothing"},
        {"sort": "rule", "key": ":"},
        {"sort": "row", "key": "route"},
    ],
)
def test_what_makes_no_sense_is_refused_in_words(rui: Client, case: Escalation, given: dict[str, str]) -> None:
    answer = rui.post(at(case), {**EXAMPLE, **given})
    assert answer.status_code == 422
    assert 'id="refused"' in answer.content.decode()
    assert not Lesson.objects.exists()


def test_a_developer_who_answers_proposes_and_looks_at_the_effect_in_one_go(case: Escalation) -> None:
    browser = Client()
    browser.force_login(person("dev", "developer"))
    answer = browser.post(at(case), {**EXAMPLE, "onward": "1"})
    lesson = Lesson.objects.get()
    assert answer["Location"] == page_of(lesson)
    assert lesson.backtest is not None


def test_a_reviewer_decides_nothing(rui: Client, case: Escalation, reviewer_rui: User) -> None:
    lesson = proposed(rui, case)
    assert rui.post(f"{page_of(lesson)}decision/", {"decision": "accept"}).status_code == 403
    refused = store.accept(lesson.pk, "*", reviewer_rui, timezone.now(), unseen=True)
    assert getattr(refused, "code", "") == "forbidden"


def test_more_lessons_ask_the_database_no_more_often(
    rui: Client, dora: Client, version: Version, django_assert_max_num_queries: Any
) -> None:
    def ask() -> int:
        with django_assert_max_num_queries(40) as seen:
            assert dora.get("/workflows/teachable/lessons/").status_code == 200
        return len(seen)

    for number in range(2):
        rui.post(at(assigned(version, {**INPUT, "seats": 20 + number}, minute=number)), ROW)
    few = ask()
    for number in range(2, 9):
        rui.post(at(assigned(version, {**INPUT, "seats": 20 + number}, minute=number)), ROW)
    assert Lesson.objects.count() == 9
    assert ask() == few


def test_the_canvas_says_how_many_lessons_wait(rui: Client, dora: Client, case: Escalation) -> None:
    proposed(rui, case)
    assert 'data-taught="1"' in dora.get("/workflows/teachable/").content.decode()


def test_a_rule_for_the_data_that_a_gate_scores_by_tells_that_the_gate_begins_anew(
    rui: Client, dora: Client, case: Escalation
) -> None:
    lesson = proposed(rui, case, sort="rule", key="data:required", field="phone")
    told = " ".join(dora.get(page_of(lesson)).content.decode().split())
    assert "“What is it about?” begins its proof anew" in told
    assert "on probation again with this" not in told


def test_a_proposal_goes_with_its_run_and_what_was_accepted_stays(
    rui: Client, dora: Client, case: Escalation, version: Version, administrator_ada: User
) -> None:
    taught = proposed(rui, case)
    shown = dora.get(page_of(taught)).content.decode()
    assert "also when the case itself is deleted" in shown, "said before anybody accepts"
    assert "part of the workflow and stays" in rui.get(at(case)).content.decode(), "and before anybody proposes"
    etag = drafts.etag(version.workflow.draft_revision)
    assert isinstance(store.accept(taught.pk, etag, administrator_ada, timezone.now(), unseen=True), store.Accepted)
    for sort, state in (("row", "open"), ("rule", "declined")):
        Lesson.objects.create(
            workflow=version.workflow, case=case, sort=sort, change={"text": "secret words"}, print=sort, state=state,
            proposed_by="rui", proposed_at=timezone.now(),
        )  # fmt: skip
    run = case.run
    Run.objects.filter(pk=run.pk).update(finished_at=run.created_at)
    retention.keep("", 30, administrator_ada, timezone.now())
    with transaction.atomic():
        assert retention.delete_some(run.created_at + timedelta(days=3_650)) == 1
    left = Lesson.objects.get()
    assert (left.pk, left.state, left.case) == (taught.pk, "accepted", None)
    assert MESSAGE in str(draft_of(version.workflow))
    assert dora.get(page_of(left)).status_code == 200
    assert dora.get("/workflows/teachable/lessons/").status_code == 200
