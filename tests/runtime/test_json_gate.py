"""The strict JSON gate: what passes comes out as `json.loads` has it, what is refused names its place."""

from __future__ import annotations

import json
import math
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.json_gate import INT_MAX, INT_MIN, JsonProblem, clean, read_json, write_json

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
scalars = st.none() | st.booleans() | st.integers(INT_MIN, INT_MAX) | texts
values = st.recursive(
    scalars | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=30,
)

REFUSED: list[tuple[bytes | str, str, str]] = [
    ('{"a": {"b": 1, "b": 2}}', "duplicate_key", "/a/b"),
    ('{"a": 1, "\\u0061": 2}', "duplicate_key", "/a"),
    ('[1, {"a": NaN}]', "not_finite", "/1/a"),
    ("Infinity", "not_finite", ""),
    ("[-Infinity]", "not_finite", "/0"),
    ("[1e999]", "not_finite", "/0"),
    ("[0, -1e999]", "not_finite", "/1"),
    ("1" + "0" * 5000, "number_too_large", ""),
    ("[9223372036854775808]", "number_too_large", "/0"),
    ("[-9223372036854775809]", "number_too_large", "/0"),
    ("0." + "1" * 5000, "number_too_large", ""),
    ('{"a": "\\ud800"}', "lone_surrogate", "/a"),
    ('{"x": {"\\udc00b": 1}}', "lone_surrogate", "/x/\ufffdb"),
    ('"\ud800"', "lone_surrogate", ""),
    ('"\\ude00\\ud83d"', "lone_surrogate", ""),
    ('{"a/b~": "\\u0000"}', "nul_character", "/a~1b~0"),
    ('{"\\u0000": 1}', "nul_character", "/\ufffd"),
    ("[" * 65 + "]" * 65, "too_deep", ""),
    ("[" * 20_000 + "]" * 20_000, "too_deep", ""),
    ('{"a":' * 20_000 + "1" + "}" * 20_000, "too_deep", ""),
    ("[" * 100_000, "too_deep", ""),
    (b'"\xff"', "not_utf8", ""),
    (b'"\xed\xa0\x80"', "not_utf8", ""),
    ('"a"'.encode("utf-16"), "not_utf8", ""),
    ('"\x00"', "malformed", ""),
    ("", "malformed", ""),
    ("{} {}", "malformed", ""),
    ("[1,]", "malformed", ""),
    ("{'a': 1}", "malformed", ""),
    ("nan", "malformed", ""),
    ("01", "malformed", ""),
    ("1.", "malformed", ""),
    ('"\\ud83d', "malformed", ""),
    ("[" * 60 + "NaN", "malformed", ""),
    ("1" * (1_048_576 + 1), "too_large", ""),
    ("é" * 600_000, "too_large", ""),
]


@pytest.mark.parametrize(("raw", "code", "path"), REFUSED, ids=[repr(raw[:20]) for raw, _, _ in REFUSED])
def test_what_strict_json_forbids_is_refused_with_its_place(raw: bytes | str, code: str, path: str) -> None:
    found = read_json(raw)
    assert isinstance(found, JsonProblem)
    assert (found.code, found.path) == (code, path)
    assert found.message.endswith(".")
    assert json.dumps(found.to_json(), ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"\xef\xbb\xbf[1]", [1]),
        ('"\\ud83d\\ude00"', "😀"),
        ('"\\\\ud800 and \\\\u0000"', "\\ud800 and \\u0000"),
        ('"\\u0001"', "\x01"),
        ("[" * 64 + "]" * 64, None),
        ('"' + "[" * 5000 + '"', "[" * 5000),
        ('["a\\"[[[", "\\\\"]' + " " * 100, ['a"[[[', "\\"]),
        ("[" + "[]," * 5000 + "{}]", None),
        ("1e-999", 0.0),
        ("-0", 0),
        (str(INT_MIN), INT_MIN),
        (bytearray(b"true"), True),
    ],
)
def test_what_strict_json_allows_passes(raw: Any, value: object) -> None:
    found = read_json(raw)
    assert not isinstance(found, JsonProblem)
    assert value is None or found == value


@given(values)
def test_any_clean_value_survives_writing_and_reading(value: Any) -> None:
    assert clean(value) is None
    assert read_json(write_json(value)) == value
    assert read_json(json.dumps(value)) == value


@given(st.text() | st.binary())
def test_no_text_makes_the_gate_raise(raw: str | bytes) -> None:
    read_json(raw)


@given(st.text('[]{}",:\\u0d8ea1e9-.Nn ', max_size=60))
def test_json_like_noise_is_read_as_python_reads_it_or_refused(raw: str) -> None:
    found = read_json(raw)
    if not isinstance(found, JsonProblem):
        assert found == json.loads(raw)
        assert clean(found) is None


@pytest.mark.parametrize(
    ("value", "code", "path"),
    [
        ({"a": [1, math.nan]}, "not_finite", "/a/1"),
        ([math.inf], "not_finite", "/0"),
        ({"a": {1: 2}}, "not_json", "/a"),
        ([object()], "not_json", "/0"),
        ([(1, 2)], "not_json", "/0"),
        ({"n": 2**63}, "number_too_large", "/n"),
        (["\ud800"], "lone_surrogate", "/0"),
        ({"a\x00": 1}, "nul_character", "/a\ufffd"),
        ({"a": b"x"}, "not_json", "/a"),
    ],
)
def test_a_parsed_value_that_is_no_json_is_refused_with_its_place(value: object, code: str, path: str) -> None:
    found = clean(value)
    assert found is not None
    assert (found.code, found.path) == (code, path)


def _nested(levels: int) -> Any:
    value: Any = []
    for _ in range(levels - 1):
        value = [value]
    return value


def test_depth_is_counted_alike_in_texts_and_values() -> None:
    for levels in (63, 64):
        assert clean(_nested(levels)) is None
        assert not isinstance(read_json("[" * levels + "]" * levels), JsonProblem)
    for levels in (65, 66, 900):
        found = clean(_nested(levels))
        assert found is not None
        assert found.code == "too_deep"


def test_a_value_that_contains_itself_is_refused() -> None:
    ring: list[Any] = []
    ring.append(ring)
    found = clean(ring)
    assert found is not None
    assert found.code == "too_deep"


def test_a_small_value_that_unfolds_without_end_is_refused_soon() -> None:
    bomb: Any = []
    for _ in range(60):
        bomb = [bomb, bomb]
    found = clean(bomb, max_bytes=10_000)
    assert found is not None
    assert found.code == "too_large"


@pytest.mark.parametrize("value", [math.nan, "\ud800", {1, 2}, _nested(50_000), object()])
def test_writing_what_is_no_json_raises_a_value_error(value: object) -> None:
    with pytest.raises(ValueError, match="JSON"):
        write_json(value)


@pytest.mark.parametrize(
    "raw", ["[" * 1_000_000, "[{" * 500_000, '["' * 300_000, '"' + '\\"' * 500_000, "[]" * 500_000]
)
def test_a_hostile_megabyte_takes_no_longer_than_a_second(raw: str) -> None:
    begun = time.process_time()
    read_json(raw)
    assert time.process_time() - begun < 1.0
