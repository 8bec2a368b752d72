"""What a mail with notices says, and what can never stand in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from runtime.notices.letters import MOST_LINES, Item, letter

AT = "https://interlock.example"
ITEM = Item("new", "c1", "Leads", "Review the mail", "sales", datetime(2026, 3, 2, 17, 0, tzinfo=UTC))


def test_one_case_is_named_in_the_subject_and_linked_in_the_text() -> None:
    told = letter([ITEM], AT)
    assert told.subject == "A case is new: Review the mail, Leads (queue sales)"
    assert told.body == (
        "1 new case:\n- Review the mail, Leads (queue sales), due 02 March 2026, 17:00 UTC\n"
        "  https://interlock.example/cases/c1/\n\n"
        "Which mails you get: https://interlock.example/settings/notices/\n"
    )


def test_many_cases_come_in_one_mail_the_most_urgent_first() -> None:
    told = letter([ITEM, replace(ITEM, event="overdue", case="c2"), replace(ITEM, case="c3", due_at=None)], AT)
    assert told.subject == "Interlock: 1 case is overdue, 2 new cases"
    assert told.body.index("/cases/c2/") < told.body.index("/cases/c1/") < told.body.index("/cases/c3/")


def test_a_mail_stays_short_however_many_cases_there_are() -> None:
    told = letter([replace(ITEM, case=f"c{number}") for number in range(500)], AT)
    assert told.body.count("/cases/c") == MOST_LINES
    assert f"and {500 - MOST_LINES} more: {AT}/cases/" in told.body


def test_no_name_starts_a_new_line_or_header() -> None:
    told = letter([replace(ITEM, step="Review\r\nBcc: all@example.org", workflow="L\u2028x", queue="a\0b")], AT)
    assert told.subject.isprintable()
    assert "\nBcc" not in told.body
