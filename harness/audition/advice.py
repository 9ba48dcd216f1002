"""One plain sentence: which candidate to take, and whether the first ones are too close to call."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from audition.laws import LogLogLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audition.types import Observation, RankedModel


@dataclass(frozen=True, slots=True)
class Noise:
    """How much log loss varies for no reason that matters: one standard deviation."""

    std: float
    label: Literal["measured", "estimated"]


def seed_noise(observations: Sequence[Observation]) -> Noise | None:
    """Return the noise of one measurement.

    With several seeds it is measured: the pooled deviation over seeds. With one it is estimated from above, by the
    scatter of each candidate's points about their own log-log line. None where neither is possible.
    """
    spreads = [
        (observation.spread / observation.loss) ** 2
        for observation in observations
        if observation.spread is not None and observation.loss
    ]
    if spreads:
        return Noise(math.sqrt(sum(spreads) / len(spreads)), "measured")
    curves: dict[str, list[Observation]] = defaultdict(list)
    for observation in observations:
        if observation.loss is not None and observation.n_samples:
            curves[observation.model].append(observation)
    squares, freedom = 0.0, 0
    for points in curves.values():
        if len(points) > 2:  # a line through two points has no scatter
            line = LogLogLine.fit([o.n_samples for o in points], [o.loss for o in points if o.loss is not None])
            squares += len(points) * line.residual_std**2
            freedom += len(points) - 2
    return Noise(math.sqrt(squares / freedom), "estimated") if freedom else None


def close_calls(ranking: Sequence[RankedModel], noise: Noise, n_seeds: int) -> tuple[RankedModel, ...]:
    """Return the candidates after the first whose score is within two standard errors of its difference to the best.

    Scores are minus a loss, so that their ratio is a difference of log losses.
    """
    if not ranking or ranking[0].rank is None or not ranking[0].score:
        return ()
    limit = 2 * math.sqrt(2 / max(1, n_seeds)) * noise.std
    best = math.log(-ranking[0].score)
    return tuple(row for row in ranking[1:] if row.rank and row.score and math.log(-row.score) - best < limit)


def recommend(ranking: Sequence[RankedModel], observations: Sequence[Observation]) -> str:
    """Return the sentence under the table."""
    best = ranking[0] if ranking and ranking[0].rank == 1 else None
    if best is None:
        return "No candidate could be ranked; the table says why for each."
    said = f"Fine-tune {best.model}."
    if best.score is None or best.score >= 0:  # not minus a loss: nothing to compare with noise
        return said
    if best.predicted_loss is not None:
        said = f"Fine-tune {best.model}: its predicted loss after full fine-tuning is {best.predicted_loss:.3f}."
    noise = seed_noise(observations)
    if noise is None:
        return f"{said} How much of its lead is seed noise is not known; --seeds 3 measures it."
    n_seeds = max((len(observation.seeds) for observation in observations), default=1)
    close = close_calls(ranking, noise, n_seeds)
    spread = f"seed noise of {noise.std:.1%} ({noise.label})"
    if not close:
        return f"{said} Its lead is larger than {spread}."
    names = ", ".join(row.model for row in close[:4]) + (f" and {len(close) - 4} more" if len(close) > 4 else "")
    return f"{said} Too close to call against {names}: the difference is within {spread}."
