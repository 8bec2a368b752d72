"""A mail server that nobody reaches, as a backend that settings can name."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class SilentMailServer(BaseEmailBackend):
    """Refuses every connection."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Never sends."""
        raise ConnectionRefusedError(f"nobody there for {len(email_messages)}")
