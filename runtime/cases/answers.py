"""Does a person's answer fit what was asked? Pure: no database, no clock.

Called by `escalations` before anything is written, and by pages that check while a person types.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from runtime.json_gate import clean
from runtime.json_schemas import errors_of
from runtime.refused import FieldError, Refused

ANSWERED = "answered"
"""The choice of everyone who fills in a form: the port it leaves through."""

MAX_COMMENT = 10_000
_EDITS_OF_A_SKIP: Mapping[str, Any] = {
    "value": {"schema": {}},
    "port": {"schema": {"type": "string", "minLength": 1, "maxLength": 80}},
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person answers. `digest` is that of what they were shown.

    `edits` are edited values by name (of an incident's `skip`: `value`, and the `port` to go on through); `answers`
    fill in a form, and may be handed in as `edits`, too.
    """

    choice: str = ""
    edits: Mapping[str, Any] = field(default_factory=dict)
    comment: str = ""
    digest: str = ""
    answers: Any = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the answer is held against: the case's `asked`, its kind, and the ports that lead on from its node."""

    kind: str
    asked: Mapping[str, Any]
    ports: frozenset[str] = frozenset()

    @property
    def choices(self) -> Mapping[str, Mapping[str, Any]]:
        """The choices by name."""
        return {choice["name"]: choice for choice in self.asked.get("choices") or ()}


def fitted(question: Asked, answer: Answer) -> Answer | Refused:
    """The answer in the one form that is kept, or why it does not fit."""
    soiled = clean(
        {"choice": answer.choice, "edits": answer.edits, "comment": answer.comment, "answers": answer.answers}
    )
    if soiled:
        return _invalid([FieldError(soiled.path, soiled.message, soiled.code)])
    if not isinstance(answer.comment, str) or len(answer.comment) > MAX_COMMENT:
        return _invalid([FieldError("/comment", f"A comment is a text of at most {MAX_COMMENT} characters.")])
    if question.asked.get("form") is not None:
        return _filled_in(question.asked["form"], answer)
    return _chosen(question, answer)


def _filled_in(form: dict[str, Any], answer: Answer) -> Answer | Refused:
    if answer.choice not in ("", ANSWERED):
        return Refused("unknown_choice", f"A form has one choice only: {ANSWERED}.")
    answers, place = (answer.edits, "/edits") if answer.answers is None else (answer.answers, "/answers")
    errors = list(_misfits(form, answers, place))
    return _invalid(errors) if errors else Answer(ANSWERED, {}, answer.comment, answer.digest, answers)


def _chosen(question: Asked, answer: Answer) -> Answer | Refused:
    choice = question.choices.get(answer.choice) if isinstance(answer.choice, str) else None
    if choice is None:
        return Refused("unknown_choice", f"Choose one of: {', '.join(question.choices)}.")
    if choice.get("comment_required") and not answer.comment.strip():
        return Refused("comment_required", "This choice needs a comment that says why.")
    if answer.answers is not None:
        return _invalid([FieldError("/answers", "This case asks for a choice and has no form.")])
    skipping = question.kind == "incident" and answer.choice == "skip"
    editable = question.asked.get("editable") or (_EDITS_OF_A_SKIP if skipping else {})
    errors = list(_edit_errors(editable, answer.edits))
    if errors:
        return _invalid(errors)
    return _skipped(question, answer) if skipping else answer


def _skipped(incident: Asked, answer: Answer) -> Answer | Refused:
    """A skip with its port: the one given, else `done`, else the only one that leads on."""
    ports = incident.ports
    port = answer.edits.get("port") or ("done" if "done" in ports or len(ports) != 1 else next(iter(ports)))
    if port not in ports:
        return _invalid([FieldError("/edits/port", f"From this step a way leads on from: {', '.join(sorted(ports))}.")])
    edits = {"value": answer.edits.get("value"), "port": port}
    return Answer(answer.choice, edits, answer.comment, answer.digest)


def _edit_errors(editable: Mapping[str, Any], edits: object) -> Iterable[FieldError]:
    if not isinstance(edits, Mapping):
        yield FieldError("/edits", "Edits are an object: a value for each edited name.")
        return
    for name, value in edits.items():
        if name in editable:
            yield from _misfits(editable[name].get("schema") or {}, value, f"/edits/{_escaped(name)}")
        else:
            yield FieldError(f"/edits/{_escaped(name)}", "This value may not be edited.", "not_editable")


def _misfits(schema: dict[str, Any], value: Any, place: str) -> Iterable[FieldError]:
    for error in cast("list[dict[str, str]]", errors_of(schema, value, beside=True, titled=True)):
        yield FieldError(f"{place}{error['path']}", error["message"])


def _invalid(errors: list[FieldError]) -> Refused:
    return Refused("invalid_edits", "What was entered does not fit what is asked for.", tuple(errors))


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
