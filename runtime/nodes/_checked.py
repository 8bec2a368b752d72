"""What the checks before a decision say of its case: signals for its gate, and how strange the case is.

Used by decisions with a promise. Only checks that every way to the decision passes count: then each case has them, and
one where such a check gave nothing goes to a person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from runtime.core.confidence import unit
from runtime.core.expressions import Json
from runtime.core.node import Check
from runtime.judgement.signals import from_count


@dataclass(frozen=True, slots=True)
class Checked:
    """`names` are the signals that have to be there, `signals` those that are. `novelty` is the lowest p-value of the
    case; below `familiar_at` it is strange (None: nothing before the decision looks at that)."""

    names: tuple[str, ...] = ()
    signals: Mapping[str, float] = field(default_factory=dict)
    novelty: float | None = None
    familiar_at: float | None = None


def checked_before(checks: Sequence[Check]) -> Checked:
    """What these checks say: the number of issues of each check of data quality, and how familiar the case is."""
    counted = {f"quality:{each.node}": _from_issues(each) for each in checks if each.kind == "verify.quality"}
    familiar = [each for each in checks if each.kind == "verify.familiar"]
    ps = [unit(_field(each, "p")) for each in familiar]
    known = [p for p in ps if p is not None]
    return Checked(
        names=tuple(sorted(counted)),
        signals={name: signal for name, signal in counted.items() if signal is not None},
        novelty=min(known) if known and len(known) == len(ps) else None,
        familiar_at=max((float(getattr(each.params, "min_p", 0.05)) for each in familiar), default=None),
    )


def _from_issues(check: Check) -> float | None:
    issues = _field(check, "issues")
    return from_count(len(issues)) if isinstance(issues, list) else None


def _field(check: Check, name: str) -> Json:
    return check.output.get(name) if isinstance(check.output, Mapping) else None
