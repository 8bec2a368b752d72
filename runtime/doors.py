"""The doors of this process: what a step's context opens to the outside, with the settings' connections behind it.

Made by `launch`; called by the engine. Each door finds the connection that is named, opens its secret for this one
call, and goes out through the egress (HTTP), the model clients, or the mail backend.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseFailure

from runtime import connections, outbox, threads
from runtime.ai import Models
from runtime.core import functions
from runtime.core.expressions import Json
from runtime.core.node import (
    Failed,
    Familiarity,
    GateQuestion,
    HttpRequest,
    HttpResponse,
    Message,
    ModelAnswer,
    ModelRequest,
)
from runtime.egress import Egress, Policy
from runtime.engine.ports import Judged, Seat, StoreError
from runtime.engine.writer import Writer
from runtime.familiar import References
from runtime.gates import policies
from runtime.ids import first_id_at
from runtime.live.shared import Shared
from runtime.models import Entry

MAX_EARLIER = 2_000

# Many runs ask for the same connection at the same moment: one look serves them all.
_lookup = Shared(connections.lookup)


@dataclass(frozen=True, slots=True)
class ProcessDoors:
    """`engine.ports.Doors` of this process."""

    egress: Egress
    models: Models
    references: References = field(default_factory=References)
    writer: Writer | None = None

    async def http(self, request: HttpRequest, key: str) -> HttpResponse | Failed:
        """Make a guarded call. A writing call carries its idempotency key, the same for every attempt."""
        signed = connections.Signature()
        if request.connection:
            found = await threads.in_any_thread(connections.http_headers, request.connection, request.url)
            if isinstance(found, Failed):
                return found
            signed = found
        whole = replace(request, headers={"Idempotency-Key": key, **request.headers, **signed.headers})
        policy = Policy(networks=tuple(settings.INTERLOCK["ALLOWED_NETWORKS"]))
        # The bare secret too: the other side may repeat it without what stands before it in the header.
        return await self.egress.send(whole, policy, hide=(signed.secret, *signed.headers.values()))

    async def model(self, request: ModelRequest, key: str) -> ModelAnswer | Failed:
        """Ask a model through its connection."""
        del key
        connection = await _lookup(request.connection)
        if connection is None:
            return Failed("connection", f"There is no connection named “{request.connection}” in the settings.")
        return await self.models.ask(connection, request)

    async def mail(self, message: Message, key: str, run_id: str) -> str | Failed:
        """Send a mail, once for each key; without a mail connection it stays in the outbox, visibly unsent."""
        return await threads.in_any_thread(outbox.deliver, message, key, run_id, datetime.now(UTC))

    async def python(self, function: str, arguments: Mapping[str, Json], key: str) -> Json | Failed:
        """Call a registered function; those that are no coroutines run in a thread."""
        del key
        found = functions.find(function)
        if found is None:
            return Failed("no_function", f"No function named “{function}” is registered.")
        try:
            return await _called(found.call, arguments)
        except Exception as failure:
            return Failed("function", f"The function “{function}” failed: {failure}", passing=True)

    async def earlier_inputs(
        self, workflow: str, run_id: str, within_days: float, limit: int
    ) -> Sequence[tuple[str, Json]]:
        """Inputs of a workflow's other runs, newest first."""
        return await threads.in_any_thread(_earlier, workflow, run_id, within_days, min(limit, MAX_EARLIER))

    async def familiarity(
        self, workflow: str, run_id: str, expression: str, value: Json, min_p: float
    ) -> Familiarity | Failed:
        """How like the workflow's past cases a value is."""
        return await self.references.familiarity(workflow, run_id, expression, value, min_p)

    async def gate(self, question: GateQuestion, seat: Seat) -> Judged | Failed:
        """What a gate makes of a case; where it cannot be asked, a person decides.

        It is asked on the writer's connection: one of its own would be opened for each case.
        """
        asked = partial(policies.judged, question, seat)
        try:
            return await (self.writer.submit(asked) if self.writer else threads.in_any_thread(asked))
        except (StoreError, DatabaseFailure):
            return policies.UNAVAILABLE


async def _called(call: Callable[..., Any], arguments: Mapping[str, Json]) -> Json:
    answer = await asyncio.to_thread(call, **arguments) if not inspect.iscoroutinefunction(call) else call(**arguments)
    result: Json = await answer if inspect.isawaitable(answer) else answer
    return result


def _earlier(workflow: str, run_id: str, within_days: float, limit: int) -> list[tuple[str, Json]]:
    since = datetime.now(UTC) - timedelta(days=within_days)
    oldest = first_id_at(since)  # Ids are in the order of time: nothing older is even looked at.
    recent = Entry.objects.filter(
        run__workflow=workflow, run__tryout=False, run_id__gte=oldest, run_id__lt=run_id, seq=1
    )
    return [(entry.run_id, entry.data.get("input")) for entry in recent.order_by("-run_id")[:limit]]
