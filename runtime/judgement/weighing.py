"""From rows of the ledger to arrays of labels: what the certificate, the curves and the estimates count.

Called by `gate`, `curves` and `backtest`. Only cases that were drawn for review beforehand count: an answer that
somebody gave to another one (a complaint) says nothing about how many are wrong.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from runtime.judgement.certificate import Floats, Labels
from runtime.judgement.ledger import Row, Weighed
from runtime.judgement.signals import Scoring


def labels_of(rows: Sequence[Row], weighed: Sequence[Weighed | None], scoring: Scoring) -> Labels | None:
    """The drawn and answered cases among these rows, scored anew by `scoring`; None if there is none.

    A case that cannot be scored lies below every cut-off.
    """
    counted = _counted(rows, weighed)
    if not counted:
        return None
    scores = (scoring.score(row.signals, row.novelty).score for row, _ in counted)
    return Labels(
        np.array([-1.0 if score is None else score for score in scores]),
        np.array([found.loss for _, found in counted]),
        np.array([row.floor / row.pi if row.pi > 0.0 else math.inf for row, _ in counted]),
        np.array([found.credit for _, found in counted]),
    )


def weights_of(rows: Sequence[Row], weighed: Sequence[Weighed | None]) -> Floats:
    """1/π of each case that `labels_of` counts, in the same order: for how many cases it stands in an estimate."""
    return np.array([1.0 / row.pi for row, _ in _counted(rows, weighed)])


def _counted(rows: Sequence[Row], weighed: Sequence[Weighed | None]) -> list[tuple[Row, Weighed]]:
    return [(row, found) for row, found in zip(rows, weighed, strict=True) if found is not None and row.sampled]
