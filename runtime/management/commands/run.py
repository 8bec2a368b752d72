"""`manage.py run SLUG FILE.jsonl`: run every case of a file, and tell how many went which way and why they stopped."""

from __future__ import annotations

import asyncio
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from tqdm import tqdm

from runtime import launch
from runtime.blueprints import latest
from runtime.management.telling import told
from runtime.triggers import batches
from runtime.triggers.batches import BadLine, Case, Started

MOST_LINES = 10


class Command(BaseCommand):
    """Runs in this process; while a server runs on the same data, cases go to it over REST instead."""

    help = 'Run every line of a file, {"input": {...}, "labels"?: {...}, "key"?: "..."}, as one case each.'

    def add_arguments(self, parser: CommandParser) -> None:
        """Which workflow, and which file."""
        parser.add_argument("slug")
        parser.add_argument("file", type=Path)

    def handle(self, *_args: object, slug: str, file: Path, **_options: object) -> None:
        """Run the file. A line that is no case stops everything before anything is run."""
        cases = self._read(file)
        if latest(slug) is None:
            raise CommandError(f"There is no published workflow “{slug}”, or it is archived.")
        try:
            started, refused = asyncio.run(_run(slug, cases))
        except launch.AlreadyRunning as refusal:
            over_rest = f"Or post the cases to the running server: POST /api/v1/workflows/{slug}/runs/"
            raise CommandError(f"{refusal}\n{over_rest}") from None
        except launch.NotStarted as refusal:
            raise CommandError(str(refusal)) from None
        finally:
            connection.close()
        self.stdout.write(told(batches.report([each.run_id for each in started])))
        if refused:
            raise CommandError(f"{len(refused)} of {len(cases)} lines were refused:\n{_listed(refused)}")

    def _read(self, file: Path) -> list[Case]:
        try:
            cases, bad = batches.read(file)
        except OSError as failure:
            raise CommandError(f"The file could not be read: {failure}") from None
        if bad:
            raise CommandError(f"Nothing was run; {len(bad)} lines are no cases:\n{_listed(bad)}")
        return cases


async def _run(slug: str, cases: list[Case]) -> tuple[list[Started], list[BadLine]]:
    running = await launch.start()
    try:
        with tqdm(total=len(cases), unit="case", disable=None) as bar:
            return await batches.run_all(running.runner, slug, cases, "", bar.update)
    finally:
        await launch.stop()


def _listed(lines: list[BadLine]) -> str:
    shown = [f"  line {each.line}: {each.message}" for each in lines[:MOST_LINES]]
    return "\n".join([*shown, *(["  …"] if len(lines) > MOST_LINES else [])])
