"""Completion and preview of expressions for the canvas: what may be written here, and what it would give.

Called by `canvas_views`. What is available is the core's to say; this finds the sample that a preview is computed on,
and sends what is costly to the cage.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from asgiref.sync import sync_to_async

from builder.models import Workflow
from runtime import blueprints, tryouts
from runtime.core import completion, expressions, templates
from runtime.core.completion import Offer
from runtime.core.definition import parse
from runtime.core.drawing import Drawing, compile_drawing
from runtime.core.expressions import Json, Unknown
from runtime.core.templates import Template
from runtime.engine.cage import Cage
from runtime.ids import is_id
from runtime.nodes import discover
from runtime.permissions import Person, visible_runs
from runtime.refused import Refused

type Language = Literal["expression", "template"]
MAX_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class Sample:
    """The case that a preview is computed on. `steps` are outputs by node id: `{node: {"output", "port"}}`.

    Without an input, one is made up from the schema of the drawing's input.
    """

    input: Any = None
    has_input: bool = False
    steps: Mapping[str, Any] = field(default_factory=dict)
    run: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What an expression gives on a sample; `unknown` says why it gives nothing."""

    value: Json = None
    unknown: Unknown | None = None

    def to_json(self) -> dict[str, Any]:
        """The shape that the canvas reads."""
        if self.unknown:
            return {"reason": self.unknown.reason, "code": self.unknown.code}
        return {"value": self.value}


def complete(document: object, node: str, text: str, cursor: int, language: Language) -> tuple[Offer, ...] | Refused:
    """What may be written at the cursor of a text. Refused: malformed, unknown_node, too_long."""
    drawing = _drawing(document, node, text)
    if isinstance(drawing, Refused):
        return drawing
    if language == "expression":
        return completion.offers(drawing, node, text, cursor)
    hole = completion.in_template(text, cursor)
    if hole is None:
        return ()
    inside, place, begin = hole
    return tuple(
        Offer(each.text, each.start + begin, each.end + begin, each.sort, each.type, each.help)
        for each in completion.offers(drawing, node, inside, place)
    )


async def preview(
    workflow: Workflow, document: object, node: str, text: str, language: Language, sample: Sample, user: Person,
    cage: Cage | None,
) -> Preview | Refused:  # fmt: skip
    """What an expression or template of a node gives. Refused: malformed, unknown_node, too_long, unknown_run."""
    drawing = _drawing(document, node, text)
    if isinstance(drawing, Refused):
        return drawing
    scope = await sync_to_async(_scope)(workflow, drawing, sample, user)
    if isinstance(scope, Refused):
        return scope
    return await _computed(text, language, scope, cage, drawing)


async def _computed(
    text: str, language: Language, scope: dict[str, Any], cage: Cage | None, drawing: Drawing
) -> Preview:
    asked: str = text
    if language == "template":
        try:
            asked = Template(text)
        except ValueError as error:
            return Preview(unknown=Unknown(str(error), "error"))
    absent = _absent(asked, scope, drawing)
    if absent:
        return Preview(unknown=absent)
    costly = templates.is_costly if isinstance(asked, Template) else expressions.is_costly
    if costly(asked, scope):
        if cage is None:
            return Preview(unknown=Unknown("This takes a worker to compute, and none is up in this process.", "error"))
        found = (await cage.evaluate_all([asked], scope))[asked]
    else:
        found = templates.render(asked, scope) if isinstance(asked, Template) else expressions.evaluate(asked, scope)
    return Preview(unknown=found) if isinstance(found, Unknown) else Preview(found)


def _absent(text: str, scope: Mapping[str, Any], drawing: Drawing) -> Unknown | None:
    """Why there is nothing to compute with: a step that is read has no output in this sample."""
    references = templates.references if isinstance(text, Template) else expressions.references
    for each in references(text):
        if each.step and not each.guarded and each.step not in scope["steps"] and each.step in drawing.graph.nodes:
            title = drawing.title(each.step)
            return Unknown(f"“{title}” has not run in this sample: try it out, or take a past case.", "missing_field")
    return None


def _drawing(document: object, node: str, text: str) -> Drawing | Refused:
    if len(text) > MAX_TEXT:
        return Refused("too_long", f"A text has at most {MAX_TEXT:,} characters.")
    parsed = parse(document)
    if parsed.document is None:
        return Refused("malformed", parsed.problems[0].message)
    drawing = compile_drawing(parsed.document, discover())[0]
    return drawing if node in drawing.graph.nodes else Refused("unknown_node", "The drawing has no such step.")


def _scope(workflow: Workflow, drawing: Drawing, sample: Sample, user: Person) -> dict[str, Any] | Refused:
    """What the expression may name: the sample's own values over those of the past run, over what is made up."""
    steps = {name: each for name, each in sample.steps.items() if isinstance(each, Mapping)}
    kept = {name: {"output": each.get("output"), "port": each.get("port")} for name, each in steps.items()}
    run = {"id": "sample", "started_at": datetime.now(UTC).isoformat()}
    if not sample.run:
        given = sample.input if sample.has_input else completion.sample_of(drawing.document.input)
        return {"input": given, "steps": kept, "run": run}
    seen = visible_runs(user, tryouts=True).filter(workflow=workflow.slug)
    past = seen.filter(pk=sample.run).first() if is_id(sample.run) else None
    if past is None:
        return Refused("unknown_run", "There is no such run of this workflow.")
    try:
        state = tryouts.state_of(past)
    except blueprints.Unreadable as failure:
        return Refused("unreadable", str(failure))
    done = {
        name: {"output": step.result.output, "port": step.result.port}
        for name, step in state.steps.items()
        if step.result
    }
    return {"input": sample.input if sample.has_input else state.input, "steps": {**done, **kept}, "run": run}
