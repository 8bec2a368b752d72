"""What went wrong on the wire, in words for people: the same for a step, a notice and a connection that is tried out.

Called by the outbox, the mails of notices, the trial of a connection and the one door. Nothing that the other side said
is repeated: it may hold a secret.
"""

from __future__ import annotations

import smtplib
import socket
import ssl

NOTHING_ANSWERS = "Nothing answers at this address and port."


def mail_fault(failure: OSError) -> str:
    """Why a mail server could not be used; what goes wrong in SMTP and in TLS is an OSError, too."""
    return _of_smtp(failure) if isinstance(failure, smtplib.SMTPException) else _of_the_way(failure)


def _of_smtp(failure: smtplib.SMTPException) -> str:
    match failure:
        case smtplib.SMTPAuthenticationError():
            return "The mail server answered, but it does not accept the name and password."
        case smtplib.SMTPNotSupportedError():
            return "The mail server answered, but it does not offer the chosen kind of encryption."
        case smtplib.SMTPRecipientsRefused():
            return "The mail server takes no mail for this address."
        case smtplib.SMTPSenderRefused():
            return "The mail server takes no mail from the sender that the connection names."
        case smtplib.SMTPDataError():
            return "The mail server refused this mail."
    return "Something answered, but not as a mail server does. Is the port right, and the kind of encryption?"


def _of_the_way(failure: OSError) -> str:
    match failure:
        case ssl.SSLError():
            return (
                "The mail server could not prove who it is, or the chosen kind of encryption is not the one it speaks."
            )
        case socket.gaierror():
            return "The mail server's name has no address."
        case TimeoutError():
            return "The mail server did not answer in time."
        case ConnectionRefusedError():
            return NOTHING_ANSWERS
    return "No connection to the mail server could be made."
