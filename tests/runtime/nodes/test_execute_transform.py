"""Computing values."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from runtime.core.node import Done, Failed
from runtime.nodes.execute_transform import KIND
from tests.makers.fakes import step


async def test_values_are_computed_by_name() -> None:
    config = {"output": {"name": "input.first + ' ' + input.last", "twice": "input.seats * 2"}}
    outcome = await step(KIND, config, {"first": "Ann", "last": "Lee", "seats": 3})
    assert outcome == Done({"name": "Ann Lee", "twice": 6}, "done")


async def test_a_value_that_cannot_be_computed_fails_the_step_and_names_the_field() -> None:
    outcome = await step(KIND, {"output": {"a": "1", "b": "input.nothing"}}, {})
    assert isinstance(outcome, Failed)
    assert (outcome.code, outcome.passing, outcome.detail) == ("expression", False, {"field": "b"})
    assert "input.nothing" in outcome.message


@pytest.mark.parametrize("output", [{}, {"a": 3}, {"a": None}, {"a": "1 +"}, {" a": "1"}, {"": "1"}, [], "1"])
def test_a_bad_configuration_is_refused(output: object) -> None:
    with pytest.raises(ValidationError):
        KIND.params.model_validate({"output": output})
