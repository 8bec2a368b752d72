"""Checks of steps that learn from examples: whether there is anything to learn from.

Called by `check_document`. A warning: without examples nothing goes wrong, but every case is in doubt and waits for a
person, which nobody means who chose a step that decides.
"""

from __future__ import annotations

from collections.abc import Iterator

from runtime.core.checks.codes import found
from runtime.core.drawing import Drawing
from runtime.core.node import Untaught
from runtime.core.problems import Problem


def problems(drawing: Drawing) -> Iterator[Problem]:
    """The steps on the embedded classifier that were given nothing to learn from."""
    for node, params in drawing.params.items():
        lacks = getattr(params, "untaught", None)
        if isinstance(lacks, Untaught):
            name = drawing.title(node)
            message = f"“{name}” learns from examples and has too few, so every case goes to “unsure”."
            suggestion = f"Give it {lacks.needs}."
            path = ("nodes", str(drawing.place[node]), "config", lacks.field)
            yield found("teaching.no_examples", message, suggestion, nodes=(node,), path=path)
