"""Check that a record can be relied on: complete, well formed, fresh, free of contradictions, and no duplicate.

What is missing or malformed leads to `fail`; what is stale, contradictory or a duplicate, or cannot be told, to
`unsure`. Missing is also what only looks filled: blanks, dashes, and words like “n/a”, “unknown” or “tbd” (unless they
are what the field's format asks for: NA is Namibia). A format is only asked of a field that is there. A date must be
written as ISO 8601, since 03/04/2024 can be read in two ways. A duplicate is another run of this workflow within the
given days whose input has the same fields; case, white space and the spelling of phone numbers do not matter.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterator
from datetime import timedelta
from typing import Annotated

import phonenumbers
from pydantic import AfterValidator, Field

from runtime.core.definition import Many
from runtime.core.expressions import Expr, Json, Unknown
from runtime.core.node import Context, Done, Inputs, NodeKind, Outcome, Params
from runtime.nodes._fields import Path, is_missing, look_up
from runtime.nodes._formats import Format, e164, moment, names_zone, what_is_wrong
from runtime.nodes._values import Name, plain, told_apart

type Issue = dict[str, Json]

FAILING = frozenset({"missing", "malformed"})
MOST_ISSUES = 200
# A time without a zone may be that far ahead of the clock without lying in the future; clocks also differ a little.
ZONES = timedelta(hours=14)
SKEW = timedelta(minutes=5)


def _region(code: str) -> str:
    if code not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(f"“{code}” is no region with phone numbers; write two capital letters, such as DE.")
    return code


class Fresh(Params):
    """How old a record may be."""

    path: Annotated[Path, Field(title="Field of the date", description="The field that holds the date.")]
    max_age_days: Annotated[
        float,
        Field(
            gt=0,
            le=36_500,
            allow_inf_nan=False,
            title="Most days old",
            description="The most days that may have passed.",
        ),
    ]


class Conflict(Params):
    """Two things that must not both be so."""

    name: Annotated[Name, Field(description="What the contradiction is called.")]
    when: Annotated[Expr, Field(title="When", description="True when the record contradicts itself.")]
    message: Annotated[str, Field(min_length=1, max_length=500, description="What a reviewer is told.")]


class Duplicates(Params):
    """What makes two cases the same."""

    by: Annotated[
        Many[Path],
        Field(
            min_length=1,
            max_length=10,
            title="Same in these fields",
            description="Fields of the run's input that a duplicate has in common.",
        ),
    ]
    within_days: Annotated[
        float,
        Field(gt=0, le=3650, allow_inf_nan=False, title="Days to look back", description="How many days back to look."),
    ]


class QualityParams(Params):
    """What is expected of the record."""

    value: Annotated[Expr | None, Field(title="Record", description="The record to check; empty: the run's input.")] = (
        None
    )
    required: Annotated[
        Many[Path], Field(max_length=200, title="Must be filled", description="Fields that must be filled.")
    ] = ()
    formats: Annotated[
        dict[Path, Format],
        Field(
            max_length=200,
            title="Must be well formed",
            description="Fields that must be well formed where they are filled.",
        ),
    ] = Field(default_factory=dict)
    phone_region: Annotated[
        Annotated[str, Field(pattern=r"^[A-Z]{2}$"), AfterValidator(_region)] | None,
        Field(
            title="Region of phone numbers",
            description="The region of phone numbers without a country code, such as DE; empty: they are malformed.",
        ),
    ] = None
    fresh: Annotated[
        Fresh | None, Field(title="Freshness", description="How old the record may be; empty: any age.")
    ] = None
    conflicts: Annotated[
        Many[Conflict],
        Field(max_length=50, title="Contradictions", description="Contradictions to look for."),
        told_apart("conflicts"),
    ] = ()
    duplicates: Annotated[Duplicates | None, Field(description="What makes a case a duplicate; empty: nothing.")] = None


def run(params: QualityParams, inputs: Inputs, context: Context) -> Outcome | Awaitable[Outcome]:
    """Everything that is wrong with the record, and how complete it is. It waits only to look for duplicates."""
    record = inputs.run_input if params.value is None else inputs.value(params.value)
    if isinstance(record, Unknown):
        return _done(params, None, [_issue("unknown", "", f"The record could not be computed: {record.reason}")])
    if not isinstance(record, dict):
        return _done(params, None, [_issue("malformed", "", "The record is no object with fields.")])
    issues = [*_missing(params, record), *_malformed(params, record)]
    if params.fresh:
        issues += _stale(params.fresh, record, context)
    issues += _conflicting(params, inputs)
    if params.duplicates:
        return _with_duplicates(params, params.duplicates, record, issues, inputs, context)
    return _done(params, record, issues)


async def _with_duplicates(
    params: QualityParams, wanted: Duplicates, record: Json, issues: list[Issue], inputs: Inputs, context: Context
) -> Outcome:
    return _done(params, record, issues + await _duplicates(params, wanted, inputs, context))


def _done(params: QualityParams, record: Json, issues: list[Issue]) -> Done:
    filled = sum(1 for path in params.required if not _lacks(params, record, path))
    completeness = filled / len(params.required) if params.required else float(record is not None)
    port = "pass" if not issues else "fail" if any(issue["code"] in FAILING for issue in issues) else "unsure"
    listed: list[Json] = [*issues[:MOST_ISSUES]]
    return Done({"issues": listed, "completeness": round(completeness, 4)}, port)


def _issue(code: str, path: str, message: str, **more: Json) -> Issue:
    return {"code": code, "path": path, "message": message, **more}


def _lacks(params: QualityParams, record: Json, path: str) -> bool:
    """Whether a field is not filled. What is well formed in its field's format is a value (NA is Namibia)."""
    value = look_up(record, path)
    wanted = params.formats.get(path)
    return is_missing(value) and not (wanted and what_is_wrong(value, wanted, params.phone_region) is None)


