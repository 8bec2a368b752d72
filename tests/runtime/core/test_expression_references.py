"""What an expression refers to: the step, the part, the path, and whether a guard stands before it."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.core.expressions import narrow, references


def _guarded(text: str) -> dict[str, set[bool]]:
    found: dict[str, set[bool]] = {}
    for each in references(text):
        if not each.presence:
            found.setdefault(".".join((each.root, *each.path)), set()).add(each.guarded)
    return found


@pytest.mark.parametrize(
    "text",
    [
        "has(steps.x.output) && steps.x.output.score > 1",
        "has(steps.x) ? steps.x.output.score > 1 : false",
        "!has(steps.x.output.score) ? false : steps.x.output.score > 1",
        "'x' in steps && (input.a || steps.x.output.score > 1)",
        "!has(steps.x) || steps.x.output.score > 1",
        "!('x' in steps && input.a) || steps.x.output.score > 1",
        "input.a && has(steps.x.port) && input.b && steps.x.output.score > 1",
        "has(steps.x) && input.list.all(y, y > steps.x.output.score)",
    ],
)
def test_a_guarded_reference_is_known_as_such(text: str) -> None:
    assert _guarded(text)["steps.x.output.score"] == {True}


@pytest.mark.parametrize(
    "text",
    [
        "steps.x.output.score > 1",
        "steps.x.output.score > 1 && has(steps.x)",
        "has(steps.y) && steps.x.output.score > 1",
        "has(steps.x) || steps.x.output.score > 1",
        "(has(steps.x) || input.a) && steps.x.output.score > 1",
        "!has(steps.x) && steps.x.output.score > 1",
        "has(steps.x) ? 1 : steps.x.output.score",
        "input.list.exists(y, has(steps.x)) && steps.x.output.score > 1",
    ],
)
def test_an_unguarded_reference_is_known_as_such(text: str) -> None:
    assert _guarded(text)["steps.x.output.score"] == {False}


def test_references_name_step_part_and_path() -> None:
    found = {each.part: each for each in references('steps.qualify.output["score"] > 1 || steps.send.port == "done"')}
    assert found["output"].path == ("qualify", "output", "score")
    assert found["port"].step == "send"


def test_a_macro_variable_hides_the_scope() -> None:
    assert {each.root for each in references("input.list.all(item, item.a > index)")} == {"input", "index"}


def test_has_on_an_absent_step_is_a_guarded_reference() -> None:
    (found,) = references("has(steps.x.output.y)")
    assert (found.guarded, found.presence, found.part) == (True, True, "output")


def test_only_what_is_read_travels() -> None:
    scope: dict[str, Any] = {"input": {"a": {"b": 1, "c": [2]}, "d": 3}, "steps": {"x": {"output": {"big": "…"}}}}
    assert narrow(["input.a.b > 1", "has(steps.x.output)"], scope) == {
        "input": {"a": {"b": 1}},
        "steps": {"x": {"output": None}},
    }
    assert narrow(["size(input.a)", "input.a.b + 1", "has(input.a.c)"], scope)["input"] == {"a": scope["input"]["a"]}
    assert scope["input"]["a"] == {"b": 1, "c": [2]}
