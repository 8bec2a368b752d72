"""What a step that could not be done was about to send, put together again from the run's journal.

Called by the page of an incident. It shows a mail or a call as far as it can be worked out: nothing of a connection's
secrets, no headers, and nothing that tells what a gate said while people are asked for their own answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from runtime import blueprints, veils
from runtime.cases.whose import Whose, origin
from runtime.core import expressions, templates
from runtime.core.drawing import Drawing
from runtime.core.expressions import Expr, Json, Unknown
from runtime.core.templates import Template
from runtime.models import Escalation
from runtime.traces import reading as traces

_SENT: Mapping[str, Mapping[str, str]] = {
    "execute.email": {"to": "To", "subject": "Subject", "body": "Text"},
    "execute.http": {"url": "Address", "body": "What is sent"},
}


@dataclass(frozen=True, slots=True)
class Attempted:
    """What was to be sent, by label, and whose words they are; `input` is what the run was given."""

    parts: Mapping[str, Any]
    whose: Whose
    input: Any


def scope_of(case: Escalation, told: traces.Trace) -> Mapping[str, Any]:
    """What the drawing's expressions may name, as far as the journal says it."""
    done = {step.sign.node: step for step in told.steps if step.status == "finished"}
    steps = {name: {"output": step.output, "port": step.port} for name, step in done.items()}
    return {"input": told.input, "steps": steps, "run": {"id": case.run_id}}


def attempted(case: Escalation) -> Attempted:
    """What the step of an incident was about to do. For who may read the run."""
    run = case.run
    hidden = veils.secret(run.pk, run.blueprint_id, run.status)
    # Whoever looks, what tells a gate's answer is left out, so that looking here counts as having seen nothing.
    told = traces.trace(run, hide=lambda: hidden)
    try:
        drawing = blueprints.load(run.blueprint_id)
    except blueprints.Unreadable:
        return Attempted({}, "case", told.input)
    if case.node in hidden:
        return Attempted({}, "case", told.input)
    return Attempted(dict(_parts(drawing, case, told, hidden)), _whose(drawing, case.node), told.input)


def _parts(
    drawing: Drawing, case: Escalation, told: traces.Trace, hidden: frozenset[str]
) -> Iterator[tuple[str, Json]]:
    scope, params = scope_of(case, told), drawing.params.get(case.node)
    telling = {read.path[0] for read in drawing.reads.get(case.node, ()) if read.reference.step in hidden}
    for name, label in _sent(drawing, case.node).items():
        value = None if name in telling else _value(getattr(params, name, None), scope)
        if value is not None and not isinstance(value, Unknown):
            yield label, _without_query(str(value)) if name == "url" else value


def _sent(drawing: Drawing, node: str) -> Mapping[str, str]:
    kind = drawing.kind(node)
    return _SENT.get(kind.name, {}) if kind else {}


def _whose(drawing: Drawing, node: str) -> Whose:
    found = {origin(drawing, node, (name,)) for name in _sent(drawing, node)}
    return "model" if "model" in found else "case"


def _value(written: Any, scope: Mapping[str, Any]) -> Json | Unknown:
    match written:
        case Template():
            return None if templates.is_costly(written, scope) else templates.render(written, scope)
        case Expr():
            return None if expressions.is_costly(written, scope) else expressions.evaluate(written, scope)
    return None


def _without_query(address: str) -> str:
    """An address without what may stand behind its `?` or before its `@`: people put keys there."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
