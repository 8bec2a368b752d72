"""Checking assertions."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from runtime.core.node import Done
from runtime.nodes.verify_rules import KIND
from tests.makers.fakes import step

TRUE = {"name": "true", "assert": "input.seats > 0", "else": "fail"}
FAILS = {"name": "fails", "assert": "input.seats > 100", "else": "fail"}
DOUBTS = {"name": "doubts", "assert": "input.seats > 50", "else": "unsure"}
UNKNOWN = {"name": "unknown", "assert": "input.gone > 1", "else": "fail"}
NO_BOOL = {"name": "number", "assert": "input.seats", "else": "fail"}


@pytest.mark.parametrize(
    ("rules", "port", "broken"),
    [
        ([TRUE], "pass", []),
        ([TRUE, FAILS], "fail", ["fails"]),
        ([TRUE, DOUBTS], "unsure", ["doubts"]),
        ([UNKNOWN], "unsure", ["unknown"]),
        ([NO_BOOL], "unsure", ["number"]),
        ([DOUBTS, FAILS, UNKNOWN], "fail", ["doubts", "fails", "unknown"]),
        ([UNKNOWN, FAILS], "fail", ["unknown", "fails"]),
    ],
)
async def test_a_certain_failure_outweighs_a_doubt(rules: list[object], port: str, broken: list[str]) -> None:
    outcome = await step(KIND, {"rules": rules}, {"seats": 10})
    assert isinstance(outcome, Done)
    assert isinstance(outcome.output, dict)
    listed = outcome.output["broken"]
    assert isinstance(listed, list)
    assert outcome.port == port
    assert [rule["name"] for rule in listed if isinstance(rule, dict)] == broken
    assert all(isinstance(rule, dict) and rule["reason"] for rule in listed)


@pytest.mark.parametrize("value", ["true", 1, [True], {"a": True}, None])
async def test_only_true_holds(value: object) -> None:
    outcome = await step(KIND, {"rules": [{"name": "a", "assert": "input.x"}]}, {"x": value})
    assert isinstance(outcome, Done)
    assert outcome.port == "unsure"


async def test_a_reason_says_what_is_missing() -> None:
    outcome = await step(KIND, {"rules": [UNKNOWN]}, {})
    assert isinstance(outcome, Done)
    assert "input.gone" in str(outcome.output)


@pytest.mark.parametrize(
    "rules",
    [
        *([], [TRUE, TRUE], [{"name": "a"}], [{"name": "a", "assert": "1 +"}], [{"name": "a", "assert": True}]),
        *([{"name": "a", "assert": "true", "else": "pass"}], [{"name": "a", "holds": 1}], TRUE),
    ],
)
def test_a_bad_configuration_is_refused(rules: object) -> None:
    with pytest.raises(ValidationError):
        KIND.params.model_validate({"rules": rules})
