"""Deciding by conditions."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from runtime.core.node import Done
from runtime.nodes.decide_rule import KIND
from tests.makers.fakes import step

LARGE = {"name": "large", "when": "input.seats >= 100"}
SMALL = {"name": "small", "when": "input.seats > 0"}
ODD = {"name": "odd", "when": "input.gone == 1"}
NO_BOOL = {"name": "number", "when": "input.seats"}


async def decided(choices: list[Any], case: Any, **more: Any) -> str | None:
    outcome = await step(KIND, {"choices": choices, **more}, case)
    assert isinstance(outcome, Done)
    assert isinstance(outcome.output, dict)
    assert outcome.output["choice"] == (None if outcome.port == "unsure" else outcome.port)
    return outcome.port


async def test_the_first_condition_that_holds_decides() -> None:
    assert await decided([LARGE, SMALL], {"seats": 200}) == "large"
    assert await decided([SMALL, LARGE], {"seats": 200}) == "small"
    assert await decided([LARGE, SMALL], {"seats": 20.5}) == "small"


async def test_none_that_holds_is_unsure_or_otherwise() -> None:
    assert await decided([LARGE], {"seats": 1}) == "unsure"
    assert await decided([LARGE], {"seats": 1}, otherwise="rest") == "rest"
    assert await decided([LARGE, SMALL], {"seats": -1}, otherwise="small") == "small"


@pytest.mark.parametrize("doubtful", [ODD, NO_BOOL], ids=["unknown", "no bool"])
async def test_a_condition_that_cannot_be_evaluated_stops_the_search(doubtful: Any) -> None:
    assert await decided([LARGE, doubtful, SMALL], {"seats": 5}, otherwise="rest") == "unsure"
    assert await decided([SMALL, doubtful], {"seats": 5}) == "small"


@pytest.mark.parametrize("value", ["true", 1, None, [], {}])
async def test_only_true_holds(value: Any) -> None:
    assert await decided([{"name": "a", "when": "input.x"}], {"x": value}, otherwise="b") == "unsure"


def test_there_is_one_port_for_each_choice() -> None:
    params = KIND.params.model_validate({"choices": [LARGE, SMALL], "otherwise": "small"})
    assert KIND.ports(params) == ("large", "small", "unsure")
    params = KIND.params.model_validate({"choices": [LARGE], "otherwise": "rest"})
    assert KIND.ports(params) == ("large", "rest", "unsure")


@pytest.mark.parametrize(
    "config",
    [
        *({"choices": []}, {"choices": [LARGE, LARGE]}, {"choices": [{"name": "unsure", "when": "true"}]}),
        *({"choices": [{"name": "Error", "when": "true"}]}, {"choices": [LARGE], "otherwise": "unsure"}),
        *({"choices": [{"name": "", "when": "true"}]}, {"choices": [{"name": "a", "when": True}]}),
        *({"choices": [{"name": "a\nb", "when": "true"}]}, {"choices": [{"name": "x" * 81, "when": "true"}]}),
    ],
)
def test_a_bad_configuration_is_refused(config: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        KIND.params.model_validate(config)
