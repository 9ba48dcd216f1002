"""How sure a choice is: from a prediction and an interval of each candidate to what the choice may cost."""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from audition.prediction.pool import DEVIATIONS
from audition.types.results.certainties import Certainty

TOLERANCE = 0.02  #: a loss so little above the best is as good

LEVEL = 0.3  #: a candidate is level with the first if it has at least this chance to be better
N_DRAWS = 4000
MOST = 256  #: candidates that are drawn: no others have a chance

_NORMAL = NormalDist()


class Expected(NamedTuple):
    """The loss that is predicted of a candidate, between `low` and `high` with probability 0.8."""

    loss: float
    low: float
    high: float

    @property
    def centre(self) -> float:
        """Return the log of the loss."""
        return math.log(self.loss)

    @property
    def std(self) -> float:
        """Return the standard deviation of its log loss, as far as differences within the pool are concerned."""
        return (math.log(self.high) - math.log(self.low)) / (2 * DEVIATIONS)


def certainty(expected: Mapping[str, Expected], model: str) -> Certainty:
    """Return how sure it is to choose `model` of the candidates in `expected`, of which it is one."""
    pick = expected[model]
    others = [name for name in expected if name != model]
    better = {name: _chance_below(expected[name], pick) for name in others}
    level = sorted((name for name in others if better[name] >= LEVEL), key=lambda name: (-better[name], name))
    drawn = sorted(expected, key=lambda name: (expected[name].centre - 3 * expected[name].std, name))[:MOST]
    if model not in drawn:
        drawn = [*drawn[:-1], model]
    noise = np.random.default_rng(0).standard_normal((N_DRAWS, len(drawn)))
    losses = np.array([expected[name].centre for name in drawn]) + noise * [expected[name].std for name in drawn]
    behind = losses[:, drawn.index(model)] - losses.min(axis=1)
    return Certainty(
        model=model,
        probability=float(np.mean(behind <= math.log1p(TOLERANCE))),
        expected_regret=math.expm1(float(np.mean(behind))),
        level=tuple(level),
        worth_measuring=_worth_measuring(expected, pick, others),
    )


def _chance_below(one: Expected, other: Expected) -> float:
    """Return the probability that the loss of `one` is below that of `other`."""
    spread = math.hypot(one.std, other.std)
    ahead = other.centre - one.centre
    return _NORMAL.cdf(ahead / spread) if spread else float(ahead > 0)


def _worth_measuring(expected: Mapping[str, Expected], pick: Expected, others: list[str]) -> str | None:
    """Return the candidate whose loss, if it were known, would save most: the first itself or one that may beat it."""
    if not others:
        return None
    second = min(others, key=lambda name: (expected[name].centre, name))
    saved = {name: _saved(expected[name], pick.centre) for name in others}
    (first,) = (name for name in expected if name not in saved)
    saved[first] = _saved(Expected(pick.loss, pick.low, pick.high), expected[second].centre, above=True)
    return max(saved, key=lambda name: (saved[name], -expected[name].centre, name))


def _saved(one: Expected, limit: float, *, above: bool = False) -> float:
    """Return the mean of how far the log loss of `one` is below `limit`, or above it, where it is."""
    if not one.std:
        return max(0.0, (one.centre - limit) if above else (limit - one.centre))
    z = (one.centre - limit if above else limit - one.centre) / one.std
    return one.std * (_NORMAL.pdf(z) + z * _NORMAL.cdf(z))
