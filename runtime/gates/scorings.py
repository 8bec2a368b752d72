"""A scoring as JSON: what a gate's row keeps of it. Pure; used on both sides of the process that computes gates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runtime.judgement.signals import Scoring


def scoring_to_json(scoring: Scoring) -> dict[str, Any]:
    """A scoring as a gate's row keeps it."""
    weights = list(scoring.weights)
    return {"names": list(scoring.names), "familiar_at": scoring.familiar_at, "weights": weights, "bias": scoring.bias}


def scoring_from(kept: Mapping[str, Any]) -> Scoring:
    """The scoring that a gate's row keeps. Raises ValueError, TypeError or KeyError for one that was tampered with."""
    return Scoring(tuple(kept["names"]), kept["familiar_at"], tuple(kept["weights"]), kept["bias"])
