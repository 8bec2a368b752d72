"""How a run differs that only tries a drawing out: pinned steps, effects held back, people asked without a case.

Called by the driver at the three places where that makes a difference; a run that is no try-out passes unchanged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from runtime.core.events import Event
from runtime.core.expressions import Json
from runtime.core.node import Done, Failed, HttpRequest, HttpResponse, Message
from runtime.engine.context import StepContext
from runtime.engine.outcomes import Consequence
from runtime.engine.ports import Tryout

HELD_MESSAGE_ID = "held-back"


class Careful(StepContext):
    """The doors of a step that is not meant to be seen outside: whatever it is called, no mail leaves."""

    async def mail(self, message: Message) -> str | Failed:
        """Note the mail and send nothing."""
        self._hold("mail", to=message.to, subject=message.subject, body=message.body, connection=message.connection)
        return HELD_MESSAGE_ID


class HoldingBack(Careful):
    """The doors of a step that would be seen outside: nothing leaves. Models may still be asked."""

    async def http(self, request: HttpRequest) -> HttpResponse | Failed:
        """Note the call and answer as the step hopes for."""
        sent = {"headers": dict(request.headers), "query": dict(request.query), "body": request.body}
        self._hold("http", method=request.method, url=request.url, connection=request.connection, **sent)
        return HttpResponse(request.hoped, {}, None)

    async def python(self, function: str, arguments: Mapping[str, Json]) -> Json | Failed:
        """Note the call and answer nothing."""
        self._hold("python", function=function, arguments=dict(arguments))
        return None


def context_of(tryout: Tryout | None, *, outward: bool) -> type[StepContext]:
    """The doors that a step gets. `outward`: what its node does is seen outside."""
    if tryout is None or tryout.insist:
        return StepContext
    return HoldingBack if outward else Careful


def pinned(tryout: Tryout | None, node: str) -> Done | None:
    """How a step ends that is not run."""
    pin = tryout.pins.get(node) if tryout else None
    return Done(pin.output, pin.port) if pin else None


def tried(what: Consequence, tryout: Tryout | None) -> Consequence:
    """What is written of a step. In a try-out the question stands in the journal, and in nobody's inbox.

    Where effects are let out, an approval sends something for good: then whoever may settle the case settles it.
    """
    if tryout is None:
        return what
    event = what.event
    case = what.escalations[0] if what.escalations else None
    more: dict[str, Any] = {"asked": dict(case.asked), "reasons": list(case.reasons)} if case else {}
    if event.type == "step.finished" and event.node in tryout.pins:
        more["pinned"] = True
    told = Event(event.type, event.node, event.visit, {**event.data, **more}) if more else event
    return replace(what, event=told, escalations=what.escalations if tryout.insist else ())
