"""Side jobs: what has to be done beside the runs and must survive a crash. There is no second mechanism.

**To have something done**, put a job in the transaction that decides it; nothing happens unless that commits::

    from runtime import jobs

    jobs.put("callback", run_id, {"url": url})                  # now, once for this key
    jobs.put("reminder", case_id, {"to": who}, due_at=moment)   # later
    jobs.replace("schedule", str(pk), None, due_at=moment)      # changed: whatever it was before, now it is this
    jobs.cancel(kind="reminder", key=case_id)                   # no longer wanted
    jobs.hold("batch", batch_id)                                # before locking rows that its handler locks, too

**To do it**, register a coroutine function while Django starts (`AppConfig.ready` of runtime or builder imports the
module that does so)::

    @jobs.handler("callback", at_once=4)
    async def send(work: jobs.Work) -> jobs.Outcome:
        answer = await work.egress.send(...)            # never in a transaction
        if answer.status == 410:
            return jobs.GivenUp("The other side wants no more.")
        return jobs.Done(also=lambda: remember(work.key))   # in the transaction that says done

    @jobs.every("forgetting", seconds=3600)             # comes back by itself; there is always one
    async def forget(work: jobs.Work) -> jobs.Outcome: ...

**Again.** A job is done at least once: after a crash between the deed and its end it is done again, with the same
`work.job_id` and `work.key`; make one of them the idempotency key of whatever you do outside. What only writes rows is
done exactly once by `also`, or by `await work.write(rows)`. A handler that raises is tried again with growing waits
(`retry`), then the job has failed and is shown under “Background work”, where an administrator can have it tried again.
`jobs.Again(after_s=…, why="…")` is the same decided by the handler; without `why` it got on and simply goes on later.
`jobs.Postponed(after_s)` is no attempt at all: it would not have gone well now; `put_off` says so of those behind it.

**Long jobs** go through their work in parts, each kept with its place, tell how far they are, and listen::

    for row in rows[work.data["next"]:]:
        if work.cancelled():
            return jobs.Stopped()
        await work.write(lambda: store(row), data={"next": row.number + 1})    # both or neither
        work.progress(row.number, len(rows), "Reading rows")

Register them with `timeout_s=None` and `at_once=1`. When the process stops they are cancelled (CancelledError) and go
on from `work.data` at the next start. Handlers live in the event loop: what blocks belongs into `asyncio.to_thread`,
what only reads the database into `work.read`, what writes into `work.write`.

**In tests**: `tests/makers/jobs.py` works off everything that is due, with a clock of the test's own.
"""

from runtime.jobs.counting import Standing, standing
from runtime.jobs.handlers import Handler, every, handler, is_periodic, registered
from runtime.jobs.outcomes import Again, Done, GivenUp, Outcome, Postponed, Stopped
from runtime.jobs.table import KEPT, cancel, forget, hold, put, put_off, replace, retry
from runtime.jobs.work import LostJob, Work
from runtime.jobs.worker import JobWorker, Place

__all__ = [
    "KEPT",
    "Again",
    "Done",
    "GivenUp",
    "Handler",
    "JobWorker",
    "LostJob",
    "Outcome",
    "Place",
    "Postponed",
    "Standing",
    "Stopped",
    "Work",
    "cancel",
    "every",
    "forget",
    "handler",
    "hold",
    "is_periodic",
    "put",
    "put_off",
    "registered",
    "replace",
    "retry",
    "standing",
]
