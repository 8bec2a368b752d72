"""The number by which a case is drawn for an audit: nobody can foresee it, and it is the same for every attempt.

Called by `policies`. A worker that dies after the decision and before its row was written leaves the case to another
one, which must not draw a second time: so the number follows from the step's identity, under a key of this
installation that no page and no log shows.
"""

from __future__ import annotations

from django.utils.crypto import salted_hmac

_BITS = 53
"""As many as a float holds: then all numbers lie evenly in [0, 1), and 1 is never reached by rounding."""


def draw(run_id: str, node: str, visit: int) -> float:
    """The number in [0, 1) of this visit of this step."""
    mac = salted_hmac("interlock.gates.draw", f"{run_id}:{node}:{visit}", algorithm="sha256").digest()
    return (int.from_bytes(mac[:8]) >> (64 - _BITS)) / (1 << _BITS)
