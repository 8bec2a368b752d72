"""Calling a registered function."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from runtime.core.functions import find
from runtime.core.node import Done, Failed
from runtime.nodes.execute_python import KIND
from tests.makers.fakes import FakeContext, step

CONFIG = {"function": "interlock.fingerprint", "args": {"value": "input.email"}}


async def test_the_function_is_called_through_the_context_with_computed_arguments() -> None:
    context = FakeContext()
    outcome = await step(KIND, CONFIG, {"email": "a@example.org"}, context)
    assert context.seen == [("interlock.fingerprint", {"value": "a@example.org"})]
    assert isinstance(outcome, Done)
    assert isinstance(outcome.output, str)
    assert len(outcome.output) == 64


async def test_an_argument_that_cannot_be_computed_calls_nothing() -> None:
    context = FakeContext()
    outcome = await step(KIND, CONFIG, {}, context)
    assert isinstance(outcome, Failed)
    assert (outcome.detail, context.seen) == ({"field": "value"}, [])


def test_an_unknown_function_is_refused_by_name_when_the_drawing_is_checked() -> None:
    with pytest.raises(ValidationError, match=r"No function is registered as “os\.system”"):
        KIND.params.model_validate({"function": "os.system"})


def test_the_effect_is_the_functions_own() -> None:
    function = find("interlock.fingerprint")
    assert function
    assert KIND.effect(KIND.params.model_validate(CONFIG)) == function.effect == "none"


def test_a_function_that_is_gone_counts_as_outward() -> None:
    params = KIND.params.model_construct(function="gone.since", args={})
    assert KIND.effect(params) == "outward"
