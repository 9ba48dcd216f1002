"""A plugin for audition: one selector and one model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import exp, log
from typing import TYPE_CHECKING

from audition import hookimpl
from audition.types import ModelShape, ModelSpec, Point, Ranking, Score, SelectorEntry

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np

    from audition.protocols import SelectionProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoPoints:
    """Draw a line through the losses at the two largest sizes, in logarithms, and read it at the full size."""

    def plan(self, sizes: tuple[int, ...]) -> tuple[int, ...]:
        """Return the sizes it asks for: the two largest."""
        return sizes[:2]

    def select(self, problem: SelectionProblem, rng: np.random.Generator) -> Ranking:
        """Rank by the loss that the line predicts, lower first."""
        return Ranking.from_scores(problem.for_each(lambda model: _score(problem, model)))


def _score(problem: SelectionProblem, model: ModelSpec) -> Score:
    observations = problem.measure(Point(model.name, size) for size in problem.sizes[:2])
    points = [(each.n_samples, each.loss) for each in observations if each.loss is not None]
    if len(points) < 2:  # a measurement may fail: no line, but what there is
        score = Score.of_measured(next((each for each in observations if each.loss is not None), observations[0]))
        return replace(score, notes=(*score.notes, "too few losses for a line"))
    (n, loss), (n_smaller, loss_before) = points
    slope = log(loss / loss_before) / log(n / n_smaller)
    predicted = exp(log(loss) + slope * log(problem.d_full / n))
    return Score(model=model.name, score=-predicted, predicted_loss=predicted)


TWO_POINTS = SelectorEntry(name="two-points", make=TwoPoints, summary="a line through the two largest sizes")

PYTHIA = ModelSpec(
    name="EleutherAI/pythia-14m",
    family="pythia",
    adapter="auto",
    checkpoint="EleutherAI/pythia-14m",
    architecture="decoder-only",
    licence="Apache-2.0",
    n_params=14_067_712,
    shape=ModelShape(
        n_layers=6,
        d_model=128,
        n_heads=4,
        d_head=32,
        d_ff=512,
        n_vocab=50_304,
        n_positions=2048,
        is_tied=False,
        has_rotary_positions=True,
        is_parallel=True,
        is_qkv_fused=True,
    ),
    languages=("en",),
)  #: written from memory of its configuration on the hub; the tests count its parameters


@hookimpl
def audition_selectors() -> Iterable[SelectorEntry]:
    """Offer the selector."""
    return [TWO_POINTS]


@hookimpl
def audition_models() -> Iterable[ModelSpec]:
    """Offer the model."""
    return [PYTHIA]
