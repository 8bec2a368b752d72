"""The lessons that wait for a designer, for a page that says what needs somebody.

Used by the template of home, which belongs to `runtime` and knows nothing of lessons. The page asks for them where
the person who looks may decide; deciding itself is `lessons.store`'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django import template
from django.db.models import Count, Max

from builder.models import Lesson

MOST = 6

register = template.Library()


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many lessons of a workflow wait for a decision, and when the newest was proposed."""

    slug: str
    name: str
    number: int
    newest: datetime


@register.simple_tag
def lessons_to_decide() -> list[Waiting]:
    """The workflows with open lessons, those with the newest first; by one question."""
    waiting = Lesson.objects.filter(state="open", workflow__archived_at=None)
    found = waiting.values_list("workflow__slug", "workflow__name").annotate(Count("pk"), newest=Max("proposed_at"))
    return [Waiting(*row) for row in found.order_by("-newest")[:MOST]]
