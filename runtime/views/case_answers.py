"""A posted answer as the domain takes it, and the fields that it is given in.

Used by the pages of cases. What was shown and not changed is no edit; but where it does not fit to begin with, somebody
has to say so, or that it may stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runtime.cases.answers import Answer
from runtime.core.forecast import Forecast
from runtime.fields import Field, fields_of, read_fields
from runtime.json_gate import JsonProblem, read_json
from runtime.json_schemas import errors_of, label
from runtime.models import Escalation
from runtime.refused import FieldError, Refused

AS_IT_IS = "as_it_is"
"""The box that says: it may stay as it is."""
_LIKE_JSON = ("{", "[", '"')


def schema_of(case: Escalation) -> dict[str, Any]:
    """What may be entered beside the choice, as the schema of one object."""
    if case.asked.get("form"):
        return dict(case.asked["form"])
    if case.kind == "incident":
        value = {
            "title": "Value to go on with",
            "description": "What the step would have given. A text is taken as it is written;"
            " a number, a list or an object as JSON.",
        }
        port = {"type": "string", "title": "Way to go on", "description": "Leave it empty for the usual one."}
        return {"properties": {"value": value, "port": port}}
    return {"properties": {name: _field(name, each) for name, each in _editable(case).items()}}


def _field(name: str, each: Mapping[str, Any]) -> dict[str, Any]:
    hidden = {"description": "What the machine had put here is shown after your answer; empty: that stays."}
    return {"title": words(name), **(each.get("schema") or {}), **(hidden if each.get("hidden") else {})}


def words(name: str) -> str:
    """A name as people write it."""
    return name.replace("_", " ").capitalize()


def fields(
    case: Escalation,
    posted: Mapping[str, str] | None,
    refused: Refused | None,
    before: Mapping[str, Any] | None = None,
) -> list[Field]:
    """The fields, with what stands in them, was posted or (`before`) taken back, and what is wrong beside each."""
    again = _entered(case, before)
    values = {name: each.get("value") for name, each in _editable(case).items()} | again
    errors = {} if refused or case.asked.get("form") else {each.path: each.message for each in _left(case, again)}
    for error in placed(refused):
        errors[f"/edits/{error.path.split('/')[2]}"] = error.message
    beside = {path.split("/")[2]: message for path, message in errors.items()}
    return fields_of(schema_of(case), values, posted if refused else None, beside)


def placed(refused: Refused | None) -> list[FieldError]:
    """The errors that belong to one field: those with a path like /edits/name."""
    return [error for error in refused.errors if error.path.count("/") >= 2] if refused else []


def was_left(case: Escalation, before: Mapping[str, Any], ahead: Mapping[str, Forecast]) -> bool:
    """Whether an answer that was taken back can only have been given with "it may stay as it is"."""
    answer = Answer(before.get("choice", ""), before.get("edits") or {})
    return unchecked(case, answer, {}, ahead.get(answer.choice)) is not None


def general(refused: Refused | None) -> list[FieldError]:
    """The errors that belong to no field."""
    return [error for error in refused.errors if error not in placed(refused)] if refused else []


def unfit(case: Escalation) -> list[FieldError]:
    """The values that do not fit what they have to be, as the case came in."""
    found: list[FieldError] = []
    for name, each in _editable(case).items():
        if each.get("hidden"):
            continue
        errors: Any = errors_of(each.get("schema") or {}, each.get("value")) if "schema" in each else []
        found += [
            FieldError(f"/edits/{name}", f"{label(name, each.get('schema'))}: {_plain(error)}") for error in errors[:1]
        ]
    return found


def answer_of(case: Escalation, posted: Mapping[str, str]) -> Answer:
    """What was posted, as an answer."""
    choice, digest, comment = posted.get("choice", ""), posted.get("digest", ""), posted.get("comment", "")
    entered = read_fields(schema_of(case), posted)
    if case.asked.get("form"):
        return Answer(choice, {}, comment, digest, entered)
    if case.kind == "incident" and choice != "skip":
        return Answer(choice, {}, comment, digest)
    if case.kind != "incident":
        entered = {name: value for name, value in entered.items() if value != _editable(case)[name].get("value")}
    return Answer(choice, entered, comment, digest)


def unchecked(case: Escalation, answer: Answer, posted: Mapping[str, str], ahead: Forecast | None) -> Refused | None:
    """Refuses an answer that would pass on, unseen, a value that did not fit when the case came in, or was misread.

    Not where the run ends with this choice, and not where the person says that it may stay as it is.
    """
    if case.kind == "incident":
        return _misread(answer, posted)
    if case.kind != "review" or posted.get(AS_IT_IS) or (ahead and ahead.ends and not ahead.acts):
        return None
    left = _left(case, answer.edits)
    if not left:
        return None
    detail = "Something that may be corrected here does not fit. Correct it, or say that it may stay as it is."
    return Refused("unchecked", detail, tuple(left))


def _misread(answer: Answer, posted: Mapping[str, str]) -> Refused | None:
    """Refuses a value that begins like JSON and is none: it would go on as a text that nobody meant."""
    value = answer.edits.get("value")
    if not isinstance(value, str) or not posted.get("field-value", "").lstrip().startswith(_LIKE_JSON):
        return None
    read = read_json(posted["field-value"])
    if not isinstance(read, JsonProblem):
        return None
    told = "This begins like JSON and cannot be read as that. Mend it, or begin a text with a letter."
    return Refused("invalid_edits", "What was entered cannot be read.", (FieldError("/edits/value", told),))


def _left(case: Escalation, edits: Mapping[str, Any]) -> list[FieldError]:
    """What does not fit and was not edited."""
    return [error for error in unfit(case) if error.path.split("/")[2] not in edits]


def _entered(case: Escalation, before: Mapping[str, Any] | None) -> dict[str, Any]:
    """What was entered in an answer, by field. Of a form that is every field: what was left empty is empty again."""
    if before is None:
        return {}
    form = case.asked.get("form")
    if not form:
        return dict(before.get("edits") or {})
    answers = before.get("answers")
    return dict.fromkeys(form.get("properties") or ()) | (answers if isinstance(answers, dict) else {})


def _editable(case: Escalation) -> Mapping[str, Any]:
    return case.asked.get("editable") or {}


def _plain(error: Mapping[str, str]) -> str:
    return error["message"].removeprefix("This ").removesuffix(".") + "."
