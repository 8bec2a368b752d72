"""The page of triggers: what it offers to whom, and an input that fits."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from builder.models import Workflow
from runtime.core.examples import example
from runtime.json_schemas import errors_of
from tests.makers.people import person
from tests.makers.runs import SMALL
from tests.makers.sealed import drafted, published


def browser(role: str) -> Client:
    client = Client()
    client.force_login(person("pia", role))
    return client


def page(client: Client) -> str:
    return client.get(reverse("workflow_triggers", args=["small"])).content.decode()


@pytest.mark.django_db
def test_the_first_sample_case_that_fits_comes_in() -> None:
    workflow = published("small", SMALL).workflow
    workflow.sample_cases.create(name="Broken", input={"seats": "many"})
    workflow.sample_cases.create(name="Large", input={"seats": 321})
    shown = page(browser("designer"))
    assert "the sample case “Large”" in shown
    assert "321" in shown
    assert "Broken" not in shown


@pytest.mark.django_db
def test_who_may_make_tokens_is_led_to_one_that_fits_and_others_are_told_whom_to_ask() -> None:
    published("small", SMALL)
    client = browser("developer")
    scopes = "scope=runs%3Awrite&amp;scope=runs%3Aread"
    assert f"/settings/tokens/?name=Small&amp;workflow=small&amp;{scopes}" in page(client)
    tokens = client.get("/settings/tokens/?name=Small&scope=runs:write&scope=runs:read").content.decode()
    assert tokens.count(" checked>") == 2
    assert 'value="Small"' in tokens
    client.force_login(person("dora", "designer"))
    assert "Ask a developer or an administrator" in page(client)


@pytest.mark.django_db
def test_what_is_not_published_or_archived_has_no_programs() -> None:
    drafted("small", SMALL)
    client = browser("designer")
    assert "Publish it first" in page(client)
    Workflow.objects.update(archived_at=timezone.now())
    assert "starts no more runs" in page(client)


@pytest.mark.django_db
def test_a_made_up_input_that_does_not_fit_is_said_not_to() -> None:
    document = {**SMALL, "input": {"type": "object", "properties": {"n": {"type": "string", "pattern": "^[0-9]{9}$"}}}}
    published("small", document)
    assert "does not fit yet" in page(browser("designer"))


PLAIN = st.one_of(
    st.just({"type": "string"}),
    st.builds(
        lambda low, more: {"type": "integer", "minimum": low, "maximum": low + more},
        st.integers(-99, 99),
        st.integers(0, 9),
    ),
    st.builds(lambda low: {"type": "number", "exclusiveMinimum": low}, st.integers(-99, 99)),
    st.builds(lambda least: {"type": "string", "minLength": least}, st.integers(0, 60)),
    st.sampled_from(["email", "date", "date-time", "uri", "uuid"]).map(lambda name: {"type": "string", "format": name}),
    st.just({"type": ["null", "boolean"]}),
    st.just({"enum": ["a", "b"]}),
)
SCHEMAS = st.recursive(
    PLAIN,
    lambda inner: st.one_of(
        st.builds(lambda items, few: {"type": "array", "items": items, "minItems": few}, inner, st.integers(0, 3)),
        st.dictionaries(st.sampled_from("abc"), inner, max_size=3).map(
            lambda each: {"type": "object", "properties": each, "required": [*each]}
        ),
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from("xyz"), SCHEMAS, max_size=3))
def test_an_example_fits_what_it_was_made_for(properties: dict[str, Any]) -> None:
    schema = {"type": "object", "properties": properties, "required": [*properties]}
    assert errors_of(schema, example(schema)) == []


@pytest.mark.parametrize("schema", [None, [], "x", {"type": 3}, {"type": []}, {"properties": 1}, {"enum": []}])
def test_what_is_no_schema_gives_an_input_all_the_same(schema: object) -> None:
    assert example(schema) in ({}, None)
