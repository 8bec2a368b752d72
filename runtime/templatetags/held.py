"""What the person who looks at a page may do, for pages that offer different things to different people."""

from __future__ import annotations

from typing import Any

from django import template

from runtime.permissions import Permission, permissions_of, role_of

register = template.Library()


@register.simple_tag(takes_context=True)
def held(context: dict[str, Any]) -> frozenset[Permission]:
    """The permissions of the person whose request this is."""
    return permissions_of(context["request"].user)


@register.filter
def as_role(held: frozenset[Permission]) -> str:
    """The role that carries these permissions, in words."""
    return role_of(held)
