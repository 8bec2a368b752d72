"""The guide `docs/adding-a-node.md` is true: its examples are taken from the page and run."""

from __future__ import annotations

import inspect
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from jsonschema_rs import meta

from runtime.core import functions
from runtime.core.node import Done
from tests.makers.fakes import step
from tests.runtime.nodes.strategies import JSON

GUIDE = Path(__file__).parents[3] / "docs" / "adding-a-node.md"
FUNCTION, KIND_FILE, TEST = re.findall(r"^```python\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.S | re.M)


def loaded(name: str, *sources: str) -> ModuleType:
    module = ModuleType(f"guide_{name}")
    # pydantic finds the names in a model's annotations through the list of modules
    sys.modules[module.__name__] = module
    for source in sources:
        exec(compile(source, f"{GUIDE.name}:{name}", "exec", dont_inherit=True), module.__dict__)
    return module


@pytest.fixture(scope="module")
def iban() -> Any:
    return loaded("iban", KIND_FILE).KIND


async def test_the_test_in_the_guide_passes() -> None:
    module = loaded("test_iban", KIND_FILE, TEST)
    tests = [function for name, function in vars(module).items() if name.startswith("test_")]
    assert len(tests) == 1
    assert inspect.iscoroutinefunction(tests[0])
    await tests[0]()


def test_the_kind_in_the_guide_describes_itself(iban: Any) -> None:
    assert iban.help.startswith("Check that a bank account number")
    schema = iban.params.model_json_schema(by_alias=True)
    assert meta.is_valid(schema)
    assert all(field["description"] for field in schema["properties"].values())
    assert iban.family == "verify"


@given(case=JSON)
async def test_the_kind_in_the_guide_never_raises(iban: Any, case: Any) -> None:
    outcome = await step(iban, iban.example, {"iban": case})
    assert isinstance(outcome, Done)
    assert outcome.port in ("fail", "unsure")


def test_the_function_in_the_guide_can_be_registered_and_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(functions, "_REGISTERED", dict(functions._REGISTERED))
    loaded("pricing", FUNCTION)
    found = functions.find("pricing.net_price")
    assert found
    assert found.help == "The net price and the tax in a gross price."
    assert found.call(gross=119.0, vat_percent=19.0) == {"net": 100.0, "tax": 19.0}
