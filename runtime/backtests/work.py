"""A backtest as a side job: its cases are replayed one after the other, kept as it goes, and added up at the end.

Registered while Django starts. It goes on after a crash where it was: a case is replayed until it is kept, and what
models have cost is kept with it. Real runs go first: after each case it leaves the process to them for as long as the
case took.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.conf import settings

from runtime import blueprints, jobs, launch
from runtime.ai import Models
from runtime.backtests import choosing, orders, past, results
from runtime.backtests.doors import Budget, Stop
from runtime.backtests.past import Pending
from runtime.backtests.recorded import Before, Recording, record
from runtime.backtests.replay import Means, replay
from runtime.backtests.replayed import Replayed
from runtime.backtests.results import Result
from runtime.backtests.verdicts import judged
from runtime.core.definition import Retry
from runtime.core.expressions import Json
from runtime.core.node import Failed, Familiarity, ModelAnswer, ModelRequest
from runtime.doors import ProcessDoors
from runtime.engine.cage import Cage
from runtime.engine.ports import Doors, StoreError
from runtime.familiar.references import References
from runtime.json_schemas import errors_of
from runtime.models import Backtest

logger = logging.getLogger(__name__)

TRIES = Retry(attempts=4, first_s=2.0, factor=4.0)
KEPT_EVERY_S = 1.0
LONGEST_PAUSE_S = 0.1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNREADABLE = Stop("unreadable", "What is kept of this case can no longer be read.")

_SECRET = Stop("secret", "People are being asked for their own answer to this case; it is left out until they gave it.")


@jobs.handler(orders.KIND, at_once=1, timeout_s=None, retry=TRIES)
async def carry_on(work: jobs.Work) -> jobs.Outcome:
    """Go on with a backtest until it is over."""
    try:
        return await _carried_on(work)
    except (jobs.LostJob, StoreError):
        raise
    except Exception as failure:
        if work.attempt < TRIES.attempts:
            raise
        logger.error("The backtest %s cannot be carried on", work.key, exc_info=failure)
        return jobs.GivenUp(f"It failed: {failure}", also=lambda: _over(work, "failed"))


async def _carried_on(work: jobs.Work) -> jobs.Outcome:
    backtest = await work.read(lambda: _open(work.key))
    if backtest is None:
        return jobs.Done()
    if backtest.state == "queued" and not await _begun(work, backtest):
        return jobs.Stopped()
    cage = Cage()
    try:
        if not await _all(work, await work.read(lambda: _means(backtest, _doors(work), cage))):
            return jobs.Stopped()
    finally:
        await cage.close()
    return jobs.Done(also=lambda: _over(work, "done"))


async def _begun(work: jobs.Work, backtest: Backtest) -> bool:
    options = orders.Options.of(backtest.options)
    asked = options.cases, options.since, backtest.pk, options.picked
    chosen = await work.read(lambda: choosing.choose(backtest.workflow, *asked))
    return await work.write(lambda: results.keep_chosen(backtest.pk, chosen))


async def _all(work: jobs.Work, means: Means) -> bool:
    """Replay what is left. False when it is not to go on."""
    batch = _Batch(work, means)
    while waiting := await work.read(lambda: past.pending(work.key)):
        for case in waiting:
            if work.cancelled():
                return False
            batch.results.append(await _timed(means, case))
            if batch.is_due and not await batch.kept():
                return False
        if not await batch.kept():
            return False
    return True


@dataclass(slots=True)
class _Batch:
    """Results that are not kept yet: for about a second, or until a model was paid for."""

    work: jobs.Work
    means: Means
    results: list[Result] = field(default_factory=list)
    since: float = field(default_factory=time.monotonic)
    paid: int = 0

    @property
    def is_due(self) -> bool:
        used = self.means.budget.calls_used
        return used > self.paid or time.monotonic() - self.since >= KEPT_EVERY_S

    async def kept(self) -> bool:
        """Keep them. False when the backtest is over by now."""
        if not self.results:
            return True
        found, self.results = tuple(self.results), []
        budget, key = self.means.budget, self.work.key
        self.since, self.paid = time.monotonic(), budget.calls_used
        return await self.work.write(lambda: results.keep(key, found, budget))


async def _timed(means: Means, case: Pending) -> Result:
    begun = time.monotonic()
    result = await replayed(means, case)
    await asyncio.sleep(min(LONGEST_PAUSE_S, time.monotonic() - begun))
    return result


async def replayed(means: Means, case: Pending) -> Result:
    """One case. Whatever is wrong with it, the others are replayed."""
    unread = Before("unknown", None, 0, _EPOCH, None)
    if case.past is None or case.is_secret:
        return _result(case, unread, _SECRET if case.is_secret else _UNREADABLE)
    try:
        recording = await record(case.past, means.cage)
    except Exception as failure:
        logger.warning("The run %s cannot be replayed", case.run_id, exc_info=failure)
        return _result(case, unread, _UNREADABLE)
    return await _through(means, case, recording)


async def _through(means: Means, case: Pending, recording: Recording) -> Result:
    refused = errors_of(means.drawing.document.input, recording.before.input)
    if refused:
        stop = Stop("refused_input", "The drawing would not take this case: it does not fit what it asks for.")
        return _result(case, recording.before, stop)
    try:
        after = await replay(means, recording)
    except Exception as failure:
        logger.warning("The run %s cannot be replayed", case.run_id, exc_info=failure)
        return _result(case, recording.before, _UNREADABLE)
    return Result(judged(case.number, recording.before, after, case.reviewed), after)


def _result(case: Pending, before: Before, stop: Stop) -> Result:
    after = Replayed("unknown", None, 0, (), stop)
    return Result(judged(case.number, before, after), after)


@dataclass(frozen=True, slots=True)
class _Asking:
    """Models and past cases, as this process reaches them.

    `oldest` is the first case of the backtest. What cases are held against is learned once, from those before it: so
    it holds none of those that are replayed. One that was picked by hand may be older, and then nobody can tell.
    """

    doors: Doors
    oldest: str
    references: References

    async def model(self, request: ModelRequest, key: str) -> ModelAnswer | Failed:
        return await self.doors.model(request, key)

    async def earlier_inputs(
        self, workflow: str, run_id: str, since: datetime, limit: int
    ) -> Sequence[tuple[str, Json]]:
        days = (datetime.now(UTC) - since).total_seconds() / 86_400
        return await self.doors.earlier_inputs(workflow, run_id, days, limit)

    async def familiarity(
        self, workflow: str, run_id: str, expression: str, value: Json, min_p: float
    ) -> Familiarity | Failed:
        if run_id < self.oldest:
            return Familiarity(None, 0, (), "Only cases that came after it could be compared with it.")
        return await self.references.familiarity(workflow, self.oldest, expression, value, min_p)


def _doors(work: jobs.Work) -> Doors:
    """Those of the runs, so that a model's limits hold for both; a process without runs gets doors of its own."""
    if launch.is_running():
        return launch.current().doors
    return ProcessDoors(work.egress, Models(work.egress, production=settings.PRODUCTION))


def _means(backtest: Backtest, doors: Doors, cage: Cage) -> Means:
    options = orders.Options.of(backtest.options)
    budget = Budget(options.calls, options.tokens, backtest.calls, backtest.tokens)
    drawing = blueprints.load(backtest.blueprint_id)
    asking = _Asking(doors, past.oldest(backtest.pk), References(cage, clock=lambda: 0.0))
    return Means(drawing, backtest.workflow, budget, asking, doors, cage)


def _open(backtest_id: str) -> Backtest | None:
    return Backtest.objects.filter(pk=backtest_id, state__in=orders.OPEN).first()


def _over(work: jobs.Work, state: str) -> None:
    found = Backtest.objects.select_for_update().filter(pk=work.key, state__in=orders.OPEN).first()
    if found:
        results.conclude(found, state, work.now if state == "failed" else datetime.now(UTC))
