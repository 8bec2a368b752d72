"""Who hears that a gate has closed itself. Called by `folding`, in the transaction that closes it.

A hook is registered while Django starts. It may write rows and put jobs; it must not take long, and what it raises
undoes the closing, which is then tried again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from runtime.models import Gate

type Hook = Callable[[Gate, datetime], None]

_hooks: list[Hook] = []


def on_closed(hook: Hook) -> Hook:
    """Have this called for each gate that closes: its row as it stands then (`flaw`: why, where not by the alarm), and
    when. Usable as a decorator."""
    _hooks.append(hook)
    return hook


def closed(gate: Gate, at: datetime) -> None:
    """Tell all."""
    for hook in _hooks:
        hook(gate, at)
