"""The sentence that says why a step went its way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.core.reasons import UNCLEAR
from runtime.nodes import discover
from runtime.traces.stories import failure, held_back, why

KINDS = (*discover(), "verify.unheard_of", "nothing")
PORTS = ("pass", "fail", "unsure", "done", "error", "overdue", "answered", "buy", None)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["issues", "broken", "score", "confidence", "choice", "message", "name", "claims", "x"]),
            inner,
        )
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("kind", "port", "output", "config", "sentence"),
    [
        ("verify.quality", "fail", {"issues": [{"message": "the name is missing"}]}, {}, "The name is missing."),
        (
            "verify.agreement",
            "pass",
            {"similarity": 1.0},
            {"by": "equal"},
            "The two answers are 1 alike; at least 1 is wanted.",
        ),
        ("verify.quality", "pass", {"issues": []}, {}, "Complete and well formed."),
        ("verify.rules", "fail", {"broken": ["a", "b"]}, {}, "Rules broken: “a” and “b”."),
        (
            "verify.rules",
            "fail",
            {"broken": [{"name": "a", "reason": "This rule is broken."}, {"name": "b", "reason": f"{UNCLEAR}: no c."}]},
            {},
            "Rule broken: “a”. Could not be worked out: “b”.",
        ),
        (
            "verify.judge",
            "unsure",
            {"score": 0.5},
            {"pass_at": 0.7, "fail_below": 0.4},
            "Scored 0.5: passes at 0.7, fails below 0.4.",
        ),
        (
            "decide.model",
            "unsure",
            {"choice": "buy", "confidence": 0.41},
            {"cutoff": 0.8},
            "The model leans to “buy” with confidence 0.41 (limit 0.8): not enough to go on.",
        ),
        ("decide.model", "unsure", {}, {}, "The model gave no confidence that can be used."),
        (
            "escalate.review",
            "drop",
            {"by": "rui", "comment": "A competitor"},
            {"choices": [{"name": "drop", "label": "Drop it"}]},
            "rui chose “Drop it”: A competitor.",
        ),
        ("escalate.review", "overdue", {}, {}, "Nobody answered in time."),
        ("execute.http", "error", {"message": "Refused"}, {}, "It could not be done: Refused."),
        (
            "execute.email",
            "done",
            {"message_id": "1@interlock"},
            {},
            "The mail is in the outbox; with a mail connection it was sent from there.",
        ),
        ("execute.transform", "done", {"a": 1}, {}, ""),
    ],
)
def test_the_sentence_says_what_the_step_had_found(
    kind: str, port: str, output: object, config: dict[str, object], sentence: str
) -> None:
    assert why(kind, port, output, config) == sentence


def test_what_a_try_out_held_back_is_named_and_not_said_to_be_sent() -> None:
    mail = {"door": "mail", "held_back": {"to": "ann@example.org", "subject": "Hello", "body": "Dear Ann"}}
    call = {"door": "http", "held_back": {"method": "POST", "url": "https://there.example/"}}
    function = {"door": "python", "held_back": {"function": "book", "arguments": {}}}
    assert held_back([mail, call, {"door": "model"}, function]) == (
        "Held back, because this is a try-out: a mail to ann@example.org, “Hello”, the call POST "
        "https://there.example/ and the function book. Nothing was sent."
    )
    assert held_back([{"door": "http", "url": "https://there.example/"}]) == ""


def test_many_findings_are_counted_not_listed() -> None:
    issues = [{"message": f"Field {number} is missing."} for number in range(5)]
    assert why("verify.quality", "fail", {"issues": issues}, {}).endswith("Field 2 is missing. And 2 more.")


@given(kind=st.sampled_from(KINDS), port=st.sampled_from(PORTS), output=JSON, config=st.dictionaries(st.text(), JSON))
def test_whatever_a_step_left_there_is_a_text_and_no_error(
    kind: str, port: str | None, output: object, config: dict[str, object]
) -> None:
    assert isinstance(why(kind, port, output, config), str)


@given(JSON)
def test_whatever_an_error_is_it_makes_a_sentence(error: object) -> None:
    assert failure(error)
