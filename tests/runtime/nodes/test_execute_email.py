"""Sending a mail."""

from __future__ import annotations

import pytest

from runtime.core.node import Done, Failed, Message
from runtime.nodes.execute_email import KIND
from tests.makers.fakes import FakeContext, step

CONFIG = {"to": "{{ input.to }}", "subject": "{{ input.subject }}", "body": "{{ input.body }}"}
MAIL = {"to": "ann@example.org", "subject": "Hello", "body": "How are you?\nBob"}


async def test_a_mail_is_sent_and_its_id_handed_on() -> None:
    context = FakeContext(mail_answers=["<7@host>"])
    assert await step(KIND, {**CONFIG, "connection": "office"}, MAIL, context) == Done({"message_id": "<7@host>"})
    assert context.seen == [Message("ann@example.org", "Hello", "How are you?\nBob", "office")]


@pytest.mark.parametrize(
    "to",
    [
        *("", " ", "ann", "ann@", "@example.org", "a@b", "ann@example.org, eve@evil.org"),
        *("ann@example.org\nBcc: eve@evil.org", "Ann <ann@example.org>", "ann@example.org\r\n"),
        *("ann@example.org;eve@evil.org", "a" * 400 + "@example.org", "ann@localhost", "ann@[127.0.0.1]"),
        *("ann@exa mple.org", "\u202eann@example.org", "<script>@example.org"),
    ],
)
async def test_an_address_that_is_not_one_address_is_not_written_to(to: str) -> None:
    context = FakeContext()
    outcome = await step(KIND, CONFIG, {**MAIL, "to": to}, context)
    if to.strip() == "ann@example.org":
        assert [message.to for message in context.seen] == ["ann@example.org"]
        return
    assert isinstance(outcome, Failed)
    assert (outcome.code, outcome.detail, context.seen) == ("mail.address", {"field": "to"}, [])


@pytest.mark.parametrize("subject", ["", "  ", "Hi\r\nBcc: eve@evil.org", "Hi\nthere", "a\x00b", "a\u2028b", "x" * 501])
async def test_a_subject_holds_one_line_and_no_header(subject: str) -> None:
    context = FakeContext()
    outcome = await step(KIND, CONFIG, {**MAIL, "subject": subject}, context)
    assert isinstance(outcome, Failed)
    assert (outcome.code, outcome.passing, context.seen) == ("mail.subject", False, [])


async def test_an_empty_mail_is_not_sent() -> None:
    outcome = await step(KIND, CONFIG, {**MAIL, "body": " \n "})
    assert isinstance(outcome, Failed)
    assert outcome.code == "mail.body"


@pytest.mark.parametrize("field", ["to", "subject", "body"])
@pytest.mark.parametrize("value", [None, "absent"])
async def test_a_hole_that_cannot_be_filled_sends_nothing(field: str, value: str | None) -> None:
    context = FakeContext()
    case = {**MAIL, field: value}
    if value:
        del case[field]
    outcome = await step(KIND, CONFIG, dict(case), context)
    assert isinstance(outcome, Failed)
    assert (outcome.code, outcome.detail, context.seen) == ("expression", {"field": field}, [])


async def test_a_failure_of_the_mail_server_is_handed_on() -> None:
    down = Failed("mail.down", "The mail server does not answer.", passing=True)
    assert await step(KIND, CONFIG, MAIL, FakeContext(mail_answers=[down])) is down


def test_a_mail_is_outward() -> None:
    assert KIND.effect(KIND.params.model_validate(CONFIG)) == "outward"
