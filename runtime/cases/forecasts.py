"""What each button of a case will do, for the run that it belongs to: the drawing's forecast, with whom mails go to.

Called by the inbox and the API. It reads the run's journal only where that says more than the drawing does.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from runtime import blueprints
from runtime.cases.attempted import scope_of
from runtime.core import templates
from runtime.core.drawing import Drawing
from runtime.core.forecast import Forecast, forecast
from runtime.models import Escalation
from runtime.traces import reading as traces

LONGEST = 200
_NOTHING: Mapping[str, Any] = {"input": None, "steps": {}, "run": {}}


def forecasts(case: Escalation) -> Mapping[str, Forecast]:
    """By choice: what will happen next. Empty where the drawing can no longer be read.

    Of an incident, a retry and a failure are told in words of their own.
    """
    try:
        drawing = blueprints.load(case.run.blueprint_id)
    except blueprints.Unreadable:
        return {}
    if case.kind == "incident":
        return _of_incident(drawing, case)
    names = ["answered"] if case.asked.get("form") else [choice["name"] for choice in case.asked.get("choices") or ()]
    to = _Recipients(drawing, case)
    return {name: forecast(drawing, case.node, name, to.of) for name in names}


def _of_incident(drawing: Drawing, case: Escalation) -> Mapping[str, Forecast]:
    title = drawing.title(case.node)
    skipped = forecast(drawing, case.node, "done")
    twice = ", which may be seen outside a second time" if drawing.outward(case.node) else ""
    again = f"“{title}” is tried again{twice}."
    return {
        "retry": Forecast("retry", (again,), acts=drawing.outward(case.node)),
        "skip": Forecast("skip", (f"“{title}” counts as done with your value.", *skipped.sentences), acts=skipped.acts),
        "fail": Forecast("fail", ("The run ends here as failed. It can be retried later.",)),
    }


class _Recipients:
    """Whom mails go to, as far as steps that are finished say it. The journal is read once, and only when asked."""

    def __init__(self, drawing: Drawing, case: Escalation) -> None:
        self._drawing, self._case = drawing, case
        self._scope = cache(self._read)

    def of(self, node: str) -> str:
        """The address, or the empty text: what this answer or a later step may change is not foretold."""
        template = getattr(self._drawing.params.get(node), "to", None)
        if not isinstance(template, templates.Template):
            return ""
        named = {reference.path[:1] for reference in templates.references(template) if reference.root == "steps"}
        unsettled = {self._case.node, *self._drawing.graph.forward_descendants(self._case.node)}
        unsettled |= {*(self._case.behind or {}).get("hidden", ())}
        if any(not place or place[0] in unsettled for place in named):
            return ""
        scope = self._scope() if templates.holes(template) else _NOTHING
        text = "" if templates.is_costly(template, scope) else templates.render(template, scope)
        return " ".join(text.split())[:LONGEST] if isinstance(text, str) else ""

    def _read(self) -> Mapping[str, Any]:
        return scope_of(self._case, traces.trace(self._case.run))
