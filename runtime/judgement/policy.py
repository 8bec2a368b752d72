"""What happens to a case, fixed before it is looked at: automatic or a person, and whether it is drawn for review.

Called once for each decision, in the step itself; pure Python, microseconds. A policy is made by `gate.policy_of` and
put in force before the case arrives; `draw` is a uniform number drawn when it arrives. So which cases are reviewed
depends on nothing that is not written down, and nobody can choose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from runtime.core.confidence import unit
from runtime.judgement.signals import Scoring


@dataclass(frozen=True, slots=True)
class Policy:
    """The rule in force. No `cutoff`: every case goes to a person. `why` says so in words."""

    epoch: int
    scoring: Scoring
    cutoff: float | None
    audit: float
    why: str = ""

    @property
    def floor(self) -> float:
        """π_min: the least probability with which any case is chosen for review under this policy."""
        return 1.0 if self.cutoff is None else self.audit


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of the case. `sampled`: its answer is asked of a person; `pi`: how likely that was, beforehand."""

    score: float | None
    auto: bool
    sampled: bool
    pi: float
    floor: float
    reason: str = ""


def in_force(
    epoch: int, scoring: Scoring, state: str, cutoff: float | None, audit: float, *, crowded: bool = False
) -> Policy:
    """The policy for the cases to come, from where the gate stands. `crowded`: too many audits are open.

    A gate whose audits nobody answers has nothing to stand on any more: it stops deciding until they are answered.
    """
    why = ""
    if state == "broken":
        cutoff, why = None, "The gate broke its promise: every case goes to a person."
    elif cutoff is None:
        why = "The gate is on probation: every case goes to a person."
    elif crowded:
        cutoff, why = None, "Too many audits of this gate are open: until they are answered, a person decides."
    return Policy(epoch, scoring, cutoff, audit, why)


def decide(policy: Policy, signals: Mapping[str, object], novelty: object, draw: object) -> Decision:
    """Route one case. Never raises; in doubt (no score, a draw that is no number in [0, 1)) a person decides.

    A person's case is always reviewed (π = 1); an automatic one is audited iff `draw` lies below the audit rate.
    """
    scored = policy.scoring.score(signals, novelty)
    if scored.score is None:
        return _asked(policy, None, scored.reason)
    if policy.cutoff is None:
        return _asked(policy, scored.score, policy.why or "The gate decides nothing by itself yet.")
    # A strange case scores 0, and no cut-off may let that through.
    if scored.score <= 0.0 or scored.score < policy.cutoff:
        below = f"The score {scored.score:.2f} lies below the cut-off {policy.cutoff:.2f}."
        return _asked(policy, scored.score, scored.reason or below)
    number = unit(draw)
    if number is None or number >= 1.0:
        return _asked(policy, scored.score, "The case could not be drawn for review.")
    return Decision(scored.score, auto=True, sampled=number < policy.audit, pi=policy.audit, floor=policy.floor)


def _asked(policy: Policy, score: float | None, reason: str) -> Decision:
    return Decision(score, auto=False, sampled=True, pi=1.0, floor=policy.floor, reason=reason)
