"""Tags and filters of all pages: icons, times, durations, JSON as a tree.

Loaded by the templates. Everything that comes from data is escaped here; what is cut says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from lucide import IconDoesNotExist
from lucide.templatetags.lucide import lucide

from runtime.cases import inbox
from runtime.core.reasons import rule_said
from runtime.durations import rounded, took

register = template.Library()

FAMILY_ICONS = {
    "execute": "zap",
    "verify": "shield-check",
    "decide": "split",
    "escalate": "hand",
    "outcome": "flag",
}
FAMILY_WORDS = {"execute": "do", "verify": "check", "decide": "decide", "escalate": "ask"}
"""What people call the families, as the canvas does (`static/canvas/model/kinds.ts`); the API keeps its own names."""
STATUS_ICONS = {
    "queued": "clock",
    "running": "loader",
    "waiting": "hourglass",
    "succeeded": "circle-check",
    "failed": "circle-x",
    "cancelled": "ban",
}
MOST_PARTS = 600
DEEPEST = 16
LONGEST_TEXT = 2_000
MOST_CHARACTERS, SHORT_TEXT = 60_000, 80
SOON_S = 2 * 60 * 60
_SIGN, _NAME = re.compile(r" \(`[^`\w]+`\)"), re.compile(r"`([^`]+)`")
OPEN_DEPTH = 2


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str, size: int = 16, css: str = "") -> SafeString:
    """An icon of the set, hidden from screen readers: a word always stands beside it."""
    svg = lucide(name, size=size, **{"class": f"icon {css}".strip(), "aria-hidden": "true", "focusable": "false"})
    return mark_safe(svg)  # noqa: S308 (a file of the icon package, and the templates' own words)


@register.simple_tag
@lru_cache(maxsize=256)
def icon_symbol(name: str) -> SafeString:
    """An icon as a symbol that scripts refer to as `#icon-NAME`; a plain circle where the set has no such icon."""
    try:
        shape = lucide(name, size=24)
    except IconDoesNotExist:
        shape = lucide("circle", size=24)
    inside = shape[shape.index(">") + 1 : shape.rindex("</svg>")]
    return mark_safe(f'<symbol id="icon-{escape(name)}" viewBox="0 0 24 24">{inside}</symbol>')  # noqa: S308 (as above)


@register.simple_tag
def family_icon(family: str, size: int = 16) -> SafeString:
    """The icon of a family, the same everywhere."""
    return icon(FAMILY_ICONS.get(family, "circle"), size)


@register.simple_tag
def status_icon(status: str, size: int = 16) -> SafeString:
    """The icon of a run's status."""
    return icon(STATUS_ICONS.get(status, "circle"), size)


@register.simple_tag
def ago(at: datetime | None) -> SafeString:
    """A moment relative to now, with the exact one on hover; kept current by `times.js`."""
    if at is None:
        return mark_safe('<span class="muted">never</span>')
    exact = at.astimezone(UTC)
    return format_html(
        '<time datetime="{}" title="{} UTC">{}</time>',
        exact.isoformat(),
        exact.strftime("%-d %b %Y, %H:%M:%S"),
        relative(at, timezone.now()),
    )


@register.simple_tag
def due(at: datetime, named: bool = False) -> SafeString:
    """A moment that is counted down to: near and past ones stand out, in words as well as in colour.

    `named`: the word “due” stands before it already.
    """
    seconds = (at - timezone.now()).total_seconds()
    state = "over" if seconds <= 0 else "soon" if seconds < SOON_S else "later"
    words_ = "overdue, " if state == "over" else "" if named else "due "
    return format_html('<span class="due" data-due="{}">{}{}</span>', state, words_, ago(at))


@register.simple_tag
def title_of(case: Any) -> str:
    """What tells the run of a case from others, unless the question tells it already."""
    title, question = case.run.title, case.question.casefold()
    return "" if any(part.casefold() in question for part in title.split(" · ")) else title


@register.simple_tag
def answer_of(case: Any) -> str:
    """The answer to a case as its button named it."""
    return inbox.answer_of(case)


def relative(at: datetime, now: datetime) -> str:
    """`just now`, `5 min ago`, `in 3 h`."""
    seconds = (now - at).total_seconds()
    if abs(seconds) < 5:
        return "just now"
    told = rounded(abs(seconds))
    return f"{told} ago" if seconds > 0 else f"in {told}"


register.filter(took)


@register.filter
def lasted(run: Any) -> str:
    """How long a run took, or has been under way."""
    end = run.finished_at or timezone.now()
    return took(max(0.0, (end - run.created_at).total_seconds() * 1_000))


@register.filter
def words(name: str) -> str:
    """A name with underscores or hyphens as words."""
    return name.replace("_", " ").replace("-", " ")


@register.filter
def unsigned(sentence: str) -> str:
    """A sentence about an expression for who reads no expressions: without its signs, its names in quotes."""
    return _NAME.sub(r"“\1”", _SIGN.sub("", sentence))


