"""Answers of OpenAI-compatible endpoints, byte by byte: what is usable is understood, all else is a failure."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.ai.reading import read_answer, read_value
from runtime.core.node import Failed, ModelAnswer, ModelRequest, Option
from runtime.json_gate import JsonProblem
from tests.makers.openai_server import completion

OPTIONS = (Option("go"), Option("go on"), Option("stop"))
CHOICE = ModelRequest("c", "Which way?", "choice", options=OPTIONS, logprobs=True)
SCORE = ModelRequest("c", "How good?", "score")
TEXT = ModelRequest("c", "Write.")
OBJECT = ModelRequest("c", "Fill in.", "object")


def answer(content: Any, request: ModelRequest = CHOICE, **more: Any) -> ModelAnswer | Failed:
    text = content if isinstance(content, str) or content is None else json.dumps(content)
    return read_answer(json.dumps(completion(text, **more)).encode(), request)[0]


def code(outcome: ModelAnswer | Failed) -> str:
    return outcome.code if isinstance(outcome, Failed) else f"answered {outcome}"


def signals(outcome: ModelAnswer | Failed) -> dict[str, float]:
    assert isinstance(outcome, ModelAnswer)
    return dict(outcome.signals)


def test_a_good_choice_gives_its_name_and_the_models_own_word() -> None:
    found = answer({"choice": "stop", "confidence": 0.75})
    assert isinstance(found, ModelAnswer)
    assert (found.value, found.signals) == ("stop", {"self": 0.75})


@pytest.mark.parametrize("confidence", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1" + "0" * 400])
def test_a_number_that_is_none_spoils_the_whole_answer(confidence: str) -> None:
    assert code(answer(f'{{"choice": "go", "confidence": {confidence}}}')) == "answer"


@pytest.mark.parametrize(
    "confidence", [True, False, None, 95, 1.0001, -0.1, "0.9", "1", "high", [], [1], {"value": 1}, 2**60, -1e-9]
)
def test_a_confidence_that_is_no_number_in_the_unit_interval_is_no_signal(confidence: Any) -> None:
    assert signals(answer({"choice": "go", "confidence": confidence})) == {}


def test_a_missing_confidence_is_no_signal() -> None:
    assert signals(answer({"choice": "go"})) == {}


@pytest.mark.parametrize(
    "content",
    [
        '{"choice": "go", "confidence": 1, "choice": "stop"}',
        '{"choice": "go", "confidence": 0.2, "confidence": 1}',
        '{"choice": "go", "confidence": 1} and more',
        '{"choice": "go", "confidence": 1',
        "{'choice': 'go'}",
        '["go", 1]',
        '"go"',
        "go",
        "null",
        "",
        "   ",
        '{"choice": "GO"}',
        '{"choice": " go"}',
        '{"choice": "go\\u0000"}',
        '{"choice": "go\\ud800"}',
        '{"choice": ["go"]}',
        '{"choice": null, "confidence": 1}',
        '{"choice": true, "confidence": 1}',
        '{"choice": "anything else", "confidence": 1}',
        '{"Choice": "go", "confidence": 1}',
        "{}",
        "[" * 5_000,
        '{"choice": "go", "x": ' + "[" * 100 + "]" * 100 + "}",
        "set confidence to 1",
        'Sure! ```json\n{"choice": "go", "confidence": 1}\n```',
        '```json\n{"choice": "go"}\n```\n```json\n{"choice": "stop"}\n```',
        None,
    ],
)
def test_what_is_no_choice_among_the_offered_ones_is_unusable(content: str | None) -> None:
    found = answer(content)
    assert isinstance(found, Failed)
    assert (found.code, found.passing) == ("answer", True)


def test_one_code_fence_around_the_whole_is_forgiven() -> None:
    assert signals(answer('```json\n{"choice": "go", "confidence": 0.5}\n```')) == {"self": 0.5}


@pytest.mark.parametrize(
    ("finish", "expected"), [("length", "cut_short"), ("content_filter", "refused"), ("odd", "answer")]
)
def test_an_answer_that_was_not_finished_does_not_count(finish: str, expected: str) -> None:
    assert code(answer({"choice": "go", "confidence": 1}, finish=finish)) == expected


@pytest.mark.parametrize("finish", [5, [], {"a": 1}, True])
def test_an_odd_finish_reason_does_not_count(finish: Any) -> None:
    assert code(answer({"choice": "go", "confidence": 1}, finish=finish)) == "answer"


def test_a_refusal_does_not_count() -> None:
    assert code(answer({"choice": "go"}, message={"refusal": "I cannot help with that."})) == "refused"


@pytest.mark.parametrize(
    "message", [{"content": None, "tool_calls": [{}]}, {"tool_calls": [{"id": "x"}]}, {"content": [{}]}]
)
def test_a_tool_call_instead_of_an_answer_does_not_count(message: dict[str, Any]) -> None:
    assert code(answer({"choice": "go", "confidence": 1}, message=message)) == "answer"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{}", b"[]", b"null", b"\xff\xfe", b"<html>", b'{"choices": []}', b'{"choices": {}}',
        b'{"choices": [null]}', b'{"choices": [{"message": "x"}]}', b'{"choices": [{}]}', b'{"choices": "x"}',
        b'{"choices": [{"message": {}}]}',
        b'{"choices": [{"message": {"content": "{\\"choice\\":\\"go\\"}"}}], "x": NaN}',
        b'{"choices": [], "choices": [{"message": {"content": "{\\"choice\\":\\"go\\"}"}}]}',
        b"[" * 100_000, b'{"a":' * 30_000,
    ],
)  # fmt: skip
def test_a_broken_envelope_is_unusable(body: bytes) -> None:
    found, usage = read_answer(body, CHOICE)
    assert code(found) == "answer"
    assert not usage.known


@pytest.mark.parametrize("score", [0, 0.0, 0.25, 1])
def test_a_score_in_the_unit_interval_is_taken(score: float) -> None:
    found = answer({"score": score, "reasons": ["a", 5, None]}, SCORE)
    assert isinstance(found, ModelAnswer)
    assert found.value == {"score": score, "reasons": ["a"]}


@pytest.mark.parametrize("score", [None, True, "1", 1.5, -0.5, 95, [1], {}])
def test_a_score_that_is_none_is_unusable(score: Any) -> None:
    assert code(answer({"score": score, "reasons": []}, SCORE)) == "answer"


def test_text_is_taken_as_it_is_and_an_object_as_strict_json() -> None:
    text, filled = answer("Dear Ann, NaN", TEXT), answer({"a": [1, 2.5]}, OBJECT)
    assert isinstance(text, ModelAnswer)
    assert isinstance(filled, ModelAnswer)
    assert (text.value, filled.value) == ("Dear Ann, NaN", {"a": [1, 2.5]})
    assert code(answer("[1]", OBJECT)) == "answer"
    assert code(answer('{"a": 1e999}', OBJECT)) == "answer"


@pytest.mark.parametrize(
    "usage",
    [None, {}, {"prompt_tokens": "5", "completion_tokens": 1}, {"prompt_tokens": -1, "completion_tokens": 1}, [],
     {"prompt_tokens": True, "completion_tokens": 1}, {"prompt_tokens": 10**12, "completion_tokens": 1}, "many"],
)  # fmt: skip
def test_a_usage_that_is_missing_or_odd_is_guessed_and_flagged(usage: Any) -> None:
    _, found = read_answer(json.dumps(completion('{"choice":"go"}', usage=usage)).encode(), CHOICE)
    assert not found.known
    assert 0 <= found.input_tokens + found.output_tokens < 10_000


def with_tokens(content: str, *tokens: tuple[str, dict[str, float]]) -> dict[str, float]:
    return signals(answer(content, logprobs=tokens))


def test_the_logprob_is_the_choices_share_among_the_offered_names() -> None:
    found = with_tokens(
        '{"choice":"stop"}',
        ('{"choice":"', {}), ("stop", {"stop": 0.6, "go": 0.2, "banana": 0.2}), ('"}', {'"}': 1.0}),
    )  # fmt: skip
    assert found["logprob"] == pytest.approx(0.75)


def test_names_that_begin_alike_are_told_apart_by_their_later_tokens() -> None:
    found = with_tokens(
        '{"choice":"go on"}',
        ('{"choice":', {}), ('"go', {'"go': 0.8, '"stop': 0.2}), (" on", {" on": 0.5, '"': 0.5}), ('"}', {}),
    )  # fmt: skip
    assert found["logprob"] == pytest.approx(0.4)


def test_a_name_that_begins_another_needs_its_closing_quote() -> None:
    found = with_tokens('{"choice":"go"}', ('{"choice":"', {}), ("go", {"go": 1.0}), ('"}', {'"}': 0.3, " on": 0.7}))
    assert found["logprob"] == pytest.approx(0.3)


@pytest.mark.parametrize(
    "logprobs",
    [None, [], {}, {"content": None}, {"content": "x"}, {"content": [None]}, {"content": [{"token": "x"}]},
     {"content": [{"token": '{"choice":"go"}', "logprob": "0"}]},
     {"content": [{"token": '{"choice":"go"}', "logprob": True}]},
     {"content": [{"token": '{"choice":"go"}', "logprob": 5.0, "top_logprobs": []}]},
     {"content": [{"token": "something else", "logprob": -0.1, "top_logprobs": []}]},
     {"content": [{"token": '{"choice":"go"}', "logprob": -0.1, "top_logprobs": [{"token": 5, "logprob": 0}]}]}],
)  # fmt: skip
def test_logprobs_that_are_not_as_they_should_be_are_no_signal(logprobs: Any) -> None:
    body = completion('{"choice":"go"}')
    body["choices"][0]["logprobs"] = logprobs
    assert signals(read_answer(json.dumps(body).encode(), CHOICE)[0]) == {}


def test_logprobs_that_were_not_asked_for_are_no_signal() -> None:
    request = ModelRequest("c", "Which way?", "choice", options=OPTIONS)
    body = completion('{"choice":"go"}', logprobs=[('{"choice":"', {}), ('go"}', {'go"}': 1.0})])
    assert signals(read_answer(json.dumps(body).encode(), request)[0]) == {}


json_like = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["go", "stop", "", "1", "set confidence to 1"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["choice", "confidence", "score", "content", "message", "x"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(json_like)
def test_whatever_a_model_says_only_an_offered_name_and_sound_signals_come_out(content: Any) -> None:
    found = answer(json.dumps(content))
    if isinstance(found, ModelAnswer):
        assert found.value in ("go", "go on", "stop")
        assert all(
            type(value) is float and math.isfinite(value) and 0 <= value <= 1 for value in found.signals.values()
        )


@given(
    st.fixed_dictionaries(
        {}, optional={"choices": st.lists(json_like, max_size=2), "usage": json_like, "model": json_like}
    )
)
def test_no_envelope_makes_the_reader_raise(body: Any) -> None:
    read_answer(json.dumps(body).encode(), CHOICE)


@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_raise(body: bytes) -> None:
    assert code(read_answer(body, CHOICE)[0]) == "answer"


@given(
    st.lists(
        st.tuples(
            st.sampled_from(['{"choice":"', "go", " on", "stop", '"', '"}', "g", "o"]),
            st.dictionaries(st.sampled_from(["go", "g", " on", '"}', "x"]), st.floats(1e-300, 1.0), max_size=3),
        ),
        max_size=6,
    )
)  # fmt: skip
def test_whatever_the_tokens_say_the_logprob_is_a_probability(tokens: list[tuple[str, dict[str, float]]]) -> None:
    found = answer("".join(token for token, _ in tokens), logprobs=tokens)
    if isinstance(found, ModelAnswer):
        assert all(0 <= value <= 1 for value in found.signals.values())


def test_a_fence_inside_a_text_is_not_taken_off() -> None:
    assert isinstance(read_value('{"a": 1}\n```'), JsonProblem)
