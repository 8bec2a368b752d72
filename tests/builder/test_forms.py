"""Forms out of schemas: every kind's configuration has a control for each of its fields, whatever stands in it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.forms import Control, Form, form_of
from builder.inspector import schema_of
from runtime.nodes import discover

KINDS = sorted(discover())
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def control(form: Form, path: str) -> Control:
    return next(each for top in form.controls for each in top.all() if each.path == path)


def form(kind: str, config: dict[str, Any], **errors: str) -> Form:
    return form_of(schema_of(kind), config, {path: (message,) for path, message in errors.items()})


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_a_kind_has_a_control_with_its_help(kind: str) -> None:
    found = form(kind, dict(discover()[kind].example))
    assert [each.path[1:] for each in found.controls] == list(schema_of(kind)["properties"])
    described = {
        name: field.get("description", "").rstrip(".") for name, field in schema_of(kind)["properties"].items()
    }
    assert all(each.help or each.title == described[each.path[1:]] for each in found.controls if each.title != "Model")


@pytest.mark.parametrize("kind", KINDS)
def test_ids_are_distinct_and_have_no_spaces(kind: str) -> None:
    ids = [each.id for top in form(kind, dict(discover()[kind].example)).controls for each in top.all()]
    assert len(ids) == len(set(ids))
    assert not any(" " in each for each in ids)


@pytest.mark.parametrize(
    ("kind", "path", "sort"),
    [
        ("execute.email", "/body", "template"),
        ("execute.http", "/body", "expression"),
        ("execute.http", "/method", "choice"),
        ("execute.http", "/reads_only", "flag"),
        ("execute.http", "/expect_status", "list"),
        ("execute.prompt", "/output_schema", "schema"),
        ("escalate.form", "/form", "fields"),
        ("execute.prompt", "/temperature", "number"),
        ("execute.prompt", "/max_tokens", "integer"),
        ("execute.transform", "/output", "map"),
        ("verify.judge", "/rubric", "long"),
        ("verify.quality", "/duplicates", "group"),
        ("verify.quality", "/formats", "map"),
        ("decide.model", "/choices", "list"),
    ],
)
def test_each_sort_of_field_has_the_control_that_suits_it(kind: str, path: str, sort: str) -> None:
    assert control(form(kind, {}), path).sort == sort


def test_a_list_of_objects_has_a_part_for_each_and_knows_what_a_new_one_is() -> None:
    found = control(form("decide.rule", {"choices": [{"name": "a", "when": "true"}, {"name": "b"}]}), "/choices")
    assert [part.path for part in found.parts] == ["/choices/0", "/choices/1"]
    assert [part.value for part in found.parts[0].parts] == ["a", "true"]
    assert found.blank == '{"name":"","when":""}'
    assert not found.fewest


def test_a_map_is_shown_with_its_names_whatever_they_hold() -> None:
    found = control(form("outcome", {"output": {"a/b ~": "input.x"}}), "/output")
    assert [(part.key, part.path, part.value) for part in found.parts] == [("a/b ~", "/output/a~1b ~0", "input.x")]


def test_an_optional_group_that_is_not_there_has_no_fields() -> None:
    absent = control(form("verify.quality", {}), "/fresh")
    present = control(form("verify.quality", {"fresh": {"path": "seen_at", "max_age_days": 3}}), "/fresh")
    assert (absent.present, absent.parts) == (False, ())
    assert [part.value for part in present.parts] == ["seen_at", "3"]


def test_what_is_left_out_shows_its_default() -> None:
    assert control(form("verify.grounded", {}), "/min_supported").default == "1.0"


def test_a_complaint_stands_beside_the_innermost_control_and_nowhere_else() -> None:
    errors = {"/choices/0/when": ("Not an expression.",), "/choices": ("Too few.",), "": ("As a whole.",)}
    found = form_of(schema_of("decide.rule"), {"choices": [{"name": "a", "when": "("}]}, errors)
    told = {each.path: each.errors for top in found.controls for each in top.all() if each.errors}
    assert told == {"/choices/0/when": ("Not an expression.",), "/choices": ("Too few.",)}
    assert found.errors == ("As a whole.",)


def test_a_complaint_about_an_unknown_field_is_told_for_the_whole() -> None:
    assert form_of(schema_of("outcome"), {"x": 1}, {"/x": ("No such field.",)}).errors == ("No such field.",)


def test_a_field_is_called_as_its_kind_says_and_else_by_its_name() -> None:
    assert control(form("execute.http", {}), "/url").title == "Address"
    assert control(form("execute.http", {}), "/method").title == "Method"


def test_what_is_said_beside_the_first_entry_is_not_said_again() -> None:
    found = control(
        form("decide.rule", {"choices": [{"name": "a", "when": "1"}, {"name": "b", "when": "2"}]}), "/choices"
    )
    assert all(each.help for each in found.parts[0].parts)
    assert not any(each.help for each in found.parts[1].parts)


@given(JSON)
def test_a_set_holds_what_is_among_its_options_whatever_stands_there(value: Any) -> None:
    found = control(form("decide.model", {"confidence": value}), "/confidence")
    held = [option for option, _, holds in found.choices if holds]
    assert found.sort == "set"
    wanted = value if isinstance(value, list) else ["logprob", "self"]
    assert held == [each for each in found.options if each in [one for one in wanted if isinstance(one, str)]]


def test_suggestions_are_offered_by_the_name_of_the_field() -> None:
    found = form_of(schema_of("execute.email"), {}, {}, {"connection": ["smtp"]})
    assert control(found, "/connection").suggestions == ("smtp",)


@given(st.sampled_from(KINDS), st.data())
def test_a_form_can_be_made_of_any_configuration(kind: str, data: st.DataObject) -> None:
    names = st.sampled_from(list(schema_of(kind)["properties"])) | st.text(max_size=4)
    config = data.draw(st.dictionaries(names, JSON, max_size=6))
    assert [each.path[1:] for each in form_of(schema_of(kind), config, {}).controls] == list(
        schema_of(kind)["properties"]
    )
