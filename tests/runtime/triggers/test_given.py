"""What comes in where a page shows how a workflow is started: sample cases, and a case of its own for each program."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from runtime import runs
from runtime.blueprints import Sealed
from runtime.triggers.given import each_its_own, given_for
from tests.makers.sealed import ECHO, published

pytestmark = pytest.mark.django_db
MARKS = ("aa11", "bb22")


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    yield
    runs.forget_newest("bill")


def bill(sample: Any, by: list[str], **more: Any) -> Sealed:
    """A workflow that looks for duplicates by these fields, with one sample case."""
    properties = {name: {"type": "string", **more} for name in ("number", "supplier", "mail", "phone")}
    config = {"duplicates": {"by": by, "within_days": 30}, "formats": {"mail": "email", "phone": "phone"}}
    sound = {"id": "sound", "kind": "verify.quality", "config": config}
    schema = {"type": "object", "properties": properties}
    version = published("bill", {**ECHO, "input": schema, "nodes": [*ECHO["nodes"], sound]})
    version.workflow.sample_cases.create(name="Small", input=sample)
    sealed = runs.sealed_for("bill")
    assert isinstance(sealed, Sealed)
    return sealed


@pytest.mark.parametrize(
    ("by", "field", "values"),
    [
        (["supplier", "number"], "number", ["R-1-aa11", "R-1-bb22"]),
        (["mail"], "mail", ["a+aa11@b.example", "a+bb22@b.example"]),
        (["supplier"], "supplier", ["Hart-aa11", "Hart-bb22"]),
    ],
)
def test_each_program_starts_a_case_that_is_no_duplicate_of_another(
    by: list[str], field: str, values: list[str]
) -> None:
    sample = {"number": "R-1", "supplier": "Hart", "mail": "a@b.example"}
    sealed = bill(sample, by)
    given = given_for(sealed, "bill")
    assert (given.name, given.anew) == ("Small", field)
    assert each_its_own(sealed, given, MARKS) == [{**sample, field: value} for value in values]


@pytest.mark.parametrize(
    ("sample", "by"),
    [({"phone": "+49 30 1"}, ["phone"]), ({"number": "R-1"}, ["supplier"]), ({"number": ""}, ["number"])],
)
def test_a_case_stays_as_it_is_where_another_text_would_break_it(sample: Any, by: list[str]) -> None:
    sealed = bill(sample, by)
    given = given_for(sealed, "bill")
    assert given.anew == ""
    assert each_its_own(sealed, given, MARKS) == [sample, sample]


def test_a_text_that_would_not_fit_its_pattern_is_not_changed() -> None:
    given = given_for(bill({"number": "R-1"}, ["number"], pattern="^R-[0-9]+$"), "bill")
    assert (given.fits, given.anew) == (True, "")


def test_without_a_version_there_is_an_example_all_the_same() -> None:
    given = given_for(None, "nothing")
    assert each_its_own(None, given, MARKS) == [given.value, given.value]


def test_the_page_of_triggers_and_a_webhook_take_the_sample_case(designer_dora: User) -> None:
    bill({"number": "R-1"}, ["number"])
    client = Client()
    client.force_login(designer_dora)
    page = client.get(reverse("workflow_triggers", args=["bill"])).content.decode()
    assert "“number” is another in each of them" in page
    starts = [part.split("&quot;")[0] for part in page.split("R-1-")[1:]]
    assert len({start[:4] for start in starts}) == 4, "curl, Python, JavaScript and the callback"
    hook = client.post(reverse("trigger_webhook_new", args=["bill"]), {"name": "Shop"}).content.decode()
    assert "The sample case “Small”" in hook
    assert json.dumps({"number": "R-1"})[:10].replace('"', "&quot;") in hook
