"""`manage.py verify_audit`: whether the audit log still is what was written, entry by entry."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from runtime import chain


class Command(BaseCommand):
    """Works while a server runs on the same data. Ends with 1 where something has been changed or taken out."""

    help = "Check the chain of the audit log, and print the fingerprint of its newest entry to note down elsewhere."

    def add_arguments(self, parser: CommandParser) -> None:
        """What was noted the last time."""
        parser.add_argument("--noted", default="", help="a fingerprint noted earlier, which must still be in the chain")

    def handle(self, *_args: object, noted: str, **_options: object) -> None:
        """Check it from the beginning."""
        try:
            chain.catch_up()
            found = chain.verify()
            lost = bool(noted) and not chain.holds(noted.strip().lower())
        except DatabaseError as failure:
            raise CommandError(f"The database could not be used (is DATA right?): {failure}") from None
        sentences = [flaw.detail for flaw in found.flaws]
        if lost:
            sentences.append(
                "The noted fingerprint is not in the chain: its end has been cut off, or all of it replaced."
            )
        if sentences:
            raise CommandError("\n".join(["The audit log is not what was written.", *sentences]))
        self.stdout.write(f"{found.looked_at} entries, none changed or missing.\nNewest fingerprint: {found.newest}")
