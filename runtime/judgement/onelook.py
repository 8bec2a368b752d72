"""The certificate at one look: the same question, asked once, of a sample whose size was fixed beforehand.

Used by backtests, by `budget`'s comparison and by the tests, which hold it against another library. It needs fewer
labels than `certificate`, and is wrong for whoever looks again as labels come in: Clopper-Pearson re-checked violates
its promise up to 12.5 times in 100 where 5 are allowed.

For losses of 0 and 1 the exact binomial p-value P(Bin(n, α) ≤ k); for any loss in 0..1 the Hoeffding-Bentkus p-value
(Bates, Angelopoulos, Lei, Malik and Jordan, JACM 2021). Candidates in their order, each only when all before it hold
(Learn then Test, 2021).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from runtime.judgement.certificate import Floats
from runtime.judgement.promise import Promise


def certify_once(scores: Floats, losses: Floats, candidates: Sequence[float], promise: Promise) -> tuple[float, ...]:
    """The candidates that hold, in their order. All cases given were reviewed; none may be left out by its answer."""
    values = p_values(scores, losses, candidates, promise.max_error)
    failed = [n for n, value in enumerate(values) if not value <= promise.doubt]
    return tuple(candidates[: failed[0] if failed else len(candidates)])


def p_values(scores: Floats, losses: Floats, candidates: Sequence[float], max_error: float) -> Floats:
    """For each candidate, how likely so few losses are if a share `max_error` were wrong; 1 where there is no case."""
    if not bool(((losses >= 0.0) & (losses <= 1.0)).all()):
        raise ValueError("Losses are numbers from 0 to 1.")
    from_on = scores[None, :] >= np.asarray(candidates, dtype=float)[:, None]
    counts = from_on.sum(axis=1, dtype=np.float64)
    sums = np.where(from_on, losses[None, :], 0.0).sum(axis=1)
    plain = bool(np.isin(losses, (0.0, 1.0)).all())
    found = _binomial(counts, sums, max_error) if plain else _hoeffding_bentkus(counts, sums, max_error)
    return np.where(counts > 0, found, 1.0)


def _binomial(counts: Floats, sums: Floats, max_error: float) -> Floats:
    # scipy weighs 30 MB: only who asks for a p-value carries it.
    from scipy.special import bdtr

    found: Floats = bdtr(np.round(sums), np.maximum(counts, 1).astype(np.int64), max_error)
    return found


def _hoeffding_bentkus(counts: Floats, sums: Floats, max_error: float) -> Floats:
    from scipy.special import bdtr, rel_entr

    many = np.maximum(counts, 1)
    means = np.minimum(sums / many, max_error)
    distance = rel_entr(means, max_error) + rel_entr(1.0 - means, 1.0 - max_error)
    bentkus = np.e * bdtr(np.minimum(np.ceil(sums - 1e-9), many), many.astype(np.int64), max_error)
    found: Floats = np.minimum(1.0, np.minimum(np.exp(-many * distance), bentkus))
    return found
