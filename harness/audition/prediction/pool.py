"""Where every candidate of a pool will end, with an interval: the curve bank, and its guarded mean with a line.

A line through the last points (Accept then Stop) takes the steepest curve for the winner, and a bank of curves does,
too, where all it has seen is steep. The guard looks at the pool: nobody gains several times what the promising half
typically gains. The spread is the bank's, widened where bank and line disagree, and then by how far off both were one
step back, over the whole pool. Where the constants come from: `docs/decisions/0014-guarded.md`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from audition.laws import PowerPhase
from audition.prediction.arrays import Array, Curves
from audition.prediction.bank import SHARP_NOISES, WIDE_NOISES, CurveBank

Rule = Literal["guarded", "bank"]
DAMPING = 0.75  #: of what candidates are expected to gain beyond what was measured
CAP = 3.0  #: times the typical gain: nobody gains more
FEWEST_SIZES = 3  #: of which some candidate has to have so many, or all gain the same
COVERAGE = 0.8  #: of intervals
DEVIATIONS = 1.2815515655446004  #: of a normal distribution, to either side, that hold so much
PRIOR_COUNT = 8  #: errors one step back, as large as expected, that the pool's own are weighed against
LARGEST_ERROR = 4.0  #: of those errors, in standard deviations: one wild curve does not widen all
WIDENING = (0.55, 3.3)  #: at least and at most
MARGIN = 1.1  #: coverage of the paper's curves at long extrapolations needs so much more

_BANK = CurveBank()


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicted:
    """What is expected of one candidate after full fine-tuning; losses in the unit of what was measured."""

    loss: float
    low: float  #: the loss lies between `low` and `high` with probability 0.8
    high: float
    error_one_back: float | None  #: predicted / measured − 1 of its last point, from those before; None: too few


def predict_pool(
    losses: Mapping[str, Mapping[int, float]],
    d_full: int,
    *,
    rule: Rule = "guarded",
    held_back: Iterable[str] = (),
) -> dict[str, Predicted]:
    """Return what is expected of each candidate at `d_full` examples, by name.

    Args:
        losses: by candidate, the losses measured by size, all positive; size 0 is zero-shot, and there is another.
        d_full: examples of the full fine-tuning, at least as many as any size.
        rule: "guarded": mean of bank and line, damped and capped; "bank": the bank's mean as it is.
        held_back: candidates that are not predicted below all others unless they were measured below them.
    """
    names = sorted(losses)
    if not names:
        return {}
    curves = {name: _trained(losses[name]) for name in names}
    zero_shot = {name: losses[name].get(0) for name in names}
    now = _mixed(curves, zero_shot, dict.fromkeys(names, d_full))
    earlier = {name: dict(list(curve.items())[:-1]) for name, curve in curves.items() if len(curve) >= FEWEST_SIZES}
    before = _mixed(earlier, zero_shot, {name: max(curves[name]) for name in earlier})
    errors = {name: each.centre(rule) - math.log(curves[name][max(curves[name])]) for name, each in before.items()}
    widening = _widening([errors[name] / each.std(rule) for name, each in before.items()])
    last = np.array([math.log(curves[name][max(curves[name])]) for name in names])
    centres = np.array([now[name].centre(rule) for name in names])
    tells_apart = any(len(curve) >= FEWEST_SIZES for curve in curves.values())
    expected = centres if rule == "bank" else _guarded(last, centres, tells_apart=tells_apart)
    expected = _holding_back(expected, last, np.isin(names, list(held_back)))
    found = {}
    for place, name in enumerate(names):
        half = DEVIATIONS * widening * now[name].std(rule)
        low, high = centres[place] - half, centres[place] + half
        found[name] = Predicted(
            loss=math.exp(expected[place]),
            low=math.exp(min(low, expected[place])),
            high=math.exp(max(high, expected[place])),
            error_one_back=math.expm1(errors[name]) if name in errors else None,
        )
    return found


class _Mixed(NamedTuple):
    """Log losses of one candidate as the bank and as the line see them."""

    line: float
    bank: float
    bank_std: float

    def centre(self, rule: Rule) -> float:
        return self.bank if rule == "bank" else (self.bank + self.line) / 2

    def std(self, rule: Rule) -> float:
        apart = 0.0 if rule == "bank" else (self.bank - self.line) / 2
        return math.hypot(self.bank_std, apart)


def _trained(losses: Mapping[int, float]) -> dict[int, float]:
    return {size: losses[size] for size in sorted(losses) if size}


def _mixed(
    curves: Mapping[str, Mapping[int, float]], zero_shot: Mapping[str, float | None], ends: Mapping[str, int]
) -> dict[str, _Mixed]:
    """Return what bank and line predict of each curve at the size where it ends; curves of the same sizes at once."""
    batches: dict[tuple[int, ...], list[str]] = {}
    for name, curve in curves.items():
        batches.setdefault((ends[name], *curve), []).append(name)
    found = {}
    for (end, *sizes), names in batches.items():
        batch = Curves(
            n_samples=np.array(sizes, dtype=np.float64),
            log_loss=np.log([list(curves[name].values()) for name in names]),
            log_zero_shot=np.log([zero_shot[name] or math.nan for name in names]),
        )
        sharp, wide = (_BANK.predict(batch, end, noises) for noises in (SHARP_NOISES, WIDE_NOISES))
        for place, name in enumerate(names):
            found[name] = _Mixed(
                line=_line(curves[name], end), bank=float(sharp.mean[place]), bank_std=float(wide.std[place])
            )
    return found


def _line(curve: Mapping[int, float], end: int) -> float:
    """Return the log loss at `end` on the line through the power phase; of a single point, its own."""
    phase = PowerPhase()
    for size in sorted(curve, reverse=True):
        if not phase.accepts(size, curve[size]):
            break
    if len(phase.loss) > 1:
        return phase.line().log_loss(end)
    return math.log(phase.loss[0])


def _guarded(last: Array, centres: Array, *, tells_apart: bool) -> Array:
    """Return log losses after the last measured ones, with gains that are damped, and capped by the typical one.

    Curves too short to tell apart all gain what is typical, so that they keep their order.
    """
    gain = DAMPING * (centres - last)
    typical = min(0.0, float(np.median(gain[last <= np.median(last)])))
    return np.asarray(last + (np.maximum(gain, CAP * typical) if tells_apart else typical))


def _holding_back(expected: Array, last: Array, held: NDArray[np.bool_]) -> Array:
    """Return the log losses with those that are held back just above the best of the others."""
    if held.all() or not held.any():
        return expected
    limit = np.nextafter(expected[~held].min(), math.inf)
    return np.where(held & (last > last.min()), np.maximum(expected, limit), expected)


def _widening(errors: Iterable[float]) -> float:
    """Return by how much intervals are wider than the predictors think, by their errors one step back."""
    squares = [min(abs(error), LARGEST_ERROR) ** 2 for error in errors]
    factor = MARGIN * math.sqrt((PRIOR_COUNT + math.fsum(squares)) / (PRIOR_COUNT + len(squares)))
    return min(max(factor, WIDENING[0]), WIDENING[1])
