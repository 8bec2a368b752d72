"""How the differences of two values are drawn: what the first has struck through, what the second has underlined."""

from __future__ import annotations

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from runtime.traces.json_pairs import Branch, Leaf, Part

register = template.Library()


@register.simple_tag
def pair_tree(part: Part) -> SafeString:
    """The tree of differences; what is the same is counted."""
    return format_html('<div class="tree pair-tree">{}</div>', _leaf(part) if isinstance(part, Leaf) else _list(part))


def _list(branch: Branch) -> SafeString:
    rows = [format_html("<li>{}</li>", _row(part)) for part in branch.parts]
    if branch.cut:
        rows.append(format_html('<li class="tree-none">{}</li>', "and more differences, not shown"))
    if branch.same:
        rows.append(format_html('<li class="tree-none">{}</li>', f"{branch.same} the same"))
    return format_html('<ul class="tree-list">{}</ul>', format_html_join("", "{}", ((row,) for row in rows)))


def _row(part: Part) -> SafeString:
    inside = _leaf(part) if isinstance(part, Leaf) else _list(part)
    return format_html('<span class="tree-key">{}</span> {}', part.key, inside)


def _leaf(leaf: Leaf) -> SafeString:
    before = format_html('<del><span class="visually-hidden">A: </span>{}</del>', leaf.before)
    after = format_html('<ins><span class="visually-hidden">B: </span>{}</ins>', leaf.after)
    if leaf.sort == "added":
        return format_html("{} {}", _nothing("A"), after)
    if leaf.sort == "removed":
        return format_html("{} {}", before, _nothing("B"))
    return format_html("{} {}", before, after)


def _nothing(side: str) -> SafeString:
    return format_html('<span class="tree-none">{}</span>', f"not in {side}")
