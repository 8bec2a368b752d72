"""How long something took, as people say it. Pure.

Called by the pages and their tags; `times.js` says relative times the same way.
"""

from __future__ import annotations

# Up to how many of a unit it is counted in, how many make the next one, and its name: hours up to two days.
UNITS = ((60, 60, "s"), (60, 60, "min"), (48, 24, "h"), (14, 7, "d"))


def rounded(seconds: float) -> str:
    """`5 min`, `3 h`: in the largest unit that is not too coarse."""
    amount, unit = seconds, "s"
    for most, size, name in UNITS:
        unit = name
        if amount < most:
            break
        amount, unit = amount / size, "wk"
    return f"{int(amount)} {unit}"


def took(milliseconds: float | None) -> str:
    """A duration that is read at a glance: `under 1 ms`, `209 ms`, `1.2 s`, `3 min`."""
    if milliseconds is None:
        return ""
    if milliseconds < 1:
        return "under 1 ms"
    if milliseconds < 1_000:
        return f"{milliseconds:.0f} ms"
    return f"{milliseconds / 1_000:.1f} s" if milliseconds < 60_000 else rounded(milliseconds / 1_000)
