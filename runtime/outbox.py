"""Mails that workflows write: kept first, then sent, once for each idempotency key.

Called by the doors. Without a mail connection a mail stays here, visibly unsent; the admin shows it.
"""

from __future__ import annotations

from datetime import datetime

from django.core.mail import EmailMessage

from runtime import connections
from runtime.core.node import Failed, Message
from runtime.faults import mail_fault
from runtime.models import OutboxMail


def deliver(message: Message, key: str, run_id: str, now: datetime) -> str | Failed:
    """Keep a mail and send it where there is a connection. Asked again with the same key it sends nothing twice."""
    mail, _new = OutboxMail.objects.get_or_create(
        key=key,
        defaults={
            "run_id": run_id,
            "to": message.to,
            "subject": message.subject,
            "body": message.body,
            "created_at": now,
        },
    )
    message_id = f"{key}@interlock"
    name = message.connection or connections.default_mail()
    if mail.sent_at or not name:
        return message_id
    account = connections.mail_account(name)
    if isinstance(account, Failed):
        return account
    headers = {"Message-ID": f"<{message_id.replace(':', '.')}>"}
    letter = EmailMessage(mail.subject, mail.body, account.sender, [mail.to], headers=headers)
    try:
        account.open_backend().send_messages([letter])
    except OSError as failure:
        return Failed("mail", mail_fault(failure), passing=True)
    except ValueError as failure:
        # Such as an address with letters before the @ that not every server takes.
        return Failed("mail.unwritable", f"This mail cannot be sent as it is: {failure}")
    OutboxMail.objects.filter(pk=mail.pk).update(sent_at=now)
    return message_id
