"""The rows of the inbox, ready to be written down: fifty of them are drawn with each look at it.

Loaded by the inbox's template, which holds how a row looks. What a template would ask for one after the other
(addresses, times, words that are cut) is put together here, since that is what a list costs. What a case may show is
decided before.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.urls import reverse
from django.utils.text import Truncator

from runtime.run_titles import named
from runtime.templatetags.interlock import ago, due, icon, title_of, words

register = template.Library()

TITLE, SHORT_TITLE = 120, 60
MOST_OF_A_LETTER = 8
"""Of how many characters a letter may be made, on the average: thousands of marks on one would fill the page."""
_ICONS = {"incident": "triangle-alert", "form": "clipboard-pen"}
_SORTS = {"incident": "incident", "form": "details missing"}
_SOME_ID = "0"


@register.simple_tag
def rows_of(cases: Iterable[Any], query: str, opened: str, chosen: Iterable[str]) -> list[dict[str, Any]]:
    """What each row says. `query` follows each address, `opened` is the id of the open case, `chosen` are ids, too."""
    address = reverse("case_detail", args=[_SOME_ID]).removesuffix(f"{_SOME_ID}/")
    ticked = frozenset(chosen)
    return [
        {
            "id": case.pk,
            "queue": case.queue,
            "family": "problem" if case.kind == "incident" else "escalate",
            "icon": icon(_ICONS.get(case.kind, "hand"), 16),
            "chosen": case.pk in ticked,
            "here": case.pk == opened,
            "href": f"{address}{case.pk}/{query}",
            "title": cut(case.question, TITLE),
            "short": cut(case.question, SHORT_TITLE),
            "about": title_of(case),
            "workflow": case.run.blueprint.name if case.run.title else named("", case.run.blueprint.name, case.run_id),
            "sort": _SORTS.get(case.kind, ""),
            "queue_words": words(case.queue),
            "who": who_has(case),
            "asked": ago(case.created_at),
            "due": due(case.due_at) if case.due_at else "",
        }
        for case in cases
    ]


def cut(text: str, most: int) -> str:
    """What `truncatechars` gives, which walks through each text for letters that are made of several characters."""
    if text.isascii():
        return text if len(text) <= most else f"{text[: most - 1]}…"
    longest = most * MOST_OF_A_LETTER
    short = Truncator(text[:longest]).chars(most)
    return f"{short}…" if len(text) > longest and not short.endswith("…") else short


@register.simple_tag
def who_has(case: Any) -> str:
    """Who has taken a case, or whom it is meant for; the same words wherever cases are listed."""
    if not case.assignee:
        return ""
    return f"{'with' if case.claimed_until else 'for'} {case.assignee.get_username()}"
