"""What went wrong on the wire: plain words, and nothing of what the other side or the machine said."""

from __future__ import annotations

import errno
import smtplib
import socket
import ssl

import pytest

from runtime.faults import NOTHING_ANSWERS, mail_fault

SAID = b"5.7.1 k-secret"


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), NOTHING_ANSWERS),
        (OSError(errno.EHOSTUNREACH, "No route to host"), "No connection to the mail server could be made."),
        (socket.gaierror(-2, "Name or service not known"), "has no address"),
        (TimeoutError("timed out"), "did not answer in time"),
        (ssl.SSLError(1, "wrong version number"), "could not prove who it is"),
        (smtplib.SMTPAuthenticationError(535, SAID), "does not accept the name and password"),
        (smtplib.SMTPRecipientsRefused({"a@b.example": (550, SAID)}), "takes no mail for this address"),
        (smtplib.SMTPSenderRefused(550, SAID, "us@b.example"), "takes no mail from the sender"),
        (smtplib.SMTPDataError(554, SAID), "refused this mail"),
        (smtplib.SMTPServerDisconnected("x"), "not as a mail server does"),
    ],
)
def test_a_fault_is_told_in_words_that_help(failure: OSError, words: str) -> None:
    told = mail_fault(failure)
    assert words in told
    assert "Errno" not in told
    assert "secret" not in told