def _missing(params: QualityParams, record: Json) -> Iterator[Issue]:
    for path in dict.fromkeys(params.required):
        if _lacks(params, record, path):
            yield _issue("missing", path, f"“{path}” is missing.")


def _malformed(params: QualityParams, record: Json) -> Iterator[Issue]:
    for path, wanted in params.formats.items():
        wrong = what_is_wrong(look_up(record, path), wanted, params.phone_region)
        if wrong and not _lacks(params, record, path):
            yield _issue("malformed", path, f"“{path}”: {wrong}")


def _stale(fresh: Fresh, record: Json, context: Context) -> Iterator[Issue]:
    value = look_up(record, fresh.path)
    told = moment(value)
    if is_missing(value):
        yield _issue("stale", fresh.path, f"“{fresh.path}” is missing, so nobody can tell how old this is.")
    elif told is None:
        yield _issue("malformed", fresh.path, f"“{fresh.path}” is no date; write it as 2024-12-31.")
    elif told - context.now > (SKEW if names_zone(value) else ZONES):
        yield _issue("stale", fresh.path, f"“{fresh.path}” lies in the future.")
    elif context.now - told - _rest_of_day(value) > timedelta(days=fresh.max_age_days):
        yield _issue("stale", fresh.path, f"“{fresh.path}” is more than {fresh.max_age_days:g} days old.")


def _rest_of_day(value: Json) -> timedelta:
    """A date without a time is as fresh as the end of its day: yesterday is one day old, whatever the hour."""
    return timedelta(days=1) if isinstance(value, str) and len(value) == len("2024-12-31") else timedelta()


def _conflicting(params: QualityParams, inputs: Inputs) -> Iterator[Issue]:
    for conflict in params.conflicts:
        value = inputs.value(conflict.when)
        if value is False:
            continue
        message = conflict.message
        if value is not True:
            reason = value.reason if isinstance(value, Unknown) else "it gives neither true nor false."
            message = f"“{conflict.name}” could not be checked: {reason}"
        yield _issue("conflict", "", message, name=conflict.name)


async def _duplicates(params: QualityParams, wanted: Duplicates, inputs: Inputs, context: Context) -> list[Issue]:
    mine = {path: _key(params, path, look_up(inputs.run_input, path)) for path in wanted.by}
    unknown = [path for path, key in mine.items() if key is None]
    if unknown:
        sentence = f"“{unknown[0]}” is missing, so nobody can tell whether this is a duplicate."
        return [_issue("duplicate", unknown[0], sentence)]
    for run_id, earlier in await context.earlier_inputs(wanted.within_days):
        if all(_key(params, path, look_up(earlier, path)) == key for path, key in mine.items()):
            fields = ", ".join(f"“{path}”" for path in wanted.by)
            return [_issue("duplicate", wanted.by[0], f"An earlier case has the same {fields}.", run=run_id)]
    return []


def _key(params: QualityParams, path: str, value: Json) -> str | None:
    """A field as it is compared; None where nothing is there, which equals nothing."""
    if is_missing(value):
        return None
    if not isinstance(value, str):
        return repr(float(value)) if isinstance(value, int) else repr(value)
    number = e164(value, params.phone_region) if params.formats.get(path) == "phone" else None
    return number or plain(value)


def _output(_params: QualityParams) -> dict[str, Json]:
    issue: dict[str, Json] = {
        "type": "object",
        "properties": {
            "code": {"enum": ["missing", "malformed", "stale", "conflict", "duplicate", "unknown"]},
            "path": {"type": "string"},
            "message": {"type": "string"},
            "name": {"type": "string"},
            "run": {"type": "string"},
        },
        "required": ["code", "message", "path"],
    }
    return {
        "type": "object",
        "properties": {
            "issues": {"type": "array", "items": issue},
            "completeness": {"type": "number", "minimum": 0, "maximum": 1},
        },
        "required": ["completeness", "issues"],
    }


KIND = NodeKind(
    name="verify.quality",
    title="Check data quality",
    help=__doc__,
    icon="shield-check",
    params=QualityParams,
    run=run,
    ports=lambda _params: ("pass", "fail", "unsure"),
    output=_output,
    signals=True,
    example={
        "required": ["email", "company"],
        "formats": {"email": "email", "phone": "phone", "country": "country"},
        "phone_region": "DE",
        "fresh": {"path": "received_at", "max_age_days": 30},
        "conflicts": [
            {"name": "size", "when": "input.seats > input.employees", "message": "More seats than employees."}
        ],
        "duplicates": {"by": ["email"], "within_days": 90},
    },
)
