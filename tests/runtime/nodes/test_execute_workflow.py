"""Running another workflow."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from runtime.core.node import Call, Failed
from runtime.nodes.execute_workflow import KIND
from tests.makers.fakes import step


async def test_the_other_workflow_is_called_with_computed_values() -> None:
    config = {"workflow": "enrich", "version": 3, "input": {"domain": "input.site"}, "by_outcome": ["found"]}
    outcome = await step(KIND, config, {"site": "example.org"})
    assert outcome == Call("enrich", {"domain": "example.org"}, 3, ("found",))


async def test_a_value_that_cannot_be_computed_calls_nothing() -> None:
    outcome = await step(KIND, {"workflow": "enrich", "input": {"domain": "input.site"}}, {})
    assert isinstance(outcome, Failed)


def test_each_named_outcome_has_a_port() -> None:
    params = KIND.params.model_validate({"workflow": "enrich", "by_outcome": ["found", "not found"]})
    assert KIND.ports(params) == ("done", "found", "not found", "error")


def test_it_counts_as_an_outward_action_whose_output_a_model_may_have_written() -> None:
    assert KIND.effect(KIND.params.model_validate({"workflow": "enrich"})) == "outward"
    assert KIND.writes_freely


@pytest.mark.parametrize(
    "config",
    [
        *({"workflow": ""}, {"workflow": "Not A Slug"}, {"workflow": "../x"}, {"by_outcome": ["a", "a"]}),
        *({"by_outcome": ["error"]}, {"by_outcome": ["Done"]}, {"by_outcome": True}, {"version": 0}),
        {"version": 1.0},
    ],
)
def test_a_bad_configuration_is_refused(config: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        KIND.params.model_validate({"workflow": "enrich", **config})
