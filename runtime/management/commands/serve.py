"""`manage.py serve`: the web server and the run time in one process."""

from __future__ import annotations

import contextlib

from django.core.management.base import BaseCommand, CommandParser

from runtime.management.serving import listening, server


class Command(BaseCommand):
    """Serves until it is stopped. Only one process at a time may serve a SQLite database."""

    help = "Serve the pages, the API and the websockets, and run the workflows, in one process."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to listen."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *_args: object, host: str, port: int, **_options: object) -> None:
        """Serve."""
        with listening(host, port) as listener, contextlib.suppress(KeyboardInterrupt):
            server().run(sockets=[listener])
