"""The head that all pages of one workflow share: where one is, and the way to its other pages.

Used by the templates of `builder` and `runtime` alike. A page that is not built, or not for this person, has no tab.
"""

from __future__ import annotations

from typing import Any, Literal

from django import template

from runtime.permissions import permissions_of

register = template.Library()

type Tab = Literal["drawing", "overview", "versions", "triggers", "gates", "backtests", "lessons", "runs"]


@register.inclusion_tag("builder/_workflow_tabs.html", takes_context=True)
def workflow_tabs(context: dict[str, Any], slug: str, name: str, active: Tab) -> dict[str, Any]:
    """The name of the workflow and its pages, `active` being the one that is shown.

    In a template: load it, then say workflow_tabs with a slug, a name and a tab's word.
    """
    held = permissions_of(context["request"].user)
    return {"slug": slug, "name": name, "active": active, "draws": "workflows:read" in held, "held": held}
