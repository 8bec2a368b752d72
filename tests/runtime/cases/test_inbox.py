"""What the inbox lists, counts and knows beside a case, and that no question grows with the table."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.contrib.auth.models import User
from hypothesis import given
from hypothesis import strategies as st

from runtime.case_words import terms_of, words_of
from runtime.cases import desk, escalations, inbox
from runtime.cases.escalations import Answer, resolve
from runtime.cases.holds import claim
from runtime.cases.inbox import Wanted, wanted_of
from runtime.models import Escalation
from tests.makers.cases import NOW, incident, open_case, waiting_run

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def shown(user: User, view: Any = "open", **named: str) -> list[str]:
    return [case.pk for case in inbox.listed(user, Wanted(view, **named), NOW).cases]


def test_each_view_shows_its_cases_and_counts_them(
    reviewer_rui: User, reviewer_rosa: User, reviewer_otto: User
) -> None:
    plain, mine, hers, due, aside, talked = (open_case() for _ in range(6))
    broken = incident()
    open_case(queue="legal")
    claim(mine.pk, reviewer_rui, NOW)
    claim(hers.pk, reviewer_rosa, NOW)
    Escalation.objects.filter(pk=due.pk).update(due_at=NOW + HOUR)
    desk.snooze(aside.pk, reviewer_rui, NOW + HOUR, NOW)
    desk.remark(talked.pk, reviewer_rosa, "@rui?", NOW)
    seen = {view: shown(reviewer_rui, view) for view in inbox.VIEWS}
    assert seen == {
        "open": sorted([plain.pk, mine.pk, hers.pk, due.pk, talked.pk, broken.pk]),
        "mine": [mine.pk],
        "unassigned": sorted([plain.pk, due.pk, talked.pk, broken.pk]),
        "overdue": [due.pk],
        "mentions": [talked.pk],
        "incidents": [broken.pk],
        "snoozed": [aside.pk],
    }
    assert inbox.counts(reviewer_rui, Wanted(), NOW) == {view: len(cases) for view, cases in seen.items()}


def test_the_numbers_are_those_of_the_lists_whatever_the_filters(reviewer_rui: User, reviewer_rosa: User) -> None:
    aside = {"snoozed_until": NOW + HOUR}
    back, lapsed = {"snoozed_until": NOW}, {"assignee": reviewer_rosa, "claimed_until": NOW}
    mine: dict[str, Any] = {"assignee": reviewer_rui}
    due = {"due_at": NOW + HOUR}
    run = waiting_run("other")
    for fields in ({}, aside, back, lapsed, mine, mine | aside, mine | due, due | aside, due | lapsed):
        open_case(**fields)
        open_case(run, queue="", kind="incident", **fields)
    filters: list[dict[str, str]] = [{}, {"queue": "sales"}, {"workflow": "other"}, {"assignee": "rui"}, {"due": "day"}]
    for filter_ in filters:
        counts = inbox.counts(reviewer_rui, wanted_of(filter_), NOW)
        assert counts == {view: len(shown(reviewer_rui, view, **filter_)) for view in inbox.VIEWS}
    assert inbox.counts(reviewer_rui, Wanted(), NOW, ["snoozed", "mine"]) == {"snoozed": 6, "mine": 4}


def test_a_case_that_was_put_aside_comes_back_by_itself(reviewer_rui: User) -> None:
    case = open_case()
    desk.snooze(case.pk, reviewer_rui, NOW + HOUR, NOW)
    assert shown(reviewer_rui) == []
    assert [each.pk for each in inbox.listed(reviewer_rui, Wanted(), NOW + HOUR).cases] == [case.pk]


def test_the_list_is_narrowed_by_queue_and_workflow(reviewer_rui: User, administrator_ada: User) -> None:
    sales, legal, other = open_case(), open_case(queue="legal"), open_case(waiting_run("other"))
    assert shown(administrator_ada, queue="legal") == [legal.pk]
    assert shown(administrator_ada, workflow="other") == [other.pk]
    assert shown(reviewer_rui) == sorted([sales.pk, other.pk])


def test_pages_follow_each_other_without_gap_or_repeat(reviewer_rui: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "PAGE", 2)
    run = waiting_run()
    cases = sorted(open_case(run).pk for _ in range(5))
    found, after = [], ""
    for _ in range(3):
        page = inbox.listed(reviewer_rui, Wanted(), NOW, after)
        found += [case.pk for case in page.cases]
        after = page.more
    assert (found, after) == (cases, "")


def test_after_one_case_comes_the_next_that_is_free_and_then_the_first(reviewer_rui: User, reviewer_rosa: User) -> None:
    run = waiting_run()
    first, second, third, fourth = sorted((open_case(run) for _ in range(4)), key=lambda case: case.pk)
    claim(third.pk, reviewer_rosa, NOW)
    assert inbox.next_of(reviewer_rui, Wanted(), NOW, second.pk) == fourth.pk
    assert inbox.next_of(reviewer_rui, Wanted(), NOW, fourth.pk) == first.pk
    assert inbox.next_of(reviewer_rui, Wanted("mine"), NOW, first.pk) == ""


def test_the_inbox_asks_no_more_when_there_are_more_cases(
    reviewer_rui: User, django_assert_max_num_queries: Any
) -> None:
    run = waiting_run()
    for number in (1, 30):
        for _ in range(number):
            open_case(run)
        with django_assert_max_num_queries(3):
            rows = inbox.listed(reviewer_rui, Wanted(), NOW).cases
            assert all(case.assignee is None for case in rows)
            assert {"asked", "reasons"} <= rows[0].get_deferred_fields()
        with django_assert_max_num_queries(14):
            inbox.counts(reviewer_rui, Wanted(), NOW)


def test_similar_cases_are_the_newest_of_the_same_step_those_with_the_same_reasons_first(
    reviewer_rui: User, reviewer_otto: User, django_assert_max_num_queries: Any
) -> None:
    unsure, failed = ([{"node": "check", "port": port}] for port in ("unsure", "fail"))
    answers = [(unsure, "approve"), (failed, "reject"), (failed, "approve"), (failed, "approve")]
    run = waiting_run()
    for reasons, choice in answers:
        past = open_case(run, reasons=reasons)
        resolve(past.pk, reviewer_rui, Answer(choice, comment="why", digest=past.digest), NOW)
    hidden = open_case(run, queue="legal")
    resolve(hidden.pk, reviewer_otto, Answer("approve", digest=hidden.digest), NOW)
    case = open_case(run, reasons=unsure)
    with django_assert_max_num_queries(2):
        told = inbox.alike(case, reviewer_rui)
    assert told.counts == [("Send it", 3), ("Do not write", 1)]
    assert [each.reasons for each in told.cases] == [unsure, failed, failed, failed]
    assert told.same == {told.cases[0].pk}


def test_the_history_says_who_did_what_and_wrote_what(reviewer_rui: User, reviewer_rosa: User) -> None:
    case = open_case()
    claim(case.pk, reviewer_rui, NOW)
    desk.remark(case.pk, reviewer_rosa, "Ask them.", NOW + HOUR / 4)
    desk.hand_over(case.pk, reviewer_rui, "rosa", NOW + HOUR / 3)
    resolve(case.pk, reviewer_rosa, Answer("approve", digest=case.digest), NOW + HOUR / 2, 5)
    escalations.undo(case.pk, reviewer_rosa, NOW + HOUR / 2)
    assert [(each.by, each.what, each.text) for each in inbox.history(case)] == [
        ("rui", "took it", ""),
        ("rosa", "wrote", "Ask them."),
        ("rui", "handed it to rosa", ""),
        ("rosa", "answered", ""),
        ("rosa", "took the answer back", ""),
    ]


def test_a_person_keeps_views_of_his_own(reviewer_rui: User, reviewer_rosa: User) -> None:
    assert inbox.save(reviewer_rui, " Urgent  sales ", Wanted("overdue", "sales"))
    assert inbox.save(reviewer_rui, "Urgent sales", Wanted("overdue"))
    assert [(each.name, each.query) for each in inbox.saved(reviewer_rui)] == [("Urgent sales", "view=overdue")]
    assert inbox.saved(reviewer_rosa) == []
    assert not inbox.save(reviewer_rui, "  ", Wanted())
    inbox.forget(reviewer_rui, "Urgent sales")
    assert inbox.saved(reviewer_rui) == []


@pytest.mark.parametrize("said", [{}, {"view": "nonsense"}, {"view": "\0"}, {"due": "yesterday"}, {"q": "  "}])
def test_what_is_not_understood_is_not_said(said: dict[str, str]) -> None:
    assert wanted_of(said) == Wanted()


def test_an_odd_name_finds_nothing_and_breaks_nothing(reviewer_rui: User) -> None:
    assert inbox.listed(reviewer_rui, wanted_of({"queue": "a\0b", "workflow": "x" * 999}), NOW, "odd").cases == []


def found(user: User, words: str, **more: str) -> list[str]:
    return [case.pk for case in inbox.listed(user, wanted_of({"q": words, **more}), NOW).cases]


def test_a_case_is_found_by_its_question_its_values_its_run_its_labels_and_who_asked(reviewer_rui: User) -> None:
    run = waiting_run(requester="Émile", labels={"campaign": "Fair"})
    case = open_case(run, asked={"question": "Größe prüfen?", "show": {"Company": "Fabrikam", "Seats": [900]}})
    other = open_case()
    for words in ("GRÖSSE", "fabrikam 900", run.pk, run.pk[-6:], "campaign:fair", "émile", f"{case.pk}"):
        assert found(reviewer_rui, words) == [case.pk], words
    assert found(reviewer_rui, "fabrikam nothing") == []
    assert found(reviewer_rui, "company") == []
    assert found(reviewer_rui, "may we") == [other.pk]


@pytest.mark.parametrize(
    ("kept", "sought", "missed"),
    [
        ("Discount of 100%", "100%", "1%0"),
        ("Key a_b", "a_b", "a_c"),
        (r"Path c\d", r"c\d", r"c\\d"),
        ("Straße 5", "STRASSE", "strase"),
        ("İzmir", "i\u0307ZMIR", "izmir"),
        ("It's “so”", "IT'S", "it''s"),
    ],
)
def test_signs_are_sought_as_they_are_and_letters_whatever_their_case(
    kept: str, sought: str, missed: str, reviewer_rui: User
) -> None:
    case = open_case(asked={"show": {"Text": kept}})
    open_case()
    assert found(reviewer_rui, sought) == [case.pk]
    assert found(reviewer_rui, missed) == []


def test_a_search_goes_with_views_and_filters_and_is_kept_with_them(reviewer_rui: User, reviewer_rosa: User) -> None:
    mine, hers, _free = (open_case(asked={"show": {"Company": "Fabrikam"}}) for _ in range(3))
    open_case()
    claim(mine.pk, reviewer_rui, NOW)
    claim(hers.pk, reviewer_rosa, NOW)
    assert found(reviewer_rui, "fabrikam", view="mine") == [mine.pk]
    assert found(reviewer_rui, "fabrikam", assignee="rosa") == [hers.pk]
    wanted = wanted_of({"q": " fabrikam  inc ", "assignee": "rosa", "due": "week"})
    assert inbox.save(reviewer_rui, "Hers", wanted)
    assert wanted_of(dict(parse_qsl(inbox.saved(reviewer_rui)[0].query))) == wanted
    assert not inbox.save(reviewer_rui, "Long", Wanted(q="ü" * 200))


def test_the_list_is_narrowed_by_when_a_case_is_due(reviewer_rui: User) -> None:
    soon, later, never = (open_case() for _ in range(3))
    Escalation.objects.filter(pk=soon.pk).update(due_at=NOW + HOUR)
    Escalation.objects.filter(pk=later.pk).update(due_at=NOW + 72 * HOUR)
    assert shown(reviewer_rui, due="day") == [soon.pk]
    assert shown(reviewer_rui, due="week") == sorted([soon.pk, later.pk])
    assert shown(reviewer_rui, due="none") == [never.pk]


def test_a_search_looks_through_so_many_cases_at_once_and_says_where_it_stopped(
    reviewer_rui: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "WINDOW", 3)
    run = waiting_run()
    # Ids of one millisecond have no order.
    cases = [open_case(run, id=f"{number:026d}").pk for number in range(4)]
    last = open_case(run, id=f"{4:026d}", asked={"show": {"Company": "Fabrikam"}})
    page = inbox.listed(reviewer_rui, Wanted(q="fabrikam"), NOW)
    assert (page.cases, page.more, page.partly) == ([], cases[2], True)
    page = inbox.listed(reviewer_rui, Wanted(q="fabrikam"), NOW, page.more)
    assert ([case.pk for case in page.cases], page.more) == ([last.pk], "")
    assert inbox.next_of(reviewer_rui, Wanted(q="fabrikam"), NOW, cases[3]) == last.pk


@given(words=st.text(max_size=300))
def test_whatever_is_searched_for_is_a_few_folded_words(words: str) -> None:
    terms = terms_of(words)
    assert len(terms) <= 8
    text = words_of("case", "run", "", {}, words, {"show": [words, {"deep": [words]}]})
    assert "\0" not in text
    text.encode()
    assert all(term in text for term in terms if len(words) < 200)
