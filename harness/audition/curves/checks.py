"""What is odd about the measurements of one candidate: points out of line, losses that do not fall, gains that change.

All rules look at log losses by log sizes, zero-shot left out. What a phase transition does, falling slowly and then
fast, is nothing to doubt, and is said. A point is out of line where the curve goes up to it and down again, or down and
up again, or where an end leaves both the line of the two points beside it and the nearer of them by a factor of two. Of
the paper's ninety curves no point is above or below its neighbours by more than 0.9 %, and no end bends by more than
43 %.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from audition.laws.line import LogLogLine
from audition.types import Flag, Observation, RankedModel
from audition.types.results.rankings import READING

OUT_OF_LINE = math.log(1.15)  #: a spike is at least so far above or below the points around it, in log loss
SCATTERS = 5.0  #: and so many times as far as the points of a curve usually are
BENT = math.log(2.0)  #: an end that leaves the line of the two points beside it by so much is out of line
RISE = 0.02  #: losses rise where they end so much higher, in log loss, than a falling line would
RISE_AT_END = 0.05  #: or where the last is so far above the lowest
SURE_RISE = 0.002  #: or where each of four or more is above the one before, and all of it comes to this
FLAT = 0.005  #: losses that stay within so much of each other do not change
STANDARD_ERRORS = 3.0  #: of a measured seed noise, where that is more
STEEPENS = 1.5  #: the last doubling gains so many times what the others usually do, and more than the one before it
PLATEAU = 0.25  #: the last doubling gains at most this share of the largest gain of one
UNSEEN = math.log(256.0)  #: nats a byte, of guessing bytes uniformly: whoever does worse has never seen such text
FAR_BELOW = 0.5  #: a prediction below this share of the lowest measured loss is out of reach of what was measured
NOISY = frozenset({"rises", "spikes"})  #: flags of curves whose scatter tells nothing of the noise of others


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is odd about a curve."""

    flag: Flag
    sizes: tuple[int, ...]  #: ascending; of the points that would have to be measured again to be sure
    note: str  #: what a reader should know, in one clause

    @property
    def is_doubt(self) -> bool:
        """Return whether the place of the candidate is not to be relied on."""
        return self.flag not in READING


def check_curve(points: Mapping[int, float], *, noise: float | None = None) -> tuple[Finding, ...]:
    """Return what is odd about a curve; nothing of fewer than two points.

    Args:
        points: loss by size, positive; a zero-shot loss is not looked at.
        noise: standard deviation of the log loss over seeds; None: unknown.
    """
    trained = {size: points[size] for size in sorted(points) if size}
    spikes = _spikes(trained, noise or 0.0)
    rest = {size: loss for size, loss in trained.items() if size not in spikes}
    found = [_spiked(trained, spikes)] if spikes else []
    if _rises(rest, noise or 0.0):
        found.append(_risen(rest))
    elif len(rest) > 2 and _spread(rest) < FLAT:
        found.append(Finding(flag="flat", sizes=(), note="its losses hardly change with more data"))
    else:
        found += _pace(rest)
    return tuple(found)


def check_measured(observations: Iterable[Observation]) -> dict[str, tuple[Finding, ...]]:
    """Return what is odd about the curve of each model that was measured, by model; failures are no points.

    Where points have several seeds, the noise of a model is the median of their spreads.
    """
    curves: dict[str, dict[int, float]] = {}
    spreads: dict[str, list[float]] = {}
    for observation in observations:
        if observation.loss is not None and observation.loss > 0:
            curves.setdefault(observation.model, {})[observation.n_samples] = observation.loss
            if observation.spread is not None:
                spreads.setdefault(observation.model, []).append(observation.spread / observation.loss)
    return {
        model: check_curve(points, noise=median(spreads[model]) if model in spreads else None)
        for model, points in curves.items()
    }


def by_model(observations: Iterable[Observation]) -> Mapping[str, Sequence[Observation]]:
    """Return the observations of each model that has any, in their order."""
    found: dict[str, list[Observation]] = {}
    for observation in observations:
        found.setdefault(observation.model, []).append(observation)
    return found


def is_unseen(observation: Observation) -> bool:
    """Return whether it is a loss without training above that of guessing bytes: the model has never seen such text."""
    return observation.n_samples == 0 and observation.loss_per_byte is not None and observation.loss_per_byte > UNSEEN


def check_row(row: RankedModel, observations: Iterable[Observation]) -> tuple[Finding, ...]:
    """Return what is odd about a candidate: its measurements, what its selector flagged, how far it is extrapolated.

    Those of other models are not looked at; who checks many rows gives each its own (`by_model`).
    """
    own = [each for each in observations if each.model == row.model]
    found = list(check_measured(own).get(row.model, ()))
    if any(is_unseen(each) for each in own):
        note = "untrained it does worse than guessing bytes: it has never seen such text, its interval is unreliable"
        found.append(Finding(flag="unseen", sizes=(), note=note))
    if "no-freedom" in row.flags:
        note = "its prediction has no freedom left: a law with as many parameters as points"
        found.append(Finding(flag="no-freedom", sizes=(), note=note))
    lowest = min((each.loss for each in own if each.loss is not None), default=None)
    if row.predicted_loss is not None and lowest is not None and row.predicted_loss < FAR_BELOW * lowest:
        note = f"its predicted loss is less than half of the lowest measured ({lowest:.4g})"
        found.append(Finding(flag="far-below", sizes=(), note=note))
    return tuple(found)


