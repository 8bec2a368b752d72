"""What every kind must have, whoever wrote it: help, a working example, ports, a schema that can become a form."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema_rs import meta
from pydantic import ValidationError

from runtime.core.node import Ask, Call, CallEach, Done, Failed, NodeKind, Resolution, Wait, written_in
from runtime.nodes import discover
from tests.makers.fakes import FakeContext, step
from tests.runtime.nodes.strategies import JSON

KINDS = list(discover().values())
# Kinds that ask a model need its answer to go on; their own tests script it.
ASKING = ("execute.prompt", "verify.judge", "verify.grounded", "decide.model", "decide.match")
WITHOUT_MODEL = [kind for kind in KINDS if kind.name not in ASKING]
EXPECTED = {
    *("execute.transform", "execute.select", "execute.http", "execute.python", "execute.email", "execute.wait"),
    *("execute.each", "decide.match", "verify.familiar"),
    *("execute.workflow", "verify.schema", "verify.quality", "verify.rules", "verify.agreement"),
    *("decide.rule", "decide.table", "escalate.review", "escalate.form", "outcome"),
}
INPUT = {
    "first": "Ann",
    "last": "Lee",
    "email": "ann@example.org",
    "company": "Lee & Co",
    "seats": 12,
    "employees": 90,
    "message": "Hello",
    "terms": ["a"],
    "website": "example.org",
    "country": "DE",
    "billing_country": "de",
    "subject": "Hi",
    "call_back_at": "2026-03-05T09:00:00Z",
    "phone": "+49 30 901820",
    "summary": "a b",
    "second_summary": "a b",
    "received_at": "2026-03-01",
    "lines": ["a", "b"],
}


def examples(kinds: list[NodeKind[Any]]) -> list[Any]:
    return [
        pytest.param(kind, example, id=f"{kind.name}-{number}")
        for kind in kinds
        for number, example in enumerate([kind.example, *kind.examples])
    ]


def each_kind() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


def test_every_kind_of_this_release_is_found() -> None:
    assert set(discover()) >= EXPECTED


@each_kind()
def test_a_kind_says_what_it_is(kind: NodeKind[Any]) -> None:
    assert kind.help.strip()
    assert len(kind.help.strip().splitlines()[0]) <= 120
    assert kind.title
    assert kind.icon
    assert kind.family in ("execute", "verify", "decide", "escalate", "outcome")


@pytest.mark.parametrize(("kind", "example"), examples(KINDS))
def test_an_example_fits_its_own_schema_and_has_the_ports_of_its_family(kind: NodeKind[Any], example: Any) -> None:
    params = kind.params.model_validate(example)
    ports = kind.ports(params)
    assert len(ports) == len(set(ports))
    assert ports == kind.ports(kind.params.model_validate(example))
    assert set(_required_ports(kind)) <= set(ports)
    assert kind.effect(params) in ("none", "reads", "outward")
    assert meta.is_valid(kind.output(params))


def _required_ports(kind: NodeKind[Any]) -> tuple[str, ...]:
    if kind.name in ("verify.schema", "verify.familiar"):
        return ("pass", "fail" if kind.name == "verify.schema" else "unsure")
    return {"execute": ("done", "error"), "verify": ("pass", "fail", "unsure"), "decide": ("unsure",)}.get(
        kind.family, ()
    )


@pytest.mark.parametrize(("kind", "example"), examples(KINDS))
def test_a_configuration_survives_json(kind: NodeKind[Any], example: Any) -> None:
    params = kind.params.model_validate(example)
    plain = json.loads(json.dumps(params.model_dump(by_alias=True, exclude_defaults=True, mode="json")))
    assert kind.params.model_validate(plain) == params


@pytest.mark.parametrize(("kind", "example"), examples(KINDS))
def test_every_expression_of_an_example_is_found_where_it_stands(kind: NodeKind[Any], example: Any) -> None:
    for written in written_in(kind.params.model_validate(example)):
        value: Any = example
        for part in written.path:
            value = value[int(part)] if isinstance(value, list) else value[part]
        assert value == written.text


@each_kind()
def test_the_schema_is_valid_and_describes_every_field(kind: NodeKind[Any]) -> None:
    schema = kind.params.model_json_schema(by_alias=True)
    assert meta.is_valid(json.loads(json.dumps(schema)))
    undescribed = [
        f"{model.get('title')}.{name}"
        for model in [schema, *schema.get("$defs", {}).values()]
        for name, field in model.get("properties", {}).items()
        if not field.get("description") or len(field["description"]) > 200
    ]
    assert undescribed == []
    assert all(name.isalnum() for name in schema.get("$defs", {})), "a definition has a name that says nothing"


@each_kind()
def test_an_unknown_field_is_refused_with_its_name(kind: NodeKind[Any]) -> None:
    with pytest.raises(ValueError, match="surprise"):
        kind.params.model_validate({**kind.example, "surprise": 1})


@each_kind()
def test_a_configuration_that_is_no_unicode_is_refused_as_well(kind: NodeKind[Any]) -> None:
    for name in _field_names(kind):
        for value in ("\ud800", ["\ud800"], {"\ud800": "1"}, {"a": "\ud800"}):
            _refused_or_sound(kind, {name: value})


@each_kind()
@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_bad_configuration_is_refused_by_a_validation_error_and_nothing_else(
    kind: NodeKind[Any], data: st.DataObject
) -> None:
    changed = data.draw(st.dictionaries(st.sampled_from(sorted(_field_names(kind))), JSON, min_size=1, max_size=3))
    _refused_or_sound(kind, changed)


def _refused_or_sound(kind: NodeKind[Any], changed: dict[str, Any]) -> None:
    try:
        params = kind.params.model_validate({**kind.example, **changed})
    except ValidationError:
        return
    ports = kind.ports(params)
    assert len(ports) == len(set(ports))
    assert kind.effect(params) in ("none", "reads", "outward")
    assert isinstance(kind.output(params), dict)


def _field_names(kind: NodeKind[Any]) -> set[str]:
    return {info.alias or name for name, info in kind.params.model_fields.items()}


@pytest.mark.parametrize(("kind", "example"), examples(WITHOUT_MODEL))
async def test_an_example_runs_and_leaves_through_one_of_its_ports(kind: NodeKind[Any], example: Any) -> None:
    outcome = await step(kind, example, INPUT)
    assert not isinstance(outcome, Failed)
    if isinstance(outcome, Done):
        assert outcome.port in (kind.ports(kind.params.model_validate(example)) or (None,))
        assert isinstance(json.dumps(outcome.output, allow_nan=False), str)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.answer], ids=lambda kind: kind.name)
def test_an_answer_leaves_through_a_port(kind: NodeKind[Any]) -> None:
    params = kind.params.model_validate(kind.example)
    assert kind.answer
    for port in set(kind.ports(params)) - {"overdue"}:
        done = kind.answer(params, Resolution(choice=port, by="ann", at="2026-03-04T12:00:00Z", answers={"phone": "1"}))
        assert done.port == port


@pytest.mark.parametrize("kind", WITHOUT_MODEL, ids=lambda kind: kind.name)
@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
async def test_no_handler_raises_whatever_the_case_holds(kind: NodeKind[Any], data: st.DataObject) -> None:
    base = data.draw(st.one_of(JSON, st.fixed_dictionaries({}, optional=dict.fromkeys(INPUT, JSON))))
    earlier = [("r0", data.draw(JSON)), ("r00", base)]
    for example in [kind.example, *kind.examples]:
        outcome = await step(kind, example, base, FakeContext(earlier=earlier))
        assert isinstance(outcome, Done | Wait | Ask | Call | CallEach | Failed)
        if isinstance(outcome, Wait):
            assert isinstance(outcome.until, datetime)
        if isinstance(outcome, Done) and kind.family != "outcome":
            assert outcome.port in kind.ports(kind.params.model_validate(example))
