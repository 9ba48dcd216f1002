"""Measure again what is out of line: a spike may be one unlucky seed, and a ranking should not hang on it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from statistics import median_low
from typing import TYPE_CHECKING

from audition.curves.checks import OUT_OF_LINE, check_measured
from audition.types import Point

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from audition.types import Observation

MOST_SEEDS = 2  #: more of a point: the first decides whether a second is needed


@dataclass(frozen=True, slots=True, kw_only=True)
class Recheck:
    """What came of measuring one point again."""

    observation: Observation  #: the one that counts now: of the median loss
    note: str  #: what a reader should know, in one clause


def doubtful_points(observations: Iterable[Observation]) -> tuple[Point, ...]:
    """Return the points that curves are flagged for: those out of line, and those that rising losses rise to."""
    found = check_measured(observations)
    return tuple(
        dict.fromkeys(
            Point(model, size) for model, findings in found.items() for finding in findings for size in finding.sizes
        )
    )


def recheck(observation: Observation, again: Callable[[int], Observation]) -> Recheck | None:
    """Return what counts of a point after one or two more measurements; None where none of them succeeded.

    What counts costs what all of them have cost.

    Args:
        observation: with a loss, of one or more seeds.
        again: measures the point with a seed of that number, in the same loss unit.
    """
    tried, cost = [observation], observation.cost
    for seed in range(max(observation.seeds) + 1, max(observation.seeds) + 1 + MOST_SEEDS):
        other = again(seed)
        cost += other.cost
        if other.loss is not None and other.loss > 0:
            tried.append(other)
        if len(tried) == 2 and _agree(tried[0], tried[1]):
            break
    if len(tried) == 1:
        return None
    losses = [each.loss for each in tried if each.loss is not None]
    chosen = next(each for each in tried if each.loss == median_low(losses))
    seeds = ", ".join(str(seed) for each in tried[1:] for seed in each.seeds)
    said = f"measured again at {observation.n_samples:,} with seed {seeds}: "
    said += "confirmed" if chosen is observation else f"{chosen.loss:.4g} (median) instead of {observation.loss:.4g}"
    all_seeds = tuple(seed for each in tried for seed in each.seeds)
    return Recheck(observation=replace(chosen, seeds=all_seeds, cost=cost), note=said)


def _agree(one: Observation, other: Observation) -> bool:
    return abs(math.log((one.loss or 1.0) / (other.loss or 1.0))) < OUT_OF_LINE
