"""What became of a case: as it went, as it would go, and what that says. Pure.

Called by `work` for each replay; `figures` and the pages read the words it gives.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

from runtime.backtests.recorded import Before, Reviewed
from runtime.backtests.replayed import Replayed

type Verdict = Literal["contradicts", "automatic", "to_person", "other", "same", "unknown"]

RANKED: tuple[Verdict, ...] = ("contradicts", "automatic", "to_person", "other", "unknown", "same")
"""The most telling first."""

WAITS = "(waits for a person)"
FAILED = "(failed)"
UNKNOWN = "(not replayed)"


@dataclass(frozen=True, slots=True)
class Case:
    """A case in figures. `before` and `after` are outcomes, or one of the words above; `code`: why it is unknown.

    `reviewed` is None where nobody has decided it: it was asked of nobody, or nobody has answered.
    """

    number: int
    before: str
    after: str
    asked_before: int
    asked_after: int
    verdict: Verdict
    code: str = ""
    reviewed: Reviewed | None = None

    @property
    def automatic_before(self) -> bool:
        """Whether it came to an outcome without a person."""
        return not self.asked_before and self.before not in (WAITS, FAILED)

    @property
    def automatic_after(self) -> bool:
        """Whether it would."""
        return not self.asked_after and self.after not in (WAITS, FAILED, UNKNOWN)

    @property
    def truth(self) -> str | None:
        """The outcome that people have brought it to; empty: they could not tell, or do not agree."""
        if self.reviewed is None or self.before in (WAITS, FAILED):
            return None
        return "" if self.reviewed.disputed else self.before


def judged(number: int, before: Before, after: Replayed, reviewed: Reviewed | None = None) -> Case:
    """The case with its verdict."""
    was = {"waiting": WAITS, "failed": FAILED}.get(before.status, before.outcome or FAILED)
    becomes = {"waits": WAITS, "failed": FAILED, "unknown": UNKNOWN}.get(after.state, after.outcome or FAILED)
    code = after.stop.code if after.stop else ""
    bare = Case(number, was, becomes, before.asked, after.asked, "same", code, reviewed)
    return replace(bare, verdict=_verdict(bare))


def rank_of(verdict: Verdict) -> int:
    """Where cases of this verdict stand in the list."""
    return RANKED.index(verdict)


def _verdict(case: Case) -> Verdict:
    if case.after == UNKNOWN:
        return "unknown"
    if case.automatic_after and case.truth and case.truth != case.after:
        return "contradicts"
    if case.automatic_after and not case.automatic_before:
        return "automatic"
    if case.automatic_before and not case.automatic_after:
        return "to_person"
    return "same" if case.before == case.after else "other"


assert set(RANKED) == set(get_args(Verdict.__value__))  # noqa: S101 - a verdict without a rank would have no place
