"""Functions that developers register."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from typing import Any

import pytest

from runtime.core import functions
from runtime.core.functions import find, interlock_function


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(functions, "_REGISTERED", dict(functions._REGISTERED))
    yield
    functions._import_outside.cache_clear()


def test_a_decorated_function_is_found_with_its_effect_and_help() -> None:
    @interlock_function("crm.find_company", effect="reads")
    def find_company(*, domain: str) -> dict[str, str]:
        """Look a company up."""
        return {"domain": domain}

    found = find("crm.find_company")
    assert found
    assert (found.effect, found.help) == ("reads", "Look a company up.")
    assert found.call is find_company
    assert found.call(domain="example.org") == {"domain": "example.org"}


def test_two_functions_cannot_share_a_name() -> None:
    with pytest.raises(ValueError, match=r"Two functions are named interlock\.fingerprint"):
        interlock_function("interlock.fingerprint", effect="none")(lambda **_: None)


@pytest.mark.parametrize("name", ["", "Upper", "a b", "a..b", ".a", "a-b", "__import__", "x" * 81])
def test_a_malformed_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        interlock_function(name, effect="none")


def test_the_effect_must_be_said() -> None:
    decorate: Any = interlock_function
    with pytest.raises(TypeError):
        decorate("a.b")
    with pytest.raises(ValueError, match="effect"):
        decorate("a.b", effect="harmless")


def test_packages_from_outside_register_theirs_by_being_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    functions._import_outside.cache_clear()
    monkeypatch.delitem(sys.modules, "tests.makers.functions", raising=False)
    asked: list[str] = []

    def entry_points(group: str) -> list[EntryPoint]:
        asked.append(group)
        return [EntryPoint("more", "tests.makers.functions", group)]

    monkeypatch.setattr(functions, "entry_points", entry_points)
    assert find("tests.double")
    assert find("tests.double")
    assert asked == ["interlock.functions"]


def test_equal_values_have_equal_fingerprints() -> None:
    assert functions.fingerprint(value={"a": 1, "b": "é"}) == functions.fingerprint(value={"b": "é", "a": 1})
    assert functions.fingerprint(value=1) != functions.fingerprint(value="1")
