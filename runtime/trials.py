"""A connection tried out: the smallest call there is, through the same doors as a run's, and what became of it.

Called by the settings' pages. A model is asked for one token, an HTTP service for its address, a mail server is greeted
and signed in to; no mail leaves. Nothing of a secret is in what it says.
"""

from __future__ import annotations

from dataclasses import dataclass

from channels.db import database_sync_to_async
from django.conf import settings

from runtime import connections, threads
from runtime.ai import Models
from runtime.core.node import Failed, HttpRequest, ModelRequest
from runtime.doors import ProcessDoors
from runtime.egress import Egress
from runtime.faults import mail_fault

PATIENCE_S = 15.0
# The endpoint answered, only not with what a run could use: one token is too little for some models.
_ANSWERED = frozenset({"answer", "cut_short", "refused"})
_PRIVATE_MODEL = "Tick “It may have a private address” to allow that for this connection."


@dataclass(frozen=True, slots=True)
class Tried:
    """Whether it went well, and a sentence for the administrator."""

    well: bool
    detail: str


async def tried(name: str, provider: str) -> Tried:
    """Try the connection of this name. It takes at most about half a minute."""
    if provider == connections.MAIL:
        return await threads.in_any_thread(_greeted, name)
    egress = Egress()
    try:
        doors = ProcessDoors(egress, Models(egress, production=settings.PRODUCTION))
        return await (_called(doors, name) if provider == connections.HTTP else _asked(doors, name))
    finally:
        await egress.close()


async def _asked(doors: ProcessDoors, name: str) -> Tried:
    question = ModelRequest(name, "Say “ok”.", max_tokens=1, timeout_s=PATIENCE_S)
    answer = await doors.model(question, "trial")
    if not isinstance(answer, Failed):
        return Tried(True, f"The model answered ({answer.model or 'it does not say which one it is'}).")
    if answer.code in _ANSWERED:
        return Tried(True, "The model answered.")
    if answer.code == "blocked_address":
        return Tried(False, f"{answer.message.partition('. ')[0].rstrip('.')}. {_PRIVATE_MODEL}")
    return Tried(False, answer.message)


async def _called(doors: ProcessDoors, name: str) -> Tried:
    base_url = await database_sync_to_async(connections.base_url)(name)
    answer = await doors.http(HttpRequest("GET", base_url, connection=name, timeout_s=PATIENCE_S), "trial")
    if isinstance(answer, Failed):
        return Tried(False, answer.message)
    if answer.status in (401, 403):
        return Tried(False, f"The service answered, but it does not accept the secret (status {answer.status}).")
    if answer.status >= 500:
        return Tried(False, f"The service answered that it cannot serve now (status {answer.status}).")
    return Tried(True, f"The service answered (status {answer.status}).")


def _greeted(name: str) -> Tried:
    account = connections.mail_account(name)
    if isinstance(account, Failed):
        return Tried(False, account.message)
    backend = account.open_backend()
    try:
        backend.open()
    except OSError as failure:  # what goes wrong in SMTP and in TLS is an OSError, too
        return Tried(False, mail_fault(failure))
    finally:
        backend.close()
    signed_in = " and accepts the name and password" if account.config.username else ""
    return Tried(True, f"The mail server greeted{signed_in}. No mail was sent.")
