"""Asking a person to decide."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from runtime.core.node import Ask, Choice, Done, Resolution
from runtime.nodes.escalate_review import KIND
from tests.makers.fakes import step

CHOICES = [{"name": "approve", "label": "Send"}, {"name": "reject", "comment_required": True}]
CONFIG = {"question": "Write to {{ input.email }}?", "choices": CHOICES}


async def asked(config: Any, case: Any) -> Ask:
    outcome = await step(KIND, config, case)
    assert isinstance(outcome, Ask)
    return outcome


async def test_the_question_is_asked_as_it_is_drawn() -> None:
    more = {
        "queue": "sales",
        "show": {"Seats": "input.seats"},
        "due_hours": 4,
        "reviewers": 2,
        "not_by_requester": True,
    }
    ask = await asked({**CONFIG, **more}, {"email": "a@b.c", "seats": 3})
    assert ask == Ask(
        question="Write to a@b.c?",
        choices=(Choice("approve", "Send"), Choice("reject", "", comment_required=True)),
        show={"Seats": 3},
        queue="sales",
        due_hours=4,
        reviewers=2,
        not_by_requester=True,
    )


async def test_what_cannot_be_computed_never_keeps_the_question_from_being_asked() -> None:
    editable = {"subject": {"expr": "input.gone", "schema": {"type": "string"}}}
    ask = await asked({**CONFIG, "show": {"A": "input.gone", "B": "1"}, "editable": editable}, None)
    assert ask.question == "Write to …?"
    assert ask.show["A"] == "(not given)"
    assert ask.show["B"] == 1
    assert ask.editable["subject"]["value"] is None
    assert ask.editable["subject"]["unknown"]


async def test_what_the_designer_says_of_buttons_and_of_answering_many_at_once_reaches_the_case() -> None:
    choices = [{"name": "approve", "main": True}, {"name": "reject"}]
    ask = await asked({**CONFIG, "choices": choices, "bulk": True}, {"email": "e"})
    assert [choice.main for choice in ask.choices] == [True, False]
    assert ask.bulk


def test_only_one_button_stands_out() -> None:
    with pytest.raises(ValidationError, match="at most one"):
        KIND.params.model_validate({**CONFIG, "choices": [{"name": "a", "main": True}, {"name": "b", "main": True}]})


async def test_an_editable_value_comes_with_its_schema() -> None:
    schema = {"type": "string", "maxLength": 9}
    ask = await asked({**CONFIG, "editable": {"s": {"expr": "input.s", "schema": schema}}}, {"s": "x", "email": "e"})
    assert ask.editable == {"s": {"value": "x", "schema": schema}}


@pytest.mark.parametrize(
    ("more", "ports"), [({}, ("approve", "reject")), ({"due_hours": 1}, ("approve", "reject", "overdue"))]
)
def test_overdue_is_a_port_only_where_an_answer_is_due(more: dict[str, Any], ports: tuple[str, ...]) -> None:
    assert KIND.ports(KIND.params.model_validate({**CONFIG, **more})) == ports


def test_the_answer_leaves_through_the_port_of_the_choice() -> None:
    assert KIND.answer
    params = KIND.params.model_validate(CONFIG)
    resolution = Resolution("reject", {"s": "y"}, "no consent", "ann", "2026-03-04T12:00:00Z")
    expected: dict[str, Any] = {
        "choice": "reject",
        "edits": {"s": "y"},
        "comment": "no consent",
        "by": "ann",
        "at": resolution.at,
    }
    assert KIND.answer(params, resolution) == Done(expected, "reject")


@pytest.mark.parametrize(
    "change",
    [
        *({"choices": []}, {"choices": [CHOICES[0], CHOICES[0]]}, {"choices": [{"name": "overdue"}]}),
        *({"due_hours": 0}, {"due_hours": float("inf")}, {"reviewers": 0}, {"reviewers": True}, {"question": 5}),
        *({"question": "{{ 1 + }}"}, {"editable": {"a": {"expr": "1", "schema": {"type": "nonsense"}}}}),
        {"show": {"a": 1}},
    ],
)
def test_a_bad_configuration_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        KIND.params.model_validate({**CONFIG, **change})
