"""Other programs that are told of cases: their addresses as administrators keep them, and the calls themselves.

Called by the settings' page; the calls are jobs that `hearing` puts, one for each hook, case and event. A call is
signed (`signing`), goes through the guarded egress and is tried again for about a day. It names the case and says where
it is; nothing of what it is about.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from runtime import audit, jobs
from runtime.models import Escalation, NoticeHook
from runtime.notices.events import EVENTS
from runtime.permissions import Person, may
from runtime.refused import FieldError, Refused
from runtime.signing import keys
from runtime.signing.posting import host_of, is_postable, post, postponed

MOST = 20
ANY = "*"
_ADDRESS = (
    "Enter an address that begins with https:// and holds no user name."
    " With http:// only those in networks that this server may reach (ALLOWED_NETWORKS)."
)


@dataclass(frozen=True, slots=True)
class Kept:
    """The hook as it is now; `secret` is its new key, and nobody can show it again; empty where none was made."""

    hook: NoticeHook
    secret: str = ""


@transaction.atomic
def make(name: str, url: str, queue: str, events: Iterable[str], user: Person, now: datetime) -> Kept | Refused:
    """A new address to call. Refused: forbidden, invalid (with errors)."""
    if not may(user, "admin"):
        return _forbidden()
    chosen = [event for event in EVENTS if event in set(events)]
    errors = _flaws(name.strip(), url.strip(), chosen)
    if errors:
        return Refused("invalid", errors[0].message, errors)
    hook = NoticeHook(name=name.strip(), url=url.strip(), queue=queue, events=chosen, created_at=now)
    hook.saved_by = user.get_username()
    secret = keys.renew(hook, now)
    hook.save()
    audit.record(hook.saved_by, "notices.hook_made", hook, now, {"url": hook.url, "queue": queue, "events": chosen})
    return Kept(hook, secret)


@transaction.atomic
def switch(hook_id: int, on: bool, user: Person, now: datetime) -> Kept | Refused:
    """Have it called, or not any more. Refused: forbidden, not_found."""
    hook = _locked(hook_id, user)
    if isinstance(hook, NoticeHook):
        hook.is_on = on
        hook.save(update_fields=["is_on"])
        audit.record(user.get_username(), "notices.hook_on" if on else "notices.hook_off", hook, now)
    return Kept(hook) if isinstance(hook, NoticeHook) else hook


@transaction.atomic
def renew(hook_id: int, user: Person, now: datetime) -> Kept | Refused:
    """Give it a new key; for a day both sign. Refused: forbidden, not_found."""
    hook = _locked(hook_id, user)
    if isinstance(hook, Refused):
        return hook
    secret = keys.renew(hook, now)
    hook.save()
    audit.record(user.get_username(), "notices.hook_key", hook, now)
    return Kept(hook, secret)


@transaction.atomic
def remove(hook_id: int, user: Person, now: datetime) -> Kept | Refused:
    """Take it away; what was to be sent is not sent any more. Refused: forbidden, not_found."""
    hook = _locked(hook_id, user)
    if isinstance(hook, Refused):
        return hook
    audit.record(user.get_username(), "notices.hook_removed", hook, now, {"url": hook.url})
    hook.delete()
    return Kept(hook)


@jobs.handler("notice.hook", at_once=4)
async def call(work: jobs.Work) -> jobs.Outcome:
    """Tell a hook of an event of a case."""
    found = await work.read(lambda: _message(work.data))
    if found is None:
        return jobs.Done()
    hook, body = found
    later = postponed(work, host_of(hook.url), lambda data: bool(data["hook"] == hook.pk))
    if later:
        return later

    def remember(_status: int | None, why: str) -> None:
        changes: dict[str, Any] = {"trouble": why[:300]} if why else {"trouble": "", "told_at": work.now}
        NoticeHook.objects.filter(pk=hook.pk).update(**changes)

    message_id = f"notice_{work.key.replace(':', '_')}"
    return await post(work, hook.url, body, keys.valid(hook, work.now), remember, message_id)


def _message(data: dict[str, Any]) -> tuple[NoticeHook, bytes] | None:
    hook = NoticeHook.objects.filter(pk=data["hook"], is_on=True).first()
    case = Escalation.objects.filter(pk=data["case"]).first()
    if hook is None or case is None:
        return None
    about: dict[str, object] = {"id": case.pk, "run": case.run_id, "workflow": case.workflow, "step": case.node}
    about |= {
        "kind": case.kind,
        "queue": case.queue,
        "state": case.state,
        "due_at": case.due_at and case.due_at.isoformat(),
    }
    about["url"] = f"{settings.INTERLOCK['ADDRESS']}/cases/{case.pk}/"
    said = {"type": f"case.{data['event']}", "timestamp": data["at"], "data": about}
    return hook, json.dumps(said, separators=(",", ":")).encode()


def _locked(hook_id: int, user: Person) -> NoticeHook | Refused:
    if not may(user, "admin"):
        return _forbidden()
    found = NoticeHook.objects.select_for_update().filter(pk=hook_id).first()
    return found or Refused("not_found", "There is no such address.")


def _flaws(name: str, url: str, events: Sequence[str]) -> tuple[FieldError, ...]:
    flaws = []
    if not 0 < len(name) <= 100:
        flaws.append(FieldError("/name", "Give it a name of at most 100 characters."))
    if not is_postable(url):
        flaws.append(FieldError("/url", _ADDRESS))
    if not events:
        flaws.append(FieldError("/events", "Choose at least one event."))
    if NoticeHook.objects.count() >= MOST:
        flaws.append(FieldError("/name", f"There are {MOST} addresses already."))
    return tuple(flaws)


def _forbidden() -> Refused:
    return Refused("forbidden", "Only administrators keep addresses that are called.")
