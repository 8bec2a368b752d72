"""Hostile texts and data: each ends soon, in a value or in Unknown, and nothing crashes."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.core import templates
from runtime.core.expressions import Unknown, evaluate, is_costly, narrow, references
from runtime.core.expressions.language import program

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
    assert not is_costly(text, {"input": {"whole": 3, "text": "abc", "list": [1, 2, 3]}})


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
    found = evaluate(guarded, scope)
    # Data that is not finite is refused wherever the expression names it.
    assert found is False or (isinstance(found, Unknown) and found.code == "not_finite")
