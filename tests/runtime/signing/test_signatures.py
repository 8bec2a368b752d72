"""Signatures as Standard Webhooks says: the specification's own example, and everything that is nearly one."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.signing.signatures import Headers, flaw_of, key_of, new_secret, signed

# The test vector that the specification's reference libraries share.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE, AT, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", datetime.fromtimestamp(1614265330, UTC), b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
WRONG = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc="
GOOD = Headers(MESSAGE, "1614265330", SIGNATURE)


def test_the_specifications_own_example_is_signed_and_believed() -> None:
    assert signed([SECRET], MESSAGE, AT, BODY) == GOOD
    assert flaw_of(GOOD, BODY, [SECRET], AT) is None
    assert flaw_of(GOOD, BODY, [SECRET.removeprefix("whsec_")], AT) is None


def test_one_good_signature_among_others_is_enough() -> None:
    many = " ".join([WRONG, SIGNATURE.replace("v1,", "v2,"), "v1a,abc", SIGNATURE, WRONG])
    assert flaw_of(Headers(MESSAGE, GOOD.timestamp, many), BODY, [SECRET], AT) is None


def test_two_keys_sign_and_either_is_believed() -> None:
    other = new_secret()
    both = signed([other, SECRET], MESSAGE, AT, BODY)
    assert both.signature.split(" ")[1] == SIGNATURE
    for key in (SECRET, other):
        assert flaw_of(both, BODY, [key], AT) is None
        assert flaw_of(signed([key], MESSAGE, AT, BODY), BODY, [other, SECRET], AT) is None


@pytest.mark.parametrize(
    "signature",
    [
        "",
        " ",
        "v1,",
        WRONG,
        SIGNATURE.removeprefix("v1,"),
        SIGNATURE.replace("v1,", "v2,"),
        SIGNATURE.replace("v1,", "v1a,"),
        SIGNATURE.rstrip("="),
        SIGNATURE + "=",
        SIGNATURE + "\n",
        SIGNATURE.replace("+", "-").replace("/", "_"),
        SIGNATURE[:8],
        SIGNATURE.lower(),
        f"{SIGNATURE},{SIGNATURE}",
        f"{WRONG},{SIGNATURE}",
        "v1,ü",
        " ".join([WRONG] * 20 + [SIGNATURE]),
    ],
)
def test_what_is_nearly_a_signature_is_none(signature: str) -> None:
    assert flaw_of(Headers(MESSAGE, GOOD.timestamp, signature), BODY, [SECRET], AT) == "unsigned"


@pytest.mark.parametrize("message", ["", "a.b", "a b", "ü", "a\n", "x" * 201, "msg_p5jXN8AQM9LWM0D4loKWxJe"])
def test_another_id_is_not_believed(message: str) -> None:
    assert flaw_of(Headers(message, GOOD.timestamp, SIGNATURE), BODY, [SECRET], AT) == "unsigned"


@pytest.mark.parametrize(
    "seconds",
    ["", "hello", "-1", "+1614265330", " 1614265330", "1614265330.0", "1e9", "\N{ARABIC-INDIC DIGIT ONE}", "9" * 13],
)
def test_what_is_no_moment_is_not_believed(seconds: str) -> None:
    assert flaw_of(Headers(MESSAGE, seconds, SIGNATURE), BODY, [SECRET], AT) == "unsigned"


def test_a_full_stop_cannot_be_moved_from_one_part_into_another() -> None:
    body = b"5.25"
    whole = signed([SECRET], "a", AT, body)
    moved = Headers(f"a.{whole.timestamp}", "5", whole.signature)
    assert flaw_of(moved, b"25", [SECRET], datetime.fromtimestamp(5, UTC)) == "unsigned"
    with pytest.raises(ValueError, match="no id"):
        signed([SECRET], "a.b", AT, body)


@pytest.mark.parametrize(("off_s", "flaw"), [(300, None), (-300, None), (301, "stale"), (-301, "stale")])
def test_five_minutes_of_difference_are_borne(off_s: int, flaw: str | None) -> None:
    assert flaw_of(GOOD, BODY, [SECRET], AT + timedelta(seconds=off_s)) == flaw


def test_only_who_holds_the_key_learns_that_a_message_is_stale() -> None:
    assert flaw_of(Headers(MESSAGE, "1", WRONG), BODY, [SECRET], AT) == "unsigned"


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_!!!", "whsec_" + base64.b64encode(b"x" * 23).decode()])
def test_without_a_key_nothing_is_believed(secret: str) -> None:
    assert key_of(secret) is None
    assert flaw_of(GOOD, BODY, [secret], AT) == "unsigned"
    assert flaw_of(GOOD, BODY, [], AT) == "unsigned"


def test_new_keys_are_long_and_never_the_same() -> None:
    keys = {new_secret() for _ in range(50)}
    assert len(keys) == 50
    assert {len(key_of(key) or b"") for key in keys} == {32}


@given(body=st.binary(max_size=200), other=st.binary(max_size=200), second=st.integers(0, 10**10))
def test_no_other_body_is_believed(body: bytes, other: bytes, second: int) -> None:
    at = datetime.fromtimestamp(second, UTC)
    headers = signed([SECRET], "m", at, body)
    assert (flaw_of(headers, other, [SECRET], at) is None) == (body == other)