def _spikes(points: Mapping[int, float], noise: float) -> frozenset[int]:
    """Return the sizes of the points that are out of line."""
    sizes, y = list(points), [math.log(loss) for loss in points.values()]
    bumps = [_bump(y, place) for place in range(1, len(y) - 1)]
    least = max(OUT_OF_LINE, STANDARD_ERRORS * noise)
    spikes = {
        sizes[place]
        for place, bump in enumerate(bumps, start=1)
        if bump > max(least, SCATTERS * _typical(bumps[: place - 1] + bumps[place:]))
    }
    limit = max(least, SCATTERS * _typical(bumps))
    inner = [place for place, size in enumerate(sizes) if size not in spikes]
    if len(inner) > 3:
        spikes |= {sizes[place] for place in _odd_ends(sizes, y, inner, limit)}
    return frozenset(spikes)


def _bump(y: Sequence[float], place: int) -> float:
    """Return how far a point stands out above, or below, both what comes before it and what comes after it."""
    before, after = y[:place], y[place + 1 :]
    return max(y[place] - max(min(before), min(after)), min(max(before), max(after)) - y[place])


def _odd_ends(sizes: Sequence[int], y: Sequence[float], inner: Sequence[int], limit: float) -> list[int]:
    """Return the ends, of the points `inner`, that leave the line of the two beside them, or go against the others."""
    ends = []
    for end, *others in (inner, inner[::-1]):
        near, far = others[:2]
        line = LogLogLine.fit([sizes[near], sizes[far]], [math.exp(y[near]), math.exp(y[far])])
        is_last = end == inner[-1]
        falls = y[others[0]] <= y[others[-1]] if is_last else y[others[0]] >= y[others[-1]]
        beyond = y[end] - max(y[place] for place in others) if is_last else min(y[place] for place in others) - y[end]
        leaves = min(abs(y[end] - line.log_loss(sizes[end])), abs(y[end] - y[near]))
        if leaves > max(BENT, limit) or (falls and beyond > limit):
            ends.append(end)
    return ends


def _typical(bumps: Sequence[float]) -> float:
    return median(max(0.0, bump) for bump in bumps) if bumps else 0.0


def _rises(points: Mapping[int, float], noise: float) -> bool:
    """Return whether losses do not fall: over all sizes, over the larger half, at the end, or slowly and surely."""
    y = [math.log(loss) for loss in points.values()]
    if len(y) < 2:
        return False
    tolerance = max(RISE, STANDARD_ERRORS * noise)
    half = dict(list(points.items())[-max(3, -(-len(y) // 2)) :])
    if max(_climb(points), _climb(half)) > tolerance:
        return True
    if _climb(points) > -FLAT and _spread(points) > max(RISE_AT_END, STANDARD_ERRORS * noise):
        return True  # up and down, and in the end no lower
    scatter = SCATTERS * _typical([_bump(y, place) for place in range(1, len(y) - 1)])
    if y[-1] - min(y) > max(RISE_AT_END, scatter, STANDARD_ERRORS * noise):
        return True
    return len(y) > 3 and all(one <= two for one, two in pairwise(y)) and y[-1] - y[0] > max(SURE_RISE, noise)


def _climb(points: Mapping[int, float]) -> float:
    """Return how much higher the line through the points is at the largest size than at the smallest, in log loss."""
    sizes = list(points)
    return LogLogLine.fit(sizes, list(points.values())).slope * math.log(sizes[-1] / sizes[0])


def _spread(points: Mapping[int, float]) -> float:
    return math.log(max(points.values()) / min(points.values()))


def _pace(points: Mapping[int, float]) -> list[Finding]:
    """Return what the gains of a falling curve's doublings tell, of four points or more."""
    gains = [
        (math.log(one) - math.log(two)) / math.log2(large / small)
        for (small, one), (large, two) in pairwise(points.items())
    ]
    if len(gains) < 3 or max(gains) < FLAT:
        return []
    if gains[-1] <= PLATEAU * max(gains):
        note = "it fell before and hardly falls now: it may stay where it is, or fall again"
        return [Finding(flag="plateau", sizes=(), note=note)]
    if gains[-1] > gains[-2] and gains[-1] > STEEPENS * max(median(gains[:-1]), FLAT):
        note = "each doubling gains more than the one before: it may end lower than is predicted"
        return [Finding(flag="steepens", sizes=(), note=note)]
    return []


def _spiked(points: Mapping[int, float], spikes: frozenset[int]) -> Finding:
    sizes = tuple(sorted(spikes))
    shown = ", ".join(f"{points[size]:.4g} at {size:,}" for size in sizes)
    said = "one of its measurements" if len(sizes) == 1 else f"{len(sizes)} of its measurements"
    note = f"{said} ({shown}) {'is' if len(sizes) == 1 else 'are'} out of line with its others"
    return Finding(flag="spikes", sizes=sizes, note=note)


def _risen(points: Mapping[int, float]) -> Finding:
    lowest, largest = min(points, key=lambda size: (points[size], size)), max(points)
    shown = f"{points[lowest]:.4g} at {lowest:,}, {points[largest]:.4g} at {largest:,}"
    return Finding(flag="rises", sizes=(largest,), note=f"its losses do not fall with more data ({shown})")
