"""What the kinds share: computing named values, and the names that ports may have.

Used by the files of this folder only; it holds no kind.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Annotated, Final, Protocol

from pydantic import AfterValidator, Field

from runtime.core.expressions import Expr, Json, Unknown
from runtime.core.node import Failed, Inputs, Params
from runtime.core.templates import parts

DueHours = Annotated[
    float | None,
    Field(
        gt=0,
        le=8760,
        allow_inf_nan=False,
        title="Answer within (hours)",
        description="Hours until the answer is overdue; empty: never.",
    ),
]
"""How long a person has for an answer: hours, or none for as long as it takes."""

UNSURE: Final = frozenset({"unsure", "error"})
"""The ports beside the choices of a step that decides."""


class OtherWorkflow(Params):
    """Which workflow a step runs."""

    workflow: Annotated[
        str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,79}$", description="The other workflow's short name (its slug).")
    ]
    version: Annotated[
        int | None, Field(ge=1, le=1_000_000, description="The version to run; empty: the one that is published then.")
    ] = None


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def compute(expressions: Mapping[str, Expr], inputs: Inputs) -> dict[str, Json] | Failed:
    """Every value by its name, or the first that could not be computed as a failure that trying again will not cure."""
    values: dict[str, Json] = {}
    for name, expression in expressions.items():
        value = inputs.value(expression)
        if isinstance(value, Unknown):
            return not_computed(name, value)
        values[name] = value
    return values


def not_computed(field: str, unknown: Unknown) -> Failed:
    """The failure of a step whose field has no value."""
    return Failed("expression", f"“{field}” could not be computed: {unknown.reason}", detail={"field": field})


def shown(expressions: Mapping[str, Expr], inputs: Inputs) -> dict[str, Json]:
    """Every value for a person's eyes: one that could not be computed says so instead of stopping the question."""
    values = {label: inputs.value(expression) for label, expression in expressions.items()}
    return {label: _excuse(value) if isinstance(value, Unknown) else value for label, value in values.items()}


def asked(question: str, inputs: Inputs) -> str:
    """A question's text. Where it could not be filled in, a person still gets it, with gaps."""
    text = inputs.text(question)
    return _with_gaps(question) if isinstance(text, Unknown) else text


def _with_gaps(question: str) -> str:
    return "".join(part if isinstance(part, str) else "…" for part in parts(question))


def _excuse(unknown: Unknown) -> str:
    """What stands in a value's place: people are told that it is not there, and designers why, in the run's steps."""
    return "(not given)" if unknown.code == "missing_field" else "(could not be worked out)"


def has_control(text: str) -> bool:
    """Whether a text holds line breaks or other control characters, which would start a new header."""
    return _CONTROL.search(text) is not None


def plain(text: str) -> str:
    """A text as one would compare it by eye: compatibility forms, case and runs of white space are evened out."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _trimmed(name: str) -> str:
    if name != name.strip() or has_control(name):
        raise ValueError("A name neither begins nor ends with white space, and stays on one line.")
    return name


Name = Annotated[str, Field(min_length=1, max_length=80), AfterValidator(_trimmed)]


class _Named(Protocol):
    @property
    def name(self) -> str: ...


def told_apart(what: str, reserved: frozenset[str] = frozenset()) -> AfterValidator:
    """The check of things that each have a name: one of its own, and none of a port that means something else."""

    def checked[T: Iterable[_Named]](things: T) -> T:
        names = [thing.name for thing in things]
        refuse_repeats(names, what)
        refuse_reserved(names, reserved)
        return things

    return AfterValidator(checked)


def refuse_repeats(names: Iterable[str], what: str) -> None:
    """Raises ValueError (a problem beside the field) where a name is used twice."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"Two {what} are named “{name}”; each needs a name of its own.")
        seen.add(name)


def refuse_reserved(names: Iterable[str], reserved: frozenset[str]) -> None:
    """Raises ValueError (a problem beside the field) where a name belongs to a port that means something else."""
    for name in names:
        if name.lower() in reserved:
            raise ValueError(f"“{name}” is the name of a port of its own; choose another.")
