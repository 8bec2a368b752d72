"""Sends a person's gathered notices as one mail: by the mail connection, or into the log of the server without one.

A job, put by `hearing`. What does not matter any more when the mail is written (a case that was answered meanwhile, one
that the person may not see any more) is left out; a mail with nothing in it is not sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage

from runtime import connections, jobs
from runtime.core.node import Failed
from runtime.faults import mail_fault
from runtime.models import Notice, Queue
from runtime.notices.events import Event
from runtime.notices.letters import Item, Letter, letter
from runtime.permissions import may

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class _Post:
    """What is to be sent, to whom; `ids` are the notices that are settled by it."""

    ids: tuple[int, ...]
    to: str = ""
    letter: Letter | None = None


@jobs.handler("notice.mail", at_once=1)
async def send(work: jobs.Work) -> jobs.Outcome:
    """Send what the person has not been told yet, up to the notice that the job names."""
    post = await work.read(lambda: _post(work.data["user"], work.data["last"]))
    if post.letter:
        text, to = post.letter, post.to
        failed = await work.read(lambda: deliver(text, to, f"notice-{work.job_id}"))
        if failed:
            return jobs.Again(after_s=60.0, why=failed)

    def settle() -> None:
        Notice.objects.filter(pk__in=post.ids).update(settled_at=work.now)

    return jobs.Done(also=settle)


def deliver(text: Letter, to: str, message_id: str) -> str:
    """Send a mail now; why it could not be, or nothing. Blocks while the mail server is slow."""
    name = connections.default_mail()
    account = connections.mail_account(name) if name else None
    if isinstance(account, Failed):
        return account.message
    sender = account.sender if account else None
    mail = EmailMessage(text.subject, text.body, sender, [to], headers={"Message-ID": f"<{message_id}@interlock>"})
    try:
        if account:
            account.open_backend().send_messages([mail])
        else:
            mail.send()
    except OSError as failure:
        return f"The mail could not be sent: {mail_fault(failure)}"
    except ValueError as failure:
        return f"The mail could not be sent: {failure}"
    return ""


def _post(user_id: int, last: int) -> _Post:
    user = User.objects.filter(pk=user_id, is_active=True).first()
    rows = Notice.objects.filter(user=user_id, pk__lte=last, settled_at__isnull=True).order_by("pk")
    notices = list(rows.select_related("case__run__blueprint")[:AT_ONCE])
    ids = tuple(notice.pk for notice in notices)
    titles = dict(Queue.objects.values_list("name", "title"))
    items = [] if user is None else [_item(notice, titles) for notice in notices if _matters(notice, user)]
    if user is None or not user.email or not items:
        return _Post(ids)
    return _Post(ids, user.email, letter(items, settings.INTERLOCK["ADDRESS"]))


def _matters(notice: Notice, user: User) -> bool:
    is_over = notice.case.state in ("resolved", "cancelled")
    return is_over == (notice.event == "closed") and may(user, "escalations:read", notice.case)


def _item(notice: Notice, titles: Mapping[str, str]) -> Item:
    case, blueprint = notice.case, notice.case.run.blueprint
    names = [node.get("name") for node in blueprint.document["nodes"] if node["id"] == case.node]
    step = next(iter(names), None) or case.node
    queue = titles.get(case.queue) or case.queue
    return Item(cast("Event", notice.event), case.pk, blueprint.name, step, queue, case.due_at)
