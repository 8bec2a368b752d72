"""Sends one signed message to an address outside, and says what becomes of the job that it belongs to.

Called by `callbacks` and by `notices.hooks`. The guarded egress sends it; redirects are not followed, and what the
other side writes is not read. What is not encrypted goes to allowed networks alone: a key signs, it hides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from runtime import jobs
from runtime.core.definition import Retry
from runtime.core.node import Failed
from runtime.core.retry import retry_at
from runtime.egress import Policy, RawRequest, RawResponse, is_allowed
from runtime.signing.receivers import Receivers
from runtime.signing.signatures import signed

TIMEOUT_S = 20.0
MAX_ANSWER = 65_536
LONGEST = 2_000
PATIENT = Retry(attempts=8, first_s=5.0, factor=8.0, max_s=36_000.0)
"""Eight attempts within about a day: after 5 and 40 seconds, 5 and 43 minutes, 6 hours, then every 10."""
receivers = Receivers()

type Remember = Callable[[int | None, str], object]
"""Keeps what came of an attempt: the status of the answer (None: none came), and what was wrong (empty: nothing)."""


def is_postable(url: str) -> bool:
    """Whether this may be kept as an address to call: a host, no user name, at most `LONGEST` ASCII letters, and https.

    Also http where its address is in an allowed network; of a name that shows when it is called, and is guarded there.
    """
    try:
        parts = urlsplit(url)
        usable = parts.hostname and not parts.username and (parts.port or 1)
    except ValueError:
        return False
    if not usable or not (parts.scheme == "https" or (parts.scheme == "http" and may_be_plain(parts.hostname or ""))):
        return False
    return url.isascii() and len(url) <= LONGEST and all(character > " " for character in url)


def may_be_plain(host: str) -> bool:
    """Whether a host may be called without encryption, as far as that is known before its name is looked up."""
    networks = _networks()
    try:
        ip_address(host)
    except ValueError:
        return bool(networks)
    return is_allowed(host, networks, inside=True)


def host_of(url: str) -> str:
    """Who takes what is sent there, as host or host:port; empty where nobody can be made out."""
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""


def postponed(work: jobs.Work, host: str, alike: Callable[[Any], bool]) -> jobs.Postponed | None:
    """What becomes of a message to a receiver that does not answer just now, and of those behind it (`alike`, by the
    jobs' data) that go there, too.
    """
    wait = receivers.wait_of(host)
    until = work.now + timedelta(seconds=wait)
    return jobs.Postponed(wait, also=lambda: jobs.put_off(work.kind, alike, until)) if wait else None


async def post(
    work: jobs.Work, url: str, body: bytes, secrets: Sequence[str], remember: Remember, message_id: str = ""
) -> jobs.Outcome:
    """Send the body once. An answer of 2xx ends it well, 410 for good; the rest is tried again for about a day.

    Nothing is sent to a receiver that does not answer just now (`receivers`).
    """
    wait = receivers.wait_of(host_of(url))
    if wait:
        return jobs.Postponed(wait)
    headers = signed(secrets, message_id or f"msg_{work.key}", work.now, body)
    sent = {
        "Content-Type": "application/json",
        "webhook-id": headers.id,
        "webhook-timestamp": headers.timestamp,
        "webhook-signature": headers.signature,
    }
    policy = Policy(networks=_networks(), max_bytes=MAX_ANSWER, redirects=0, plain_inside=True)
    with receivers.asking(host_of(url)) as attempt:
        answer = await work.egress.exchange(RawRequest("POST", url, sent, body, TIMEOUT_S), policy)
        status, why = _read(answer)
        attempt.answered = status is not None

    def also() -> object:
        return remember(status, why)

    if not why:
        return jobs.Done(also=also)
    if status == 410 or (isinstance(answer, Failed) and not answer.passing and status is None):
        return jobs.GivenUp(why, also=also)
    at = retry_at(PATIENT, work.attempt, work.now, work.job_id, _asked_to_wait(answer))
    if at is None:
        return jobs.GivenUp(f"Nobody has taken it for a day. The last time: {why}", also=also)
    return jobs.Again(at=at, why=why, also=also)


def _networks() -> tuple[str, ...]:
    return tuple(settings.INTERLOCK["ALLOWED_NETWORKS"])


def _read(answer: RawResponse | Failed) -> tuple[int | None, str]:
    """The status that came, and what is wrong with it."""
    status = answer.status if isinstance(answer, RawResponse) else _status_of(answer)
    if status is None:
        return None, answer.message if isinstance(answer, Failed) else ""
    if 200 <= status < 300:
        return status, ""
    if status == 410:
        return status, "The other side wants no more of this (410)."
    if 300 <= status < 400:
        return status, f"The other side redirected ({status}); that is not followed."
    return status, f"The other side answered {status}."


def _status_of(failed: Failed) -> int | None:
    detail: Any = failed.detail
    return detail.get("status") if isinstance(detail, dict) else None


def _asked_to_wait(answer: RawResponse | Failed) -> float | None:
    asked = answer.headers.get("retry-after", "") if isinstance(answer, RawResponse) else ""
    return float(asked) if asked.isascii() and asked.isdigit() and len(asked) < 8 else None
