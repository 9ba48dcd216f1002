"""How good a ranking was, now that the losses after full fine-tuning are known.

Every function takes the scores of all candidates, higher is better and None for one without a score, and their losses
after full fine-tuning, lower is better, in the same order. Of equal scores the first counts as the selected one. What
is undefined is None, never NaN.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    Scores = Sequence[float | None]
    FinalLosses = Sequence[float]
    Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """All metrics of one ranking; fractions, not percent."""

    pear_corr: float | None  #: Pearson correlation of scores and performance (minus the loss)
    rel_acc: float | None  #: 1: the best candidate was selected, 0: the worst
    spearman: float | None  #: rank correlation of scores and performance
    kendall: float | None  #: τ-b of scores and performance
    regret: float | None  #: loss of the selected candidate above that of the best, in nats
    top1: bool | None  #: the selected candidate is the best
    top3: bool | None  #: the selected candidate is one of the three best
    regret_share: float | None = None  #: the regret as a share of the best loss; None, too, in rows of older versions


def quality(scores: Scores, losses: FinalLosses) -> Quality:
    """Return every metric at once."""
    return Quality(
        pear_corr=pear_corr(scores, losses),
        rel_acc=rel_acc(scores, losses),
        spearman=spearman(scores, losses),
        kendall=kendall(scores, losses),
        regret=regret(scores, losses),
        top1=top_k_hit(scores, losses, 1),
        top3=top_k_hit(scores, losses, 3),
        regret_share=regret_share(scores, losses),
    )


def pear_corr(scores: Scores, losses: FinalLosses) -> float | None:
    """Return the paper's PearCorr: Pearson correlation between scores and minus the losses.

    None where a candidate has no score or an infinite one, or scores or losses are all equal.
    """
    if None in scores:
        return None
    return _pearson(np.array(scores, dtype=float), -np.array(losses))


def spearman(scores: Scores, losses: FinalLosses) -> float | None:
    """Return the correlation of ranks, equal values at their mean rank; candidates without a score share the last."""
    return _pearson(_mean_ranks(_unscored_last(scores)), _mean_ranks(-np.array(losses)))


def kendall(scores: Scores, losses: FinalLosses) -> float | None:
    """Return Kendall's τ-b; candidates without a score are tied, behind all others."""
    a, b = _pair_order(_unscored_last(scores)), _pair_order(-np.array(losses))
    scale = math.sqrt(float(np.abs(a).sum() * np.abs(b).sum()))
    return float((a * b).sum()) / scale if scale else None


def rel_acc(scores: Scores, losses: FinalLosses) -> float | None:
    """Return the paper's RelAcc: (worst − selected) / (worst − best) loss, over all candidates, scored or not."""
    selected = _selected_loss(scores, losses)
    if selected is None or max(losses) == min(losses):
        return None
    return (max(losses) - selected) / (max(losses) - min(losses))


def regret(scores: Scores, losses: FinalLosses) -> float | None:
    """Return how much more loss the selected candidate has than the best."""
    selected = _selected_loss(scores, losses)
    return None if selected is None else selected - min(losses)


def regret_share(scores: Scores, losses: FinalLosses) -> float | None:
    """Return the regret as a share of the best loss; None where that is not positive."""
    above = regret(scores, losses)
    return None if above is None or not min(losses) > 0 else above / min(losses)


def top_k_hit(scores: Scores, losses: FinalLosses, k: int) -> bool | None:
    """Return whether fewer than `k` candidates are better than the selected one."""
    selected = _selected_loss(scores, losses)
    return None if selected is None else sum(loss < selected for loss in losses) < k


def _selected_loss(scores: Scores, losses: FinalLosses) -> float | None:
    scored = [(score, loss) for score, loss in zip(scores, losses, strict=True) if score is not None]
    return max(scored, key=lambda pair: pair[0])[1] if scored else None


def _unscored_last(scores: Scores) -> Array:
    return np.array([-math.inf if score is None else score for score in scores])


def _pearson(a: Array, b: Array) -> float | None:
    """Return the correlation, None where one side does not vary or is not finite."""
    if len(a) < 2 or not np.isfinite([a, b]).all() or np.ptp(a) == 0 or np.ptp(b) == 0:
        return None
    return float(np.corrcoef(a, b)[0, 1])


def _mean_ranks(values: Array) -> Array:
    """Return ranks from 1, lowest first; equal values share the mean of their ranks."""
    _, group, sizes = np.unique(values, return_inverse=True, return_counts=True)
    mean_ranks: Array = np.cumsum(sizes) - (sizes - 1) / 2
    return mean_ranks[group]


def _pair_order(values: Array) -> Array:
    """Return for every pair (i, j), shape (n, n), whether i is above (1), equal to (0) or below (−1) j."""
    order: Array = (values[:, None] > values).astype(float) - (values[:, None] < values)
    return order
