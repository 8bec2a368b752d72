"""`manage.py token`: the token alone, or a sentence."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from api.models import Token
from api.tokens import digest_of

pytestmark = pytest.mark.django_db


def test_the_token_is_printed_alone_and_works(developer_dev: User, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("token", "dev", "runs:read", "runs:write")
    printed = capsys.readouterr().out
    assert printed.count("\n") == 1
    assert printed.strip().startswith("il_")
    token = Token.objects.get(user=developer_dev)
    assert sorted(token.scopes) == ["runs:read", "runs:write"]
    assert token.digest == digest_of(printed.strip())


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("nobody", "runs:read"), "no active user"),
        (("dev", "runs:destroy"), "Unknown scope runs:destroy"),
        (("dev", "runs:read", "all"), "Unknown scope all"),
        (("dev", "admin"), "Unknown scope admin"),
        (("dev",), "required: scope"),
        ((), "required: user"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(developer_dev: User, words: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("token", *words)
    assert not Token.objects.exists()


def test_somebody_who_left_gets_no_token(inactive_ina: User) -> None:
    with pytest.raises(CommandError, match="no active user"):
        call_command("token", "ina", "runs:read")
