"""Asking a person for what is missing."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from runtime.core.node import Ask, Done, Resolution
from runtime.nodes.escalate_form import KIND
from tests.makers.fakes import step

FORM = {"type": "object", "properties": {"phone": {"type": "string"}}, "required": ["phone"]}
CONFIG = {"queue": "sales", "question": "The phone of {{ input.name }}?", "show": {"A": "input.a"}, "form": FORM}


async def test_the_form_is_asked_for_even_where_something_is_unknown() -> None:
    ask = await step(KIND, CONFIG, {"name": "Ann"})
    assert isinstance(ask, Ask)
    assert (ask.question, ask.queue, ask.form, ask.choices) == ("The phone of Ann?", "sales", FORM, ())
    assert ask.show["A"] == "(not given)"


async def test_what_is_known_already_stands_in_the_form_and_what_is_not_leaves_its_field_empty() -> None:
    start = {"phone": "input.phone", "mail": "input.gone", "fax": "input.fax"}
    ask = await step(KIND, {**CONFIG, "start": start}, {"name": "Ann", "phone": "12", "fax": None})
    assert isinstance(ask, Ask)
    assert ask.editable == {"phone": {"value": "12"}}


def test_the_answers_are_the_output() -> None:
    assert KIND.answer
    done = KIND.answer(KIND.params.model_validate(CONFIG), Resolution("answered", answers={"phone": "1"}))
    assert done == Done({"phone": "1"}, "answered")


def test_overdue_is_a_port_only_where_an_answer_is_due() -> None:
    assert KIND.ports(KIND.params.model_validate(CONFIG)) == ("answered",)
    assert KIND.ports(KIND.params.model_validate({**CONFIG, "due_hours": 2.5})) == ("answered", "overdue")


@pytest.mark.parametrize(
    "form", [{}, {"type": "string"}, {"type": ["object"]}, {"type": "object", "required": 1}, True]
)
def test_a_form_is_a_sound_schema_of_an_object(form: Any) -> None:
    with pytest.raises(ValidationError):
        KIND.params.model_validate({**CONFIG, "form": form})
