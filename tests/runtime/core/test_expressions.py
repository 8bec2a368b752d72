"""The language of the drawings: what expressions and templates mean, what they refuse, and that nothing hangs them."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from runtime.core import templates
from runtime.core.expressions import Expr, Unknown, evaluate, is_costly, narrow, references
from runtime.core.expressions.language import program
from runtime.core.templates import Template, render

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
    ("true >= 0.8", "type", "true/false"),
    ("input.yes >= 0.8", "type", "true/false"),
    ("input.none > 1", "type", "null"),
    ("input.text + 1", "type", "a text"),
    ("'a' + 1", "type", "a text"),
    ("'a' == 1", "type", "a text"),
    ("input.text.field > 1", "type", "no object"),
    ("input.whole ? 1 : 2", "type", "neither true nor false"),
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
    ("input.text.trim(1)", "error", "0 arguments"),
    ("3u", "error", "JSON"),
    ("b'a'", "error", "JSON"),
    ("google.protobuf.Struct{}", "error", "without a name"),
    ("1 +", "error", "end"),
    ("", "error", "empty"),
    ("'\ud800'", "error", "not text"),
    ("input.list.map(x, input.list.map(y, x))", "error", "inside another"),
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
    assert reason in found.reason


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


# References


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


# Templates


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("plain", "plain"),
        ("Hi {{ input.text }}, {{input.whole}} of {{ input.half * 2 }}", "Hi abc, 3 of 5"),
        ("{{ input.yes }}", "true"),
        ("{{ input.orders }}", '[{"price":1,"note":"x"},{"price":2}]'),
        ("{{ [1.0, 2.5] }}", "[1,2.5]"),
        ('{"a": {"b": {{ input.whole }}}}', '{"a": {"b": 3}}'),
        ('{{ {"a": {"b": 1}}.a.b }}', "1"),
        ("{{ \"}}\" + '{{' }}", "}}{{"),
        ("{{ '''a\n}}''' }}", "a\n}}"),
    ],
)
def test_a_template_is_filled(template: str, text: str) -> None:
    assert render(Template(template), SCOPE) == text


@pytest.mark.parametrize("template", ["{{ input.gone }}", "a {{ input.none }}", "{{ steps.other.output.x }}"])
def test_a_hole_without_a_value_is_unknown(template: str) -> None:
    found = render(template, SCOPE)
    assert isinstance(found, Unknown)
    assert found.code == "missing_field"
    assert template.split("{{ ")[1].split(" }}")[0].split(".x")[0] in found.reason


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("a {{ input.x", "never closed"),
        ("a {{ 'x }}", "cannot be read"),
        ("input.x }} a", "closes nothing"),
        ("{{ }}", "empty"),
        ("{{ a b }}", "cannot be read"),
        ("x" * 20_001, "20,000"),
    ],
)
def test_a_broken_template_is_refused(template: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Template(template)
    assert isinstance(render(template, SCOPE), Unknown) or reason in ("empty", "cannot be read")


def test_a_rendered_text_is_bounded() -> None:
    found = render("{{ input }}{{ input }}", {"input": "a" * 60_000})
    assert isinstance(found, Unknown)
    assert found.code == "too_large"


# Hostile texts and data

BOMBS = {
    "open parentheses": "(" * 1000,
    "parentheses": "(" * 499 + "1" + ")" * 499,
    "open brackets": "[" * 1000,
    "open braces": "{" * 1000,
    "minus": "-" * 999 + "1",
    "spaced minus": "- " * 499 + "1",
    "not": "!" * 996 + "true",
    "conditions": "true?1:" * 140 + "1",
    "sum": "1+" * 499 + "1",
    "fields": "input" + ".a" * 490,
    "items": "input" + "[0]" * 330,
    "and": "true&&" * 160 + "true",
    "macros in macros": "[1].map(x," * 80 + "x" + ")" * 80,
    "macros on macros": "[1,2]" + ".map(x,x)" * 100,
    "has": "has(" * 150 + "a.b" + ")" * 150,
    "greatest": "math.greatest(" + "1," * 480 + "1)",
    "quotes": "'" * 1000,
    "dots": "." * 1000,
    "backticks": "`" * 1000,
    "zero bytes": "\0" * 1000,
    "emoji": "\U0001f600" * 1000,
    "digits": "9" * 1000,
    "exponent": "1e" + "9" * 990,
    "long list": "[" + "1," * 480 + "1]",
}


@pytest.mark.slow
def test_no_text_crashes_the_parser_or_holds_it() -> None:
    # In a process of its own: a crash of native code would take the tests with it.
    script = (
        "import json, sys, time\n"
        "from runtime.core.expressions import evaluate\n"
        "evaluate('1', {})\n"
        "for name, text in json.loads(sys.stdin.read()).items():\n"
        "    start = time.process_time()\n"
        "    evaluate(text, {'input': {}})\n"
        "    print(name, time.process_time() - start, sep='\\t')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], input=json.dumps(BOMBS), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    took = {name: float(seconds) for name, seconds in (line.split("\t") for line in done.stdout.splitlines())}
    assert took.keys() == BOMBS.keys()
    assert max(took.values()) < 0.25, took


COSTLY: list[tuple[str, Any]] = [
    ("input.map(x, x)", [1]),
    ("input.matches('^(a?){500}a{500}$')", "a"),
    ("input.replace('a', 'aaaaaaaaaa')", "a"),
    ("input.join(',')", ["a"]),
    ("'%.1000f'.format(input)", [1.5]),
    ("size(input) > 1", [1] * 5000),
    ("input.contains('aab')", "a" * 20_000),
    (" + ".join(["input"] * 30), "a" * 45_000),
]


@pytest.mark.parametrize(("text", "data"), COSTLY)
def test_what_may_take_long_is_costly(text: str, data: Any) -> None:
    assert is_costly(text, {"input": data})
    assert templates.is_costly(f"{{{{ {text} }}}}", {"input": data})


@pytest.mark.parametrize(
    "text", ["input.text", "input.whole > 2 && input.text == 'abc'", "size(input.list) > 1", "(", "input"]
)
def test_what_is_quick_is_not_costly(text: str) -> None:
    assert not is_costly(text, SCOPE)


CHEAP: list[tuple[str, Any]] = [
    (" || ".join(["input == [0]"] * 60), list(range(200))),
    (" + ".join(["input"] * 30) + " == ''", "a" * 10_000),
    (" || ".join(["input.contains('aaaaaaaaaaaaaaaaaaaaaaab')"] * 20), "a" * 4_900),
    (" || ".join(["5 in input"] * 60), ["a"] * 900),
]


@pytest.mark.parametrize(("text", "data"), CHEAP)
def test_what_is_not_costly_takes_little_time(text: str, data: Any) -> None:
    scope = {"input": data}
    if is_costly(text, scope):
        return
    evaluate(text, scope)
    times = []
    for _ in range(5):
        start = time.process_time()
        evaluate(text, scope)
        times.append(time.process_time() - start)
    assert min(times) < 0.01


@pytest.mark.parametrize("depth", [200, 5_000, 100_000])
def test_deep_data_is_no_danger(depth: int) -> None:
    deep: Any = 1
    for _ in range(depth):
        deep = [deep]
    for text in ("size(input)", "input", "[input]"):
        found = evaluate(text, {"input": deep})
        assert isinstance(found, Unknown) or found is deep


def test_what_is_no_json_is_unknown() -> None:
    for odd in (object(), {1: 2}, {"a": (1, 2)}, b"x", {"a": {3}}):
        for text in ("[input]", "input == 1"):
            assert isinstance(evaluate(text, {"input": odd}), Unknown)  # type: ignore[dict-item]
    assert isinstance(evaluate("input", {"input": object()}), Unknown)  # type: ignore[dict-item]


# Anything at all

_NAMES = st.sampled_from(
    ["input.a", "input.b", "input.a.b", "input.l", "item", "steps.x.output.a", "steps.x.port", "x", "run.id"]
)
_LITERALS = st.sampled_from(
    ["1", "0", "-1", "2.5", "1e308", "true", "null", "'a'", "''", "[]", "{}", "[1, 2.0]", "{'a': 1}"]
)
_OPERATORS = st.sampled_from(["+", "-", "*", "/", "%", "<", ">=", "==", "!=", "&&", "||", "in"])


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, _OPERATORS, inner).map(lambda each: f"({each[0]} {each[1]} {each[2]})"),
        st.tuples(st.sampled_from(["size", "double", "int", "string", "!", "-", "math.sqrt", "timestamp"]), inner).map(
            lambda each: f"{each[0]}({each[1]})"
        ),
        st.tuples(inner, inner, inner).map(lambda each: f"({each[0]} ? {each[1]} : {each[2]})"),
        st.tuples(inner, st.sampled_from(["all", "exists", "map", "filter", "exists_one"]), inner).map(
            lambda each: f"{each[0]}.{each[1]}(x, {each[2]})"
        ),
        st.tuples(inner, inner).map(lambda each: f"{each[0]}[{each[1]}]"),
        inner.map(lambda each: f"has({each}.a)"),
        inner.map(lambda each: f"[{each}, {each}]"),
        inner.map(lambda each: f"{{'k': {each}}}"),
    )


_EXPRESSIONS = st.recursive(_NAMES | _LITERALS, _larger, max_leaves=8)
_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["\ud800", 2**64, 10**400])
)
_JSON = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abl"), inner, max_size=3),
    max_leaves=8,
)
_SCOPES = st.fixed_dictionaries(
    {"input": st.dictionaries(st.sampled_from("abl"), _JSON, max_size=3)},
    optional={
        "steps": st.dictionaries(st.just("x"), st.fixed_dictionaries({"output": _JSON, "port": st.just("pass")})),
        "item": _JSON,
        "run": _JSON,
    },
)


@settings(max_examples=300, deadline=None)
@given(_EXPRESSIONS, _SCOPES)
def test_any_expression_over_any_data_gives_json_or_unknown(text: str, scope: dict[str, Any]) -> None:
    found = evaluate(text, scope)
    if not isinstance(found, Unknown):
        json.dumps(found, allow_nan=False)
    is_costly(text, scope)
    references(text)


@settings(max_examples=150, deadline=None)
@given(_EXPRESSIONS, _SCOPES)
def test_narrowing_the_scope_changes_nothing(text: str, scope: dict[str, Any]) -> None:
    assert evaluate(text, narrow([text], scope)) == evaluate(text, scope)


@settings(max_examples=150, deadline=None)
@given(_EXPRESSIONS.map(lambda text: f"has({text}.a)"), _SCOPES)
def test_a_guarded_reference_never_misses_its_step(text: str, scope: dict[str, Any]) -> None:
    guarded = f"has(steps.x.output.a) && ({text} == steps.x.output.a)"
    if isinstance(program(guarded), Unknown) or "steps" in scope:
        return
    assert evaluate(guarded, scope) is False


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from(["{{", "}}", "{", "}", "input.a", "'", '"', " "]), max_size=9).map("".join)
)
def test_any_text_is_a_template_or_refused_with_a_sentence(text: str) -> None:
    try:
        Template(text)
    except ValueError as error:
        assert str(error)  # noqa: PT017 - a refusal is one of the two good ends
    rendered = render(text, SCOPE)
    assert isinstance(rendered, str | Unknown)
