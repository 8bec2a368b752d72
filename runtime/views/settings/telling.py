"""How the settings' pages tell what came of a deed. Used by all of them, by those of tokens, too."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest

from runtime.refused import Refused


def told(request: HttpRequest, outcome: object, done: str) -> bool:
    """Say that it was done, or why it was not; whether it was."""
    if isinstance(outcome, Refused):
        messages.error(request, outcome.errors[0].message if outcome.errors else outcome.detail)
        return False
    messages.success(request, done)
    return True
