"""The checks: everything that is wrong with a drawing, as problems. The only door to this package.

Called by the canvas, by publishing and by the API. Nothing here raises for any JSON, and nothing depends on time or
place: the same drawing gives the same problems in the same order. One file holds one concern.
"""

from __future__ import annotations

from runtime.core.checks import around as surroundings
from runtime.core.checks import beside, data, outputs, people, promises, safety, structure, tables, teaching
from runtime.core.checks import document as shape
from runtime.core.checks.around import NOWHERE, Called, Surroundings
from runtime.core.checks.codes import CODES, Code
from runtime.core.checks.document import SchemaJudge
from runtime.core.checks.schemas import schema_problem
from runtime.core.definition import Document, parse
from runtime.core.drawing import Drawing, compile_drawing
from runtime.core.node import Kinds
from runtime.core.problems import Problem

__all__ = ["CODES", "NOWHERE", "Called", "Code", "Surroundings", "check", "check_document", "check_drawing"]


def check(
    raw: object,
    kinds: Kinds,
    around: Surroundings = NOWHERE,
    judge_schema: SchemaJudge = schema_problem,
) -> tuple[Problem, ...]:
    """Everything wrong with a document as JSON. Where it cannot be read at all, the problems are of its shape only.

    `around` is what the shell knows to be there by name. `judge_schema` says why a JSON Schema is none (empty: it is
    one); without it only the shape of its keywords is looked at.
    """
    parsed = parse(raw)
    if parsed.document is None:
        return parsed.problems
    return check_document(parsed.document, kinds, around, judge_schema)


def check_document(
    document: Document,
    kinds: Kinds,
    around: Surroundings = NOWHERE,
    judge_schema: SchemaJudge = schema_problem,
) -> tuple[Problem, ...]:
    """Everything wrong with a document that could be read. A half-drawn one is checked as far as it goes."""
    drawing, faulty = compile_drawing(document, kinds)
    return faulty + check_drawing(drawing, around, judge_schema)


def check_drawing(
    drawing: Drawing, around: Surroundings = NOWHERE, judge_schema: SchemaJudge = schema_problem
) -> tuple[Problem, ...]:
    """Everything wrong with a drawing, but for what kept nodes from being compiled."""
    return (
        *shape.problems(drawing, judge_schema),
        *structure.problems(drawing),
        *data.problems(drawing),
        *safety.problems(drawing),
        *beside.problems(drawing),
        *outputs.problems(drawing),
        *tables.problems(drawing),
        *teaching.problems(drawing),
        *people.problems(drawing),
        *promises.problems(drawing),
        *surroundings.problems(drawing, around),
    )
