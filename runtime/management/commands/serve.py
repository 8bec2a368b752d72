"""`manage.py serve`: the web server and the run time in one process."""

from __future__ import annotations

import uvicorn
from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    """Serves until it is stopped. Only one process at a time may serve a SQLite database."""

    help = "Serve the pages, the API and the websockets, and run the workflows, in one process."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to listen."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *_args: object, **options: object) -> None:
        """Serve."""
        uvicorn.run(
            "config.asgi:application",
            host=str(options["host"]),
            port=int(str(options["port"])),
            log_level="warning",
            access_log=False,
            lifespan="on",
            server_header=False,
            timeout_graceful_shutdown=5,
            ws_max_size=64 * 1024,
        )
