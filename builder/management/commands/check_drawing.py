"""`manage.py check_drawing FILE.json`: everything that is wrong with a drawing, before anybody runs it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from builder.exchange import Parcel, unpack
from runtime.core.checks import check
from runtime.core.problems import Problem, problem
from runtime.json_schemas import problem_of
from runtime.nodes import discover
from runtime.refused import Refused


class Command(BaseCommand):
    """Runs nothing and needs no database, so the settings' connections are not asked for. Ends with 1 at an error."""

    help = "Say what is wrong with a drawing, or with a workflow's file."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        """Which file."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true", help="print the problems as the API does")

    def handle(self, *_args: object, file: Path, **options: object) -> None:
        """Check the file."""
        try:
            raw = file.read_bytes()
        except OSError as failure:
            raise CommandError(f"The file could not be read: {failure.strerror or failure}: {file}") from None
        problems = _problems(raw)
        if options["json"]:
            self.stdout.write(json.dumps({"problems": [each.to_json() for each in problems]}, indent=2))
        else:
            self.stdout.write(_told(problems))
        if any(each.level == "error" for each in problems):
            sys.exit(1)


def _problems(raw: bytes) -> tuple[Problem, ...]:
    parcel = unpack(raw)
    if isinstance(parcel, Parcel):
        return check(parcel.document, discover(), judge_schema=problem_of)
    return _unreadable(parcel)


def _unreadable(refused: Refused) -> tuple[Problem, ...]:
    """Why this is no drawing at all, in the words of the checks."""
    if not refused.errors:
        return (problem("document.malformed", refused.detail),)
    return tuple(_as_problem(error.code, error.message, error.path) for error in refused.errors)


def _as_problem(code: str, message: str, path: str) -> Problem:
    known = code if code.startswith("document.") else "document.malformed"
    parts = tuple(part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:])
    return problem(known, message, path=parts)


def _told(problems: tuple[Problem, ...]) -> str:
    if not problems:
        return "Nothing is wrong with this drawing."
    return "\n".join(line for each in problems for line in _lines(each))


def _lines(each: Problem) -> list[str]:
    place = each.to_json()["path"]
    first = f"{each.level} {each.code}: {each.message}"
    rest = [each.suggestion, f"at {place}" if place else "", f"steps: {', '.join(each.nodes)}" if each.nodes else ""]
    return [first, *(f"    {line}" for line in rest if line)]
