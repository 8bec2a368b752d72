"""What a callback says: the run as the API shows it. The handler of the jobs that `journal` puts when a run ends.

How it is signed and sent is `runtime.signing.callbacks`.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser

from api.authentication import Caller
from api.descriptions import describe
from runtime import jobs
from runtime.json_gate import write_json
from runtime.models import Run
from runtime.signing import callbacks, posting
from runtime.signing.posting import PATIENT


@dataclass(frozen=True, slots=True)
class _Letter:
    url: str
    body: bytes


@jobs.handler(callbacks.KIND, timeout_s=120.0, retry=PATIENT)
async def call_back(work: jobs.Work) -> jobs.Outcome:
    """Tell a run's caller that it has ended."""
    run_id, seq = work.data["run"], work.data["seq"]
    # Asked before anything is read: behind a receiver that does not answer there may be very many.
    host = _host(work.data)
    later = posting.postponed(work, host, lambda data: _host(data) == host)
    if later:
        return later
    letter = await work.read(lambda: _letter(run_id, seq))
    return jobs.Done() if letter is None else await callbacks.send(work, letter.url, letter.body)


def _host(data: dict[str, str]) -> str:
    return posting.host_of(data.get("url", ""))


def _letter(run_id: str, seq: int) -> _Letter | None:
    """What is to be told; None where there is nothing any more: the run is gone, or goes on again and ends later."""
    run = Run.objects.filter(pk=run_id).only("callback_url", "last_seq").first()
    if run is None or not run.callback_url or run.last_seq != seq:
        return None
    nobody = Caller(AnonymousUser(), "", frozenset(), frozenset())
    written = write_json(describe(run_id, nobody))
    return _Letter(run.callback_url, written.encode())
