"""When a schedule fires: what a person chose becomes a cron expression, and that with a zone becomes moments.

Pure; called by `schedules` and its pages. A time that a change of clocks leaves out comes right behind the gap; a
time that comes twice counts once; every so many minutes or hours goes on through both, as on Debian (`cronsim`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError

from runtime.refused import FieldError

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MINUTES = (1, 2, 5, 10, 15, 20, 30)
HOURS = (1, 2, 3, 4, 6, 8, 12)
LAST = "last"
KINDS: Mapping[str, str] = {
    "day": "Every day",
    "weekday": "Every weekday, Monday to Friday",
    "week": "Every week, on chosen days",
    "month": "Every month",
    "minutes": "Every few minutes",
    "hours": "Every few hours",
    "cron": "A cron expression",
}
LONGEST = 100
MOST_LOOKED_AT = 1_000
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")

type Cadence = Mapping[str, Any]
"""What a person chose: `kind` and, as the kind needs it, `time`, `days`, `day`, `every`, `minute`, `expression`."""


def expression_of(chosen: Cadence) -> str | FieldError:
    """The cron expression of a choice, or the field that is wrong."""
    match chosen.get("kind"):
        case "day" | "weekday" | "week" | "month":
            return _at_a_time(chosen)
        case "minutes" if chosen.get("every") in MINUTES:
            return "* * * * *" if chosen["every"] == 1 else f"*/{chosen['every']} * * * *"
        case "hours" if chosen.get("every") in HOURS:
            minute = chosen.get("minute")
            if not isinstance(minute, int) or not 0 <= minute < 60:
                return FieldError("/minute", "A minute is a whole number from 0 to 59.")
            return f"{minute} * * * *" if chosen["every"] == 1 else f"{minute} */{chosen['every']} * * *"
        case "minutes" | "hours":
            return FieldError("/every", "Choose one of the steps.")
        case "cron":
            return _cron(chosen.get("expression"))
    return FieldError("/kind", "Choose how often.")


def words_of(chosen: Cadence) -> str:
    """A choice in words, without its zone."""
    at, kind = chosen.get("time", ""), chosen.get("kind")
    match kind:
        case "day":
            return f"Every day at {at}"
        case "weekday":
            return f"Every weekday at {at}"
        case "week":
            return f"Every {_and([DAYS[day] for day in chosen['days']])} at {at}"
        case "month":
            day = "the last day" if chosen["day"] == LAST else f"day {chosen['day']}"
            return f"On {day} of every month at {at}"
        case "minutes":
            return "Every minute" if chosen["every"] == 1 else f"Every {chosen['every']} minutes"
        case "hours":
            each = "Every hour" if chosen["every"] == 1 else f"Every {chosen['every']} hours"
            return f"{each}, at minute {chosen['minute']:02}"
    return CronSim(str(chosen["expression"]), datetime.now(UTC)).explain()


def is_zone(name: str) -> bool:
    """Whether this is a time zone's name, as “Europe/Berlin”."""
    return name in available_timezones()


def zones() -> list[str]:
    """The names of the zones that people choose from."""
    return [*sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/")), "UTC"]


def times(expression: str, zone: str, after: datetime) -> Iterator[datetime]:
    """The moments (UTC) behind `after` at which an expression is due in a zone, in their order."""
    last = after
    for found in CronSim(expression, after.astimezone(ZoneInfo(zone))):
        # A wall clock that shows a time twice may name the first of both again.
        moment = found.astimezone(UTC)
        if moment > last:
            last = moment
            yield moment


def next_time(expression: str, zone: str, after: datetime) -> datetime | None:
    """The next of them; None where there is none for years."""
    return next(times(expression, zone, after), None)


def missed(expression: str, zone: str, first: datetime, now: datetime) -> tuple[int, datetime]:
    """How many times have come from `first` (which is due) until now, counted to a bound, and the latest of them."""
    found = [first]
    for moment in islice(times(expression, zone, first), MOST_LOOKED_AT):
        if moment > now:
            return len(found), found[-1]
        found.append(moment)
    latest = next(CronSim(expression, now.astimezone(ZoneInfo(zone)), reverse=True), None)
    return len(found), max(found[-1], latest.astimezone(UTC)) if latest else found[-1]


def _at_a_time(chosen: Cadence) -> str | FieldError:
    found = _TIME.fullmatch(str(chosen.get("time", "")))
    if not found:
        return FieldError("/time", "A time is written like 09:00.")
    clock = f"{int(found[2])} {int(found[1])}"
    match chosen["kind"]:
        case "week":
            days = chosen.get("days")
            if not isinstance(days, list) or not days or not all(day in range(7) for day in days):
                return FieldError("/days", "Choose at least one day.")
            # Cron counts from Sunday.
            return f"{clock} * * {','.join(str((day + 1) % 7) for day in sorted(set(days)))}"
        case "month":
            day = chosen.get("day")
            if day == LAST:
                return f"{clock} L * *"
            if not isinstance(day, int) or not 1 <= day <= 31:
                return FieldError("/day", "A day of the month is a number from 1 to 31, or the last one.")
            return f"{clock} {day} * *"
        case "weekday":
            return f"{clock} * * 1-5"
    return f"{clock} * * *"


def _cron(text: object) -> str | FieldError:
    expression = " ".join(str(text or "").split())
    if len(expression) > LONGEST or not expression.isascii() or len(expression.split()) != 5:
        return FieldError("/expression", "A cron expression has five parts: minute, hour, day, month, day of the week.")
    try:
        found = next(CronSim(expression, datetime.now(UTC)), None)
    except CronSimError as error:
        part = str(error).removeprefix("Bad ")
        return FieldError("/expression", f"This is no cron expression: its {part} cannot be read.")
    return expression if found else FieldError("/expression", "This time never comes.")


def _and(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
