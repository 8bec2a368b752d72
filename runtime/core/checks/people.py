"""Checks of the questions to people: that somebody is asked, and that they do not wait for ever.

Called by `check_document`. Both are warnings: a run meets them as a long wait, never as a wrong way. Whether a queue
exists is asked in `around`.
"""

from __future__ import annotations

from collections.abc import Iterator

from runtime.core.checks.codes import found
from runtime.core.drawing import Drawing
from runtime.core.problems import Problem


def problems(drawing: Drawing) -> Iterator[Problem]:
    """The questions without a queue or a due time."""
    for node in drawing.params:
        if drawing.family(node) == "escalate":
            yield from _unowned(drawing, node)


def _unowned(drawing: Drawing, node: str) -> Iterator[Problem]:
    params, name = drawing.params[node], drawing.title(node)
    place = ("nodes", str(drawing.place[node]), "config")
    if not getattr(params, "queue", None):
        message = f"“{name}” belongs to no queue, so nobody is told to answer it."
        yield found("people.no_owner", message, "Choose a queue.", nodes=(node,), path=(*place, "queue"))
    if getattr(params, "due_hours", None) is None:
        message = f"“{name}” has no due time: a case can wait there for ever."
        suggestion = "Say within how many hours it is to be answered."
        yield found("people.no_due", message, suggestion, nodes=(node,), path=(*place, "due_hours"))
