"""Log-probabilities that are missing, contradict themselves or are none never make a choice look surer than it was."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from runtime.ai.reading import read_answer
from runtime.core.node import ModelAnswer, ModelRequest, Option
from tests.makers.openai_server import completion

OPTIONS = (Option("go"), Option("go on"), Option("stop"))
CHOICE = ModelRequest("c", "Which way?", "choice", options=OPTIONS, logprobs=True)


def signal(body: dict[str, Any]) -> float | None:
    found = read_answer(json.dumps(body).encode(), CHOICE)[0]
    assert isinstance(found, ModelAnswer)
    return found.signals.get("logprob")


def stated(own: Any, *tops: tuple[str, float], content: str = '{"choice":"go"}') -> float | None:
    """What is made of an answer whose token of the choice says this of itself and of others."""
    before, after = content.split("go", 1)
    listed = [{"token": token, "logprob": logprob} for token, logprob in tops]
    tokens = [{"token": before, "logprob": 0}, {"token": "go", "logprob": own, "top_logprobs": listed}]
    body = completion(content)
    body["choices"][0]["logprobs"] = {"content": [*tokens, {"token": after, "logprob": 0}]}
    return signal(body)


@pytest.mark.parametrize("alternatives", [[], [("banana", -6.0)], [("go", -5.0)]])
def test_what_is_not_listed_may_be_another_name(alternatives: list[tuple[str, float]]) -> None:
    assert stated(-5.0, *alternatives) == pytest.approx(math.exp(-5.0), rel=0.01)


def test_a_token_that_is_listed_otherwise_than_it_says_of_itself_is_as_rare_as_the_rarer_says() -> None:
    assert stated(-5.0, ("go", 0.0)) == pytest.approx(math.exp(-5.0), rel=0.01)
    assert stated(0.0, ("go", -5.0)) == pytest.approx(math.exp(-5.0), rel=0.01)
    assert stated(0.0, ("go", 0.0), ("go", -5.0)) == pytest.approx(math.exp(-5.0), rel=0.01)


def test_another_name_that_is_listed_twice_is_as_likely_as_the_likelier_says() -> None:
    found = stated(math.log(0.4), ("stop", math.log(0.6)), ("stop", -40.0))
    assert found == pytest.approx(0.4)


@pytest.mark.parametrize("own", [1e308, 2**62, 0.5, None, "-inf", [0]])
def test_a_number_that_is_no_log_probability_is_no_signal(own: Any) -> None:
    assert stated(own) is None


def test_where_a_choice_is_named_twice_nobody_knows_which_tokens_are_meant() -> None:
    twice = '{"why":{"choice":"go"},"choice":"go"}'
    tokens = [('{"why":{"choice":"', {}), ("go", {"go": 1.0}), ('"},"choice":"', {}), ("go", {"go": 0.1, "stop": 0.9})]
    assert signal(completion(twice, logprobs=[*tokens, ('"}', {})])) is None


def test_numbers_that_are_no_probabilities_are_no_signal() -> None:
    assert stated(0.0, ("stop", 0.0)) is None
