"""Feedback on a run: what became known later of what a gate decided."""

from __future__ import annotations

from typing import Annotated

from django.utils import timezone
from pydantic import Field
from rest_framework.request import Request
from rest_framework.response import Response

from api.declarations import Answer, Operation
from api.lookups import refused, visible_run
from api.operations import Resource, ok, operation
from api.reading import Body
from api.shapes import Shape
from runtime.gates import feedback
from runtime.refused import Refused


class FeedbackBody(Body):
    """What is known of a decision: `correct` or `choice`, one of them."""

    node: Annotated[str, Field(min_length=1, max_length=40, description="The step that decided.")]
    correct: bool | None = Field(None, description="Whether the machine's answer was right.")
    choice: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        None, description="The choice that would have been right."
    )


class Feedback(Shape):
    """What is kept. It counts against the gate and never for it; of several that disagree the worst counts."""

    run: str
    node: str
    choice: str | None
    agrees: bool = Field(description="Whether it agrees with what the machine had said.")
    new: bool = Field(description="False: the same was known already.")


class RunFeedback(Resource):
    """The truth, learned later."""

    @operation(
        Operation(
            "runs:write",
            {200: Answer(Feedback, "It is kept.")},
            body=FeedbackBody,
            refuses={422: "`no_decision` (no gate with a promise decided there), `unknown_choice`, `invalid`."},
        )
    )
    def post(self, _request: Request, id: str, body: FeedbackBody) -> Response:
        """Say what became known later of a decision of a gate with a promise."""
        caller = self.caller()
        run = visible_run(caller, id)
        done = feedback.told(run.pk, body.node, caller.name, timezone.now(), correct=body.correct, choice=body.choice)
        if isinstance(done, Refused):
            raise refused(done)
        return ok({"run": run.pk, "node": done.node, "choice": done.choice, "agrees": done.agrees, "new": done.new})
