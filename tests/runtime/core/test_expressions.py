"""The language of the drawings: what expressions mean, and what they say when they have no value."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from runtime.core.expressions import Expr, Unknown, evaluate
from runtime.core.templates import Template

SCOPE: dict[str, Any] = {
    "input": {
        "whole": 3,
        "half": 2.5,
        "yes": True,
        "text": "abc",
        "list": [1, 2, 3],
        "none": None,
        "object": {"a": 1},
        "orders": [{"price": 1, "note": "x"}, {"price": 2}],
        "huge": 2**70,
        "endless": 10**400,
        "nan": math.nan,
        "broken": "a\ud800",
    },
    "steps": {"score": {"output": {"value": 0.9, "text": "hi"}, "port": "pass"}},
    "run": {"id": "r1", "started_at": "2026-01-01T00:00:00Z"},
}

VALUES = [
    ("input.text", "abc"),
    ('input["text"]', "abc"),
    ("input.whole + input.half", 5.5),
    ("1 + 1.0", 2.0),
    ("size(input.list) > 2.0", True),
    ("1 == 1.0", True),
    ("1 in [1.0]", True),
    ("2.0 in input.list", True),
    ("input.list[0.0]", 1),
    ("4 / 5", 0.8),
    ("7 / 2 > 3.4", True),
    ("6 / 2", 3),
    ("5.5 % 2", 1.5),
    ("5 % 3", 2),
    ("input.yes ? 1 : 2.5", 1),
    ("input.yes == 1", False),
    ("input.none == null", True),
    ("input.whole > 2.0 && input.text == 'abc'", True),
    ("input.missing || true", True),
    ("input.orders.filter(o, has(o.note)).map(o, o.price)", [1]),
    ("input.orders.exists(o, o.price == 2.0)", True),
    ("input.list.all(item, item > 0)", True),
    ("[1, 2].map(x, x).map(y, y * 2)", [2, 4]),
    ('{"a": 1, "b": [1, 2.5]}', {"a": 1, "b": [1, 2.5]}),
    ("[1] + ['a']", [1, "a"]),
    ("input.text + '!' + string(input.whole)", "abc!3"),
    ("' a '.trim().upperAscii()", "A"),
    ("math.greatest(1, input.half)", 2.5),
    ("math.round(2.4)", 2.0),
    ("timestamp(run.started_at) + duration('1h')", "2026-01-01T01:00:00Z"),
    ("timestamp(run.started_at) - timestamp('2025-12-31T23:00:00.5Z')", "3599.5s"),
    ("duration('-1.5s')", "-1.5s"),
    ("timestamp(run.started_at).getFullYear()", 2026),
    ("input.huge", 2**70),
    ("input.huge > 5", True),
    ("size(input.broken)", 2),
    ("steps.score.output.value > 0.8", True),
    ('steps["score"].port', "pass"),
    ("has(input.missing.deeper.still)", False),
    ("has(input.none.field)", False),
    ("has(input.text.field)", False),
    ("has(input.object) && has(input.object.a)", True),
    ('has(input["object"].a)', True),
    ('has(input["missing"].a)', False),
    ("has(steps.score)", True),
    ("has(steps.other)", False),
    ("has(steps.other.output.value)", False),
    ("has(steps.other.output.value) && steps.other.output.value > 1", False),
    ("!has(steps.other) || steps.other.output.value > 1", True),
    ('"other" in steps ? steps.other.output : 7', 7),
]

UNKNOWNS = [
    ("input.missing", "missing_field", "input.missing"),
    ("input.missing.deeper > 1", "missing_field", "input.missing"),
    ("input.none.field", "missing_field", "input.none.field"),
    ("input.none.field > 1", "missing_field", "input.none.field"),
    ("input.list[7]", "missing_field", "item [7]"),
    ("input.orders.map(o, o.note)", "missing_field", "note"),
    ("steps.other.output.value", "missing_field", "step `other` has not run"),
    ("steps.other.output.value > 1", "missing_field", "step `other` has not run"),
    ("item.price", "missing_field", "item"),
    ("item + 1", "missing_field", "item"),
    ("true >= 0.8", "type", "yes or no"),
    ("input.yes >= 0.8", "type", "yes or no"),
    ("input.none > 1", "type", "nothing"),
    ("input.text + 1", "type", "a text"),
    ("'a' + 1", "type", "a text"),
    ("'a' == 1", "type", "a text"),
    ("input.text.field > 1", "type", "no object"),
    ("input.whole ? 1 : 2", "type", "neither yes nor no"),
    ("input.whole && true", "type", "&&"),
    ("input.list[0.5]", "type", "whole numbers"),
    ("{1: 2}", "type", "names"),
    ("input.text.matches('(')", "type", "pattern"),
    ("timestamp('yesterday')", "type", "time"),
    ("1 / 0", "not_finite", "zero"),
    ("5.5 % 0", "not_finite", "zero"),
    ("!(0.0 / 0.0 < 0.8)", "not_finite", "zero"),
    ("1.0 / 0.0 >= 0.8", "not_finite", "zero"),
    ("!(double('nan') < 0.8)", "not_finite", "finite"),
    ("double('Infinity') >= 0.8", "not_finite", "finite"),
    ("!(-(double('inf') - double('inf')) < 1)", "not_finite", "finite"),
    ("input.half * 1e308 - input.half * 1e308 < 5", "not_finite", "finite"),
    ("!(math.sqrt(-1) < 1)", "not_finite", "finite"),
    ("1e999", "not_finite", "too large"),
    ("9223372036854775807 + 1", "not_finite", "too large"),
    ("input.nan", "not_finite", "finite"),
    ("!(input.nan < 0.8)", "not_finite", "finite"),
    ("input.endless > 1", "not_finite", "finite"),
    ("undefined", "error", "undefined"),
    ("nothing(1)", "error", "nothing"),
    ("trim(input.text)", "error", "follows a dot"),
    ("input.text.trim(1)", "error", "takes 0 values"),
    ("3u", "error", "Write numbers without"),
    ("b'a'", "error", "Write numbers without"),
    ("google.protobuf.Struct{}", "error", "without a name"),
    ("1 +", "error", "end"),
    ("", "error", "empty"),
    ("'\ud800'", "error", "not text"),
    ("input.list.map(x, input.list.map(y, x))", "error", "inside each other"),
    ("steps", "error", "Name the step"),
    ("size(steps)", "error", "Name the step"),
    ("steps[input.text].output", "error", "Name the step"),
    ("steps.score", "error", "steps.score.output"),
    ("steps.score.value", "error", "steps.score.output.value"),
]


@pytest.mark.parametrize(("text", "value"), VALUES)
def test_an_expression_has_its_value(text: str, value: object) -> None:
    found = evaluate(text, SCOPE)
    assert found == value
    assert isinstance(found, bool) == isinstance(value, bool)


@pytest.mark.parametrize(("text", "code", "reason"), UNKNOWNS)
def test_what_cannot_be_computed_says_why(text: str, code: str, reason: str) -> None:
    found = evaluate(text, SCOPE)
    assert isinstance(found, Unknown), found
    assert found.code == code
    assert reason.casefold() in found.reason.casefold()


def test_the_missing_field_is_the_unguarded_one() -> None:
    found = evaluate("(has(input.a) ? input.a : 1) + input.list[0] + input.gone.b", {"input": {"list": [1]}})
    assert found == Unknown("`input.gone` is missing.", "missing_field")


def test_a_result_is_bounded() -> None:
    scope: dict[str, Any] = {"input": {"text": "a" * 60_000}}
    found = evaluate("input.text + input.text", scope)
    assert isinstance(found, Unknown)
    assert found.code == "too_large"


def test_a_macro_sees_at_most_a_thousand_items() -> None:
    assert evaluate("input.map(x, 1).size()", {"input": [1] * 1000}) == 1000
    for text in ("input.exists(x, x > 5)", "(input + [1]).map(x, x)", "'a,a'.split(',').map(x, x) + input.map(x, x)"):
        found = evaluate(text, {"input": [1] * 1001})
        assert isinstance(found, Unknown)
        assert found.code == "too_large"


# Fields of a configuration


class _Params(BaseModel):
    when: Expr = Expr("true")
    text: Template = Template("")


def test_a_configuration_takes_expressions_and_templates_as_strings() -> None:
    params = _Params.model_validate({"when": "input.a > 1", "text": "Hi {{ input.name }}"})
    assert isinstance(params.when, Expr)
    assert isinstance(params.text, Template)
    assert json.loads(params.model_dump_json()) == {"when": "input.a > 1", "text": "Hi {{ input.name }}"}


@pytest.mark.parametrize("bare", [3, 0.5, True, None, {"a": 1}, ["x"]])
def test_a_bare_value_is_no_expression(bare: object) -> None:
    with pytest.raises(ValidationError, match="Write \"'text'\" for a text"):
        _Params.model_validate({"when": bare})


@pytest.mark.parametrize("text", ["", " ", "input.", "1" * 1001, "nothing"])
def test_a_text_that_does_not_compile_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValidationError) as caught:
        _Params.model_validate({"when": text})
    assert caught.value.errors()[0]["msg"].endswith((".", "`."))


def test_the_schema_tells_expressions_from_texts() -> None:
    fields = _Params.model_json_schema()["properties"]
    assert (fields["when"]["type"], fields["when"]["format"], fields["when"]["maxLength"]) == ("string", "cel", 1000)
    assert fields["text"]["format"] == "template"


def test_an_object_has_its_names_in_one_order_whatever_process_computed_it() -> None:
    value = evaluate("{'b': 1, 'a': {'d': 1, 'c': 2}, 'e': [{'g': 1, 'f': 2}]}", {})
    assert json.dumps(value) == '{"a": {"c": 2, "d": 1}, "b": 1, "e": [{"f": 2, "g": 1}]}'
