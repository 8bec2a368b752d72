"""Steps that a person skipped: they failed, somebody gave what they would have given, and the run went on. Pure.

Called by `reading`, which finds them in the journal, and by the pages, which must not show them as done: the step did
nothing. What is hidden of a step is not read here, so its skip is not told either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runtime.core.events import Event
from runtime.traces.stories import failure

LONGEST = 240


@dataclass(frozen=True, slots=True)
class Skip:
    """Who skipped a step, what they wrote, and what it had failed with (as the journal keeps errors; None: unknown)."""

    by: str
    comment: str
    error: Mapping[str, Any] | None

    def to_json(self) -> dict[str, Any]:
        """The skip as the API shows it."""
        return {"by": self.by, "comment": self.comment, "error": self.error}


def is_skip(event: Event) -> bool:
    """Whether this entry of the journal says that a person skipped the step."""
    return event.type == "step.finished" and event.data.get("skipped") is True


def skip_of(event: Event, incident: Any, error: Any) -> Skip | None:
    """The skip that an entry tells; `incident` is how it was resolved, `error` what the step had failed with."""
    if not is_skip(event):
        return None
    resolved = incident if isinstance(incident, Mapping) else {}
    by, comment = event.data.get("by") or resolved.get("by"), resolved.get("comment")
    return Skip(_text(by) or "A person", _text(comment), dict(error) if isinstance(error, Mapping) else None)


def why_skipped(skip: Skip, kind: str, outward: bool) -> str:
    """Who skipped it, what that means for the world outside, why it had failed, and what they wrote."""
    # A connection may break after the other side has taken all of it: no more is known than what failed.
    left = "as far as is known, nothing was sent" if kind == "execute.email" else "it was not done"
    if outward and kind != "execute.email":
        left = "as far as is known, it had no effect outside"
    failed = f" It had failed: {failure(skip.error)}" if skip.error else ""
    wrote = f" They wrote: “{_short(skip.comment)}”" if skip.comment else ""
    return f"{skip.by} skipped this step; {left}.{failed}{wrote}"


def skipped_on_the_way(names: Sequence[str]) -> str:
    """For the end of a run: which steps were skipped, by their names; empty where none was."""
    if not names:
        return ""
    shown = ", ".join(f"“{name}”" for name in names[:3])
    rest = f" and {len(names) - 3} more" if len(names) > 3 else ""
    are = "was" if len(names) == 1 else "were"
    return f"{shown}{rest} {are} skipped by a person on the way, and not done."


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= LONGEST else f"{plain[: LONGEST - 1]}…"
