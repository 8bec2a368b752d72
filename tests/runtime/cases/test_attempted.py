"""What a step that failed was about to send: put together from the journal, without what may be a key."""

from __future__ import annotations

import pytest

from runtime.cases.attempted import attempted
from runtime.models import Escalation
from tests.makers import runs
from tests.makers.engine import drawn, node, outcome, seal
from tests.makers.leads import ADA

pytestmark = pytest.mark.django_db


def failing(kind: str, config: dict[str, object]) -> Escalation:
    document = drawn([node("call", kind, config), outcome("won")], "start > call", "call.done > won")
    story = runs.Story(seal(document), {"name": "Ada", "key": "k-123"})
    return story.starts("call").needs_help("call", "Nothing answers.")


def test_a_mail_is_shown_as_it_would_have_gone_out_and_a_models_words_are_marked() -> None:
    found = attempted(runs.incident())
    assert found.whose == "model"
    assert "Dear Ada" in found.parts["Text"]
    assert found.input["company"] == ADA["company"]


def test_a_call_is_shown_without_its_headers_and_what_may_be_a_key_in_its_address() -> None:
    config: dict[str, object] = {
        "method": "POST",
        "url": "https://u:p@a.example/x?token={{ input.key }}",
        "headers": {"X-Key": "{{ input.key }}"},
        "body": "{'name': input.name}",
    }
    found = attempted(failing("execute.http", config))
    assert dict(found.parts) == {"Address": "https://a.example/x", "What is sent": {"name": "Ada"}}
    assert found.whose == "case"


def test_what_cannot_be_put_together_is_left_out() -> None:
    config: dict[str, object] = {"to": "{{ input.nothing }}", "subject": "Hello", "body": "Dear {{ input.name }}"}
    assert dict(attempted(failing("execute.email", config)).parts) == {"Subject": "Hello", "Text": "Dear Ada"}


def test_a_step_that_sends_nothing_shows_the_case_alone() -> None:
    found = attempted(failing("execute.wait", {"seconds": 1}))
    assert (dict(found.parts), found.input) == ({}, {"name": "Ada", "key": "k-123"})
