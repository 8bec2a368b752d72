"""The end of a run."""

from __future__ import annotations

from runtime.core.node import Done, Failed
from runtime.nodes.outcome import KIND
from tests.makers.fakes import step


async def test_the_end_has_the_values_and_no_port() -> None:
    assert await step(KIND, {"output": {"to": "input.email"}}, {"email": "a@b.c"}) == Done({"to": "a@b.c"}, None)
    assert await step(KIND, {"kind": "stopped"}) == Done({}, None)


async def test_a_value_that_cannot_be_computed_is_an_incident_and_no_end() -> None:
    outcome = await step(KIND, {"output": {"to": "input.email"}}, {})
    assert isinstance(outcome, Failed)
    assert (outcome.code, outcome.passing) == ("expression", False)


def test_nothing_follows_an_end() -> None:
    assert KIND.ports(KIND.params.model_validate({})) == ()
