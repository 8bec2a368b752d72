"""`manage.py token USER SCOPE…`: a new access token, printed alone, once."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from api.tokens import NoToken, issue
from runtime.permissions import SCOPES


class Command(BaseCommand):
    """Works while a server runs on the same data."""

    help = "Issue an access token of a user and print it; nothing else can show it again."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose, and what for."""
        parser.add_argument("user")
        parser.add_argument("scope", nargs="+", help=f"one or more of: {', '.join(SCOPES)}")
        parser.add_argument("--name", default="made on the command line")

    def handle(self, *_args: object, user: str, scope: list[str], name: str, **_options: object) -> None:
        """Issue it."""
        try:
            found = User.objects.filter(username=user, is_active=True).first()
            if found is None:
                raise CommandError(f"There is no active user “{user}”.")
            issued = issue(found, name, scope)
        except DatabaseError as failure:
            raise CommandError(f"The database could not be used (is DATA right?): {failure}") from None
        if isinstance(issued, NoToken):
            raise CommandError(issued.detail)
        self.stdout.write(issued.plain)
