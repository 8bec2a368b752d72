"""`manage.py rotate_secrets`: every stored secret under the newest of the ENCRYPTION_KEYS."""

from __future__ import annotations

from datetime import UTC, datetime

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from runtime import audit, connections


class Command(BaseCommand):
    """Run after a new key was put in front, and before the old one is taken away. Works while a server runs."""

    help = "Encrypt every connection's secret with the first of the ENCRYPTION_KEYS."

    def handle(self, *_args: object, **_options: object) -> None:
        """Do it, and name what no key opens."""
        try:
            done = connections.rotate_secrets(audit.SYSTEM, datetime.now(UTC))
        except DatabaseError as failure:
            raise CommandError(f"The database could not be used (is DATA right?): {failure}") from None
        self.stdout.write(f"{done.done} secrets are under the newest key.")
        if done.unreadable:
            names = ", ".join(done.unreadable)
            raise CommandError(f"No key opens the secrets of: {names}. Put their key back, or type these secrets anew.")
