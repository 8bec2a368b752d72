"""What a mail with notices says. Pure.

Asked by `mails`. It names workflow, step and queue, which designers wrote; nothing of what a case is about leaves by
mail, and nothing that a customer or a model wrote can stand in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from runtime.notices.events import WORDS, Event

MOST_LINES = 30
_HEADS: dict[Event, tuple[str, str]] = {
    "overdue": ("1 case is overdue", "{} cases are overdue"),
    "due": ("1 case is due soon", "{} cases are due soon"),
    "new": ("1 new case", "{} new cases"),
    "closed": ("1 incident is closed", "{} incidents are closed"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """A case to tell of."""

    event: Event
    case: str
    workflow: str
    step: str
    queue: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail: one line, and a text."""

    subject: str
    body: str


def letter(items: Sequence[Item], address: str) -> Letter:
    """A mail about these cases, the most urgent first; `address` is where Interlock answers, without a slash behind."""
    groups = {event: [item for item in items if item.event == event] for event in _HEADS}
    heads = [_head(event, len(some)) for event, some in groups.items() if some]
    subject = f"Interlock: {', '.join(heads)}" if len(items) > 1 else f"{_one(items[0])}: {_what(items[0])}"
    parts = [_part(event, some, address) for event, some in groups.items() if some]
    foot = f"Which mails you get: {address}/settings/notices/"
    return Letter(_line(subject)[:200], "\n\n".join([*parts, foot]) + "\n")


def _part(event: Event, items: Sequence[Item], address: str) -> str:
    lines = [f"- {_what(item)}{_when(item)}\n  {address}/cases/{item.case}/" for item in items[:MOST_LINES]]
    more = len(items) - MOST_LINES
    if more > 0:
        lines.append(f"- and {more} more: {address}/cases/")
    return "\n".join([f"{_head(event, len(items))}:", *lines])


def _head(event: Event, number: int) -> str:
    one, many = _HEADS[event]
    return one if number == 1 else many.format(number)


def _one(item: Item) -> str:
    return WORDS[item.event]


def _what(item: Item) -> str:
    queue = f" (queue {_line(item.queue)})" if item.queue else ""
    return f"{_line(item.step)}, {_line(item.workflow)}{queue}"


def _when(item: Item) -> str:
    if item.due_at is None or item.event == "closed":
        return ""
    return f", due {item.due_at.astimezone(UTC):%d %B %Y, %H:%M} UTC"


def _line(text: str) -> str:
    """On one line, whatever was in it."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())
