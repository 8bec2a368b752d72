"""A gate's standing as JSON: it comes back as it was, and what was tampered with does not come back at all."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from runtime.judgement.gate import Standing
from runtime.judgement.stored import plan_from, same, standing_from, to_json
from tests.makers.judgement import gate, lived, proven


def stages() -> list[Standing]:
    good = proven().standing
    learning = lived(gate(), [(0.9, at % 2 == 0) for at in range(10)]).standing
    return [gate(), learning, good, lived(good, [(0.95, False)] * 60).standing]


@pytest.mark.parametrize("standing", stages(), ids=lambda standing: standing.state)
def test_a_standing_comes_back_as_it_was(standing: Standing) -> None:
    assert standing_from(json.loads(json.dumps(to_json(standing), allow_nan=False))) == standing


def test_a_plan_comes_back_as_it_was() -> None:
    plan = proven().standing.plan
    assert plan is not None
    assert plan_from(json.loads(json.dumps(to_json(plan)))) == plan


@pytest.mark.parametrize(
    "wrong",
    [
        {"promise": {"max_error": 0.99, "confidence": 0.95}}, {"promise": {"max_error": 0.05, "confidence": 0}},
        {"epoch": "first"}, {"evidence": 3}, {"rules": {"audit": 0}}, {"scoring": {"names": []}},
    ],
    ids=repr,
)  # fmt: skip
def test_what_does_not_fit_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        standing_from({**to_json(gate()), **wrong})


def test_standings_are_the_same_to_the_last_bits_of_a_sum_and_no_further() -> None:
    standing = proven().standing
    evidence = standing.evidence
    assert evidence is not None
    first, *rest = evidence.candidates
    assert same(standing, replace(standing, evidence=replace(evidence, labels=evidence.labels)))
    nearly = replace(first, wealth=tuple(each + 1e-13 for each in first.wealth))
    assert same(standing, replace(standing, evidence=replace(evidence, candidates=(nearly, *rest))))
    other = replace(first, wealth=tuple(each + 1e-3 for each in first.wealth))
    assert not same(standing, replace(standing, evidence=replace(evidence, candidates=(other, *rest))))
    assert not same(standing, gate())