@register.filter
def starter(requester: str) -> str:
    """Who or what started a run, as people say it: `schedule:Each morning` is the schedule “Each morning”."""
    kind, colon, name = requester.partition(":")
    return f"{kind} “{name}”" if colon and name else requester


@register.filter
def family(kind: Any) -> str:
    """The family of a kind; of an incident, which has none, the empty text."""
    return kind.partition(".")[0] if isinstance(kind, str) else ""


@register.filter
def family_word(name: str) -> str:
    """What people call a family: do, check, decide, ask."""
    return FAMILY_WORDS.get(name, name)


@register.simple_tag
def tree(value: Any) -> SafeString:
    """A JSON value to read and to unfold. Beyond `MOST_PARTS` parts the rest is left out, and said to be; so are texts
    beyond `MOST_CHARACTERS` together.
    """
    return format_html('<div class="tree">{}</div>', _value(value, 0, _Budget(MOST_PARTS, MOST_CHARACTERS)))


@dataclass(slots=True)
class _Budget:
    """What a tree may still show."""

    parts: int
    characters: int

    def longest(self) -> int:
        """How much of a text is shown."""
        return LONGEST_TEXT if self.characters > LONGEST_TEXT else SHORT_TEXT


def _value(value: Any, depth: int, budget: _Budget) -> SafeString:
    if isinstance(value, Mapping | list) and depth < DEEPEST:
        return _branch(value, depth, budget)
    return _leaf(value, budget)


def _branch(value: Mapping[str, Any] | list[Any], depth: int, budget: _Budget) -> SafeString:
    if not value:
        return format_html('<span class="tree-none">{}</span>', "no entries")
    rows: list[SafeString] = []
    for name, item in value.items() if isinstance(value, Mapping) else enumerate(value, 1):
        budget.parts -= 1
        if budget.parts < 0:
            rows.append(format_html('<li class="tree-none">{}</li>', f"and {len(value) - len(rows)} more, not shown"))
            break
        rows.append(_row(str(name), item, depth, budget))
    return format_html('<ul class="tree-list">{}</ul>', format_html_join("", "{}", ((row,) for row in rows)))


def _row(name: str, item: Any, depth: int, budget: _Budget) -> SafeString:
    if not isinstance(item, Mapping | list) or not item or depth + 1 >= DEEPEST:
        return format_html('<li><span class="tree-key">{}</span> {}</li>', name, _value(item, depth + 1, budget))
    said = _sentence_in(item)
    part = "field" if isinstance(item, Mapping) else "item"
    head = format_html(
        '<summary><span class="tree-key">{}</span> <span class="{}">{}</span></summary>',
        name,
        "tree-text" if said else "tree-none",
        said or f"{len(item)} {part}{'' if len(item) == 1 else 's'}",
    )
    is_open = mark_safe(" open") if not said and depth + 1 < OPEN_DEPTH and len(item) <= 12 else ""
    return format_html("<li><details{}>{}{}</details></li>", is_open, head, _branch(item, depth + 1, budget))


def _sentence_in(item: Any) -> str:
    """What a finding says in words: its message, or its name and reason. Empty where it is no finding."""
    if not isinstance(item, Mapping):
        return ""
    # A customer's message is no finding, and what stands beside it must not fold away behind it.
    if "message" in item and not ("code" in item or item.keys() <= {"name", "message", "path", "run"}):
        return ""
    name, text = item.get("name"), item.get("message") or item.get("reason")
    if not isinstance(text, str) or len(text) > LONGEST_TEXT:
        return ""
    if not isinstance(name, str) or not name or "message" in item:
        return text
    return rule_said(name, text) if "leads_to" in item else f"“{name}”: {text}"


def _leaf(value: Any, budget: _Budget) -> SafeString:
    if value is None:
        return format_html('<span class="tree-none">{}</span>', "empty")
    if isinstance(value, str):
        longest = budget.longest()
        budget.characters -= min(len(value), longest)
        cut = value if len(value) <= longest else f"{value[:longest]}… ({len(value):,} characters)"
        return format_html('<span class="tree-text">{}</span>', cut or "“”")
    text = json.dumps(value, ensure_ascii=False, default=str)
    return format_html('<span class="tree-number">{}</span>', text if len(text) < 400 else f"{text[:400]}…")


GATE_WORDS = {
    "unproven": "unproven",
    "probation": "on probation",
    "proven": "proven",
    "broken": "closed: promise broken",
}
"""How far a gate is trusted, in the words that are shown everywhere."""


@register.simple_tag
def gate_word(state: str) -> str:
    """How far a gate is trusted."""
    return GATE_WORDS.get(state, state)


@register.simple_tag
def decision_of(decided: Mapping[tuple[str, int], Any], step: Any) -> Any:
    """What a gate decided at this visit of a step, if it did."""
    return decided.get((step.sign.node, step.visit))
