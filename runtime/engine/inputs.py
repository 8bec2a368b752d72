"""What a step may read: the run's input, the results of the steps before it, and facts of the run.

Made by the driver for every step it starts. Cheap expressions are computed here; those that could hold the process are
computed beforehand in the cage and stand ready in `computed`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from runtime.core import blind, expressions, templates
from runtime.core.drawing import Drawing
from runtime.core.expressions import Json, Unknown
from runtime.core.node import Check
from runtime.core.sources import Sources, signalling
from runtime.core.state import State, visible_results
from runtime.core.templates import Template
from runtime.engine.ports import Ran


@dataclass(frozen=True, slots=True)
class ScopedInputs:
    """`core.node.Inputs` over a scope: `input`, `steps`, `run`."""

    scope: Mapping[str, Json]
    computed: Mapping[str, Json | Unknown] = field(default_factory=dict)
    checks: Sequence[Check] = ()

    def value(self, expression: str) -> Json | Unknown:
        """The expression's value, or why it has none."""
        if expression in self.computed:
            return self.computed[expression]
        return expressions.evaluate(expression, self.scope)

    def text(self, template: str) -> str | Unknown:
        """The template's text, or why it has none."""
        if template in self.computed:
            text = self.computed[template]
            return text if isinstance(text, str | Unknown) else Unknown("The template gave no text.", "type")
        return templates.render(template, self.scope)

    def output_of(self, node_id: str) -> Json | Unknown:
        """The whole output of a step before this one."""
        steps = self.scope["steps"]
        if not isinstance(steps, Mapping) or node_id not in steps:
            return Unknown(f"The step `{node_id}` has not run.", "missing_field")
        step = steps[node_id]
        return step["output"] if isinstance(step, Mapping) else None

    @property
    def run_input(self) -> Json:
        """What the run was triggered with."""
        return self.scope["input"]


def inputs_of(
    drawing: Drawing, node: str, scope: Mapping[str, Json], computed: Mapping[str, Json | Unknown] | None = None
) -> ScopedInputs:
    """What a step may read, with the checks before it where it makes a promise."""
    inputs = ScopedInputs(scope, computed or {})
    if not blind.has_promise(drawing, node):
        return inputs
    checks = (
        Check(each, drawing.graph.nodes[each].kind, drawing.params[each], inputs.output_of(each))
        for each in signalling(drawing, node)
    )
    return replace(inputs, checks=tuple(checks))


def scope_of(drawing: Drawing, state: State, node: str, run_id: str) -> dict[str, Any]:
    """What the expressions of this node may name."""
    # Nodes in a long row that read nothing of it need not look back to its beginning, each of them.
    reads = node in drawing.readers or blind.has_promise(drawing, node)
    seen = visible_results(drawing.graph, state, node) if reads else {}
    steps = {name: {"output": result.output, "port": result.port} for name, result in seen.items()}
    started = state.started_at.isoformat() if state.started_at else None
    return {"input": state.input, "steps": steps, "run": {"id": run_id, "started_at": started}}


def ran_for(state: State, stands_on: Sources) -> dict[str, Ran]:
    """What the steps that a gate stands on have run in this run: other workflows, in the version of that moment."""
    found: dict[str, Ran] = {}
    for node in stands_on.calls:
        step = state.steps.get(node)
        if step and step.items:
            found[node] = Ran("blueprint", step.items.blueprint)
        elif step and step.awaits:
            found[node] = Ran("run", step.awaits)
    return found


def costly_texts(drawing: Drawing, node: str, scope: Mapping[str, Json]) -> list[str]:
    """The expressions and templates of a node that must not be computed in this process."""
    return [text for text in drawing.texts[node] if _is_costly(text, scope)]


def _is_costly(text: str, scope: Mapping[str, Json]) -> bool:
    costly = templates.is_costly if isinstance(text, Template) else expressions.is_costly
    return costly(text, scope)
