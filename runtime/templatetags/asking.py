"""The one way in which a page asks before it does what cannot be taken back: a button that opens a question.

Used by the templates of `api`, `builder` and `runtime`. It is a popover of the browser: no script, no address of its
own, closed by Escape, and its button is the only thing that posts. What follows is said by the template, between the
tags; that it may be done is checked where it is posted to.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_block_tag(takes_context=True, name="ask")
def ask(
    context: dict[str, Any],
    content: str,
    id: str,
    action: str,
    opens: str,
    title: str,
    does: str,
    *,
    deed: str = "",
    icon: str = "",
    about: str = "",
    stays: str = "Leave it as it is",
    main: bool = False,
) -> SafeString:
    """A button `opens`, and the question `title` with what follows and the buttons `stays` and `does`.

    `id` is the question's own on the page; `deed` is posted to `action`; `about` tells buttons of the same words apart
    for those who hear them; `main` marks a deed that destroys nothing.
    Without `opens` the button stands elsewhere.
    """
    given: dict[str, object] = {"id": id, "action": action, "opens": opens, "title": title, "does": does}
    given |= {"content": content, "deed": deed, "icon_name": icon, "about": about, "stays": stays, "main": main}
    return render_to_string("_ask.html", {**given, "csrf_token": context.get("csrf_token")})
