"""What a drawing asks less of its gates than the published one, in words, and that a person has to mean it.

Called by `publishing`, which seals nothing looser that nobody acknowledged, and by what is shown before. What counts as
looser is `runtime.gates.epochs`' to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from runtime.core.drawing import Drawing
from runtime.gates import epochs, terms

CODE = "promise_loosened"
_MOST = 5


@dataclass(frozen=True, slots=True)
class Loosening:
    """A gate whose promise would be loosened: its step, what of it (as in `epochs.Loosened`), and a sentence."""

    node: str
    title: str
    what: tuple[str, ...]
    sentence: str

    def to_json(self) -> dict[str, Any]:
        """The shape that the API and the canvas give."""
        return {"node": self.node, "title": self.title, "what": [*self.what], "sentence": self.sentence}


@dataclass(frozen=True, slots=True)
class Unmeant:
    """Nothing was published: promises would be loosened, and nobody has said that it is meant. `gates` are all."""

    gates: tuple[Loosening, ...]

    @property
    def detail(self) -> str:
        """For the person who asked."""
        said = " ".join(gate.sentence for gate in self.gates[:_MOST])
        more = f" So it is with {len(self.gates) - _MOST} more." if len(self.gates) > _MOST else ""
        return f"{said}{more} Whoever publishes this has to say that it is meant; the name stands beside it."


def loosenings(before: Drawing, after: Drawing) -> tuple[Loosening, ...]:
    """The gates of which `after` asks less than `before`, in the order of the drawing before."""
    return tuple(
        Loosening(found.node, found.title, found.what, _sentence(found, before, after))
        for found in epochs.loosened_by(before, after)
    )


def _sentence(found: epochs.Loosened, before: Drawing, after: Drawing) -> str:
    if "promise" in found.what:
        return f"This takes away the promise of “{found.title}”: it decides without one."
    was, now = before.params[found.node], after.params[found.node]
    return f"This loosens the promise of “{found.title}”: {'; '.join(_parts(found.what, was, now))}."


def _parts(what: tuple[str, ...], was: Any, now: Any) -> Iterator[str]:
    if "max_error" in what:
        wrong = _hundredths(was.promise.max_error), _hundredths(now.promise.max_error)
        yield f"from at most {wrong[0]} to at most {wrong[1]} wrong in 100"
    if "confidence" in what:
        sure = _hundredths(was.promise.confidence), _hundredths(now.promise.confidence)
        yield f"its proof is {sure[1]} % sure instead of {sure[0]} %"
    if "audit" in what:
        checked = _hundredths(_audited(was)), _hundredths(_audited(now))
        yield f"people check {checked[1]} % of its own decisions instead of {checked[0]} %"


def _audited(params: Any) -> float:
    rate = getattr(params, "audit", None)
    return terms.RULES.audit if rate is None else max(terms.LEAST_AUDIT, rate)


def _hundredths(share: float) -> str:
    return f"{share * 100:.6g}"
