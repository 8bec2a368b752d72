"""Checking a record: complete, well formed, fresh, free of contradictions, and no duplicate."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from hypothesis import given
from pydantic import ValidationError

from runtime.core.node import Done
from runtime.nodes.verify_quality import KIND
from tests.makers.fakes import FakeContext, FakeInputs, step
from tests.runtime.nodes.strategies import JSON


async def checked(
    config: Any, record: Any, earlier: list[tuple[str, Any]] | None = None
) -> tuple[str | None, list[Any]]:
    outcome = await step(KIND, config, record, FakeContext(earlier=earlier or []))
    assert isinstance(outcome, Done)
    assert isinstance(outcome.output, dict)
    issues = outcome.output["issues"]
    assert isinstance(issues, list)
    return outcome.port, issues


async def codes(config: Any, record: Any, earlier: list[tuple[str, Any]] | None = None) -> tuple[str | None, list[Any]]:
    port, issues = await checked(config, record, earlier)
    return port, [(issue["code"], issue["path"]) for issue in issues]


async def test_a_sound_record_passes() -> None:
    config = {"required": ["email", "contact.phones.0"], "formats": {"email": "email"}}
    record = {"email": "ann@example.org", "contact": {"phones": ["+4930901820"]}}
    outcome = await step(KIND, config, record)
    assert outcome == Done({"issues": [], "completeness": 1.0}, "pass")


# Missing

MISSING: list[Any] = [
    None,
    "",
    " ",
    "\t\n",
    "\u00a0",
    "\u200b",
    "\u202e\u202c",
    "\ud800",
    "-",
    "--",
    "—",
    "...",
    "?",
    "N/A",
    "n.a.",
    "(none)",
]
MISSING += ["NULL", "null", " Unknown ", "<unknown>", "TBD", "not  provided", "Not available.", "#REF!", "xxx", [], {}]
PRESENT: list[Any] = [
    "x",
    "0",
    0,
    False,
    0.0,
    [None],
    {"a": None},
    "Nonesuch",
    "Nadia",
    "n/a Ltd",
    "日本",
    "علي",
    "😀",
    "test",
    "X",
]


@pytest.mark.parametrize("value", MISSING, ids=ascii)
async def test_what_only_looks_filled_is_missing(value: Any) -> None:
    assert await codes({"required": ["name"]}, {"name": value}) == ("fail", [("missing", "name")])


@pytest.mark.parametrize("value", PRESENT, ids=ascii)
async def test_what_is_filled_is_there(value: Any) -> None:
    assert await codes({"required": ["name"]}, {"name": value}) == ("pass", [])


@pytest.mark.parametrize(
    "record",
    [{}, {"a": None}, {"a": "x"}, {"a": []}, {"a": [1]}, {"a": {"c": 1}}, {"a.b": 1}, {"a": {"b": None}}],
    ids=str,
)
async def test_a_path_that_leads_nowhere_is_missing(record: Any) -> None:
    assert await codes({"required": ["a.b"]}, record) == ("fail", [("missing", "a.b")])


@pytest.mark.parametrize("part", ["1", "-1", "x", "\u0660", "99999999999"])
async def test_a_list_is_read_by_plain_numbers_only(part: str) -> None:
    assert await codes({"required": [f"a.{part}"]}, {"a": ["x"]}) == ("fail", [("missing", f"a.{part}")])


async def test_completeness_is_the_share_of_required_fields_that_are_there() -> None:
    outcome = await step(KIND, {"required": ["a", "b", "c"]}, {"a": 1, "b": "n/a", "c": 2})
    assert isinstance(outcome, Done)
    assert isinstance(outcome.output, dict)
    assert outcome.output["completeness"] == pytest.approx(0.6667)


@pytest.mark.parametrize("record", [None, [], "x", 5, True, [{"a": 1}]], ids=str)
async def test_a_record_that_is_no_object_fails(record: Any) -> None:
    assert await codes({}, record) == ("fail", [("malformed", "")])


async def test_a_record_that_cannot_be_computed_is_unsure() -> None:
    assert await codes({"value": "input.lead", "required": ["a"]}, {}) == ("unsure", [("unknown", "")])


async def test_another_value_than_the_input_can_be_checked() -> None:
    assert await codes({"value": "input.lead", "required": ["a"]}, {"lead": {"a": 1}}) == ("pass", [])


# Formats

WANTED = ["email", "phone", "url", "date", "country", "uuid"]


@pytest.mark.parametrize("wanted", WANTED)
@pytest.mark.parametrize(
    "value", [5, 1.5, True, [["a@b.org"]], {"a": 1}, " DE ", "ann@example.org\u200b", "a\ud800"], ids=ascii
)
async def test_what_is_no_clean_text_has_no_format(wanted: str, value: Any) -> None:
    assert await codes({"formats": {"x": wanted}}, {"x": value}) == ("fail", [("malformed", "x")])


@pytest.mark.parametrize("wanted", WANTED)
@pytest.mark.parametrize("record", [{}, {"x": None}, {"x": ""}, {"x": "n/a"}, {"x": "-"}], ids=str)
async def test_a_format_is_not_asked_of_a_field_that_is_not_there(wanted: str, record: Any) -> None:
    assert await codes({"formats": {"x": wanted}}, record) == ("pass", [])


async def test_a_missing_required_field_is_one_issue_and_not_two() -> None:
    assert await codes({"required": ["x"], "formats": {"x": "email"}}, {"x": "unknown"}) == ("fail", [("missing", "x")])


async def test_a_phone_number_without_country_code_needs_a_region() -> None:
    assert await codes({"formats": {"x": "phone"}}, {"x": "030 901820"}) == ("fail", [("malformed", "x")])
    assert await codes({"formats": {"x": "phone"}, "phone_region": "DE"}, {"x": "030 901820"}) == ("pass", [])


async def test_an_ambiguous_date_says_that_it_is_ambiguous() -> None:
    _, (issue,) = await checked({"formats": {"x": "date"}}, {"x": "03/04/2024"})
    assert "more than one way" in issue["message"]


# Freshness (now is noon, 4 March 2026, UTC)


@pytest.mark.parametrize(
    ("value", "port", "found"),
    [
        ("2026-03-04T11:00:00Z", "pass", []),
        ("2026-02-22", "pass", []),
        ("2026-02-22T11:59:00Z", "unsure", ["stale"]),
        ("2026-02-21", "unsure", ["stale"]),
        ("2026-03-04T12:04:00Z", "pass", []),
        ("2026-03-04T12:06:00Z", "unsure", ["stale"]),
        ("2026-03-05", "pass", []),
        ("2026-03-06", "unsure", ["stale"]),
        ("2026-03-04T20:00:00", "pass", []),
        ("2026-03-04T20:00:00+09:00", "pass", []),
        ("2026-03-04T20:00:00+01:00", "unsure", ["stale"]),
        ("9999-12-31", "unsure", ["stale"]),
        (None, "unsure", ["stale"]),
        ("", "unsure", ["stale"]),
        ("03/04/2026", "fail", ["malformed"]),
        ("yesterday", "fail", ["malformed"]),
        (1_772_000_000, "fail", ["malformed"]),
        (["2026-03-04"], "fail", ["malformed"]),
    ],
)
async def test_a_record_is_fresh_or_in_doubt(value: Any, port: str, found: list[str]) -> None:
    config = {"fresh": {"path": "at", "max_age_days": 10}}
    assert await codes(config, {"at": value}) == (port, [(code, "at") for code in found])


# Contradictions


@pytest.mark.parametrize(
    ("when", "port"),
    [
        ("input.a > input.b", "pass"),
        ("input.a < input.b", "unsure"),
        ("input.gone == 1", "unsure"),
        ("input.a", "unsure"),
    ],
)
async def test_a_contradiction_or_a_doubt_of_one_is_unsure(when: str, port: str) -> None:
    config = {"conflicts": [{"name": "sizes", "when": when, "message": "a must not be below b"}]}
    found, issues = await checked(config, {"a": 2, "b": 2 if when == "input.a > input.b" else 3})
    assert found == port
    assert [(issue["code"], issue["name"]) for issue in issues] == ([] if port == "pass" else [("conflict", "sizes")])


async def test_what_fails_outweighs_what_is_in_doubt() -> None:
    config = {
        "required": ["a"],
        "fresh": {"path": "at", "max_age_days": 1},
        "conflicts": [{"name": "c", "when": "true", "message": "always"}],
        "duplicates": {"by": ["b"], "within_days": 5},
    }
    port, found = await codes(config, {"b": 1, "at": "2020-01-01"}, [("r7", {"b": 1})])
    assert port == "fail"
    assert [code for code, _ in found] == ["missing", "stale", "conflict", "duplicate"]


# Duplicates

BY_MAIL = {"duplicates": {"by": ["email"], "within_days": 30}}


@pytest.mark.parametrize("earlier", ["ann@example.org", "ANN@Example.org", " ann@example.org "])
async def test_the_same_case_within_the_days_is_unsure_and_names_the_earlier_run(earlier: str) -> None:
    port, (issue,) = await checked(BY_MAIL, {"email": "ann@example.org"}, [("r8", {}), ("r7", {"email": earlier})])
    assert (port, issue["code"], issue["path"], issue["run"]) == ("unsure", "duplicate", "email", "r7")


@pytest.mark.parametrize("earlier", [None, {}, [], {"email": "bob@example.org"}, {"email": None}, {"email": ["a"]}])
async def test_another_case_is_no_duplicate(earlier: Any) -> None:
    assert (await codes(BY_MAIL, {"email": "ann@example.org"}, [("r7", earlier)]))[0] == "pass"


async def test_all_fields_have_to_agree() -> None:
    config = {"duplicates": {"by": ["name", "zip"], "within_days": 30}}
    record = {"name": "Ann", "zip": 10115}
    assert (await codes(config, record, [("r7", {"name": "Ann", "zip": 10117})]))[0] == "pass"
    assert (await codes(config, record, [("r7", {"name": "ann", "zip": 10115.0})]))[0] == "unsure"
    assert (await codes(config, record, [("r7", {"name": "ann", "zip": "10115"})]))[0] == "pass"


async def test_phone_numbers_are_compared_in_their_international_form() -> None:
    config = {"formats": {"tel": "phone"}, "phone_region": "DE", "duplicates": {"by": ["tel"], "within_days": 30}}
    assert (await codes(config, {"tel": "030 901820"}, [("r7", {"tel": "+49 (30) 90-1820"})]))[0] == "unsure"


@pytest.mark.parametrize("record", [{}, {"email": None}, {"email": "n/a"}])
async def test_without_the_field_nobody_can_tell_and_nothing_equals_nothing(record: Any) -> None:
    port, (issue,) = await checked(BY_MAIL, record, [("r7", record)])
    assert (port, issue["code"]) == ("unsure", "duplicate")
    assert "run" not in issue


async def test_the_days_are_asked_for() -> None:
    context = FakeContext()
    await step(KIND, BY_MAIL, {"email": "a@b.org"}, context)
    assert context.seen == [30]


def test_only_looking_for_duplicates_waits() -> None:
    for config, waits in ((BY_MAIL, True), ({"required": ["email"]}, False)):
        params = KIND.params.model_validate(config)
        outcome = KIND.run(params, FakeInputs({"email": "a@b.org"}), FakeContext())
        assert inspect.isawaitable(outcome) is waits
        if inspect.iscoroutine(outcome):
            outcome.close()


@given(record=JSON, other=JSON)
async def test_nothing_raises_and_a_required_field_that_is_not_there_never_passes(record: Any, other: Any) -> None:
    for wanted in WANTED:
        config = {
            "required": ["x"],
            "formats": {"x": wanted, "y": wanted},
            "fresh": {"path": "y", "max_age_days": 1},
            "duplicates": {"by": ["x", "y"], "within_days": 1},
        }
        assert (await codes(config, record, [("r0", other)]))[0] in ("fail", "unsure")
        port, _ = await codes({"required": ["x"], "formats": {"x": wanted}}, {"x": record}, [("r0", other)])
        assert port == "fail" or record not in (None, "", [], {})


@pytest.mark.parametrize(
    "config",
    [
        *({"required": "email"}, {"required": [""]}, {"required": ["a..b"]}, {"required": [".a"]}),
        *({"required": [1]}, {"formats": {"a": "mail"}}, {"formats": ["a"]}, {"phone_region": "Germany"}),
        *({"phone_region": "de"}, {"fresh": {"path": "a"}}, {"fresh": {"path": "a", "max_age_days": 0}}),
        *({"conflicts": [{"name": "a", "when": "true"}]}, {"duplicates": {"by": [], "within_days": 1}}),
        {"duplicates": {"by": ["a"], "within_days": float("nan")}},
        {"conflicts": [{"name": "a", "when": "true", "message": "m"}] * 2},
    ],
    ids=str,
)
def test_a_bad_configuration_is_refused(config: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        KIND.params.model_validate(config)
