"""What tests of several rooms share of odd curves."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from audition import hookimpl
from audition.budgets.budget import SizeCap
from audition.selection.config import SelectionConfig
from audition.selection.replay import open_recorded
from audition.testing import toy_model
from audition.types import LossCurve, ModelShape, Ranking, Score, SelectorEntry

if TYPE_CHECKING:
    import numpy as np

    from audition.plugins.catalog import Catalog
    from audition.types import ModelSpec, Report
    from audition.types.protocols import SelectionProblem


SIZES = (0, 200, 400, 800, 1600, 6400)


OWN = (0, 100, 300, 600, 1200, 6400)


SHAPE = ModelShape(n_layers=2, d_model=16, n_heads=2, d_head=8, d_ff=64, n_vocab=100)


POINTS: dict[str, tuple[tuple[int, ...], tuple[float, ...]]] = {
    "listed": (SIZES, (3.0, 2.9, 2.8, 2.7, 2.6, 2.4)),
    "unlisted": (SIZES, (3.5, *(6.0 * size**-0.15 for size in SIZES[1:]))),
    "no-zero-shot": (SIZES[1:], (2.95, 2.85, 2.75, 2.65, 2.45)),
    "own-sizes": (OWN, (3.0, *(5.0 * size**-0.1 for size in OWN[1:]))),
    "ends-early": (SIZES[:4], (3.0, 2.9, 2.8, 2.7)),
    "not-finite": (SIZES, (3.0, 2.9, 2.8, 2.7, math.nan, math.nan)),
}


def curve(model: str) -> LossCurve:
    sizes, losses = POINTS[model]
    return LossCurve(model=model, task="odd", loss_unit="nats/token", n_samples=sizes, loss=losses, source="a test")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoNumbers:
    """A selector whose scores are NaN and infinite, but for one."""

    def select(self, problem: SelectionProblem, rng: np.random.Generator) -> Ranking:
        unfit = {"unlisted": math.nan, "own-sizes": math.inf, "ends-early": -math.inf}
        return Ranking.from_scores(
            Score(model=each.name, score=unfit.get(each.name, -1.0), predicted_loss=math.nan)
            for each in problem.candidates
        )


class Odd:
    @hookimpl
    def audition_models(self) -> list[ModelSpec]:
        return [toy_model("listed", n_params=1000, shape=SHAPE)]

    @hookimpl
    def audition_curves(self, task: str) -> list[LossCurve]:
        return [curve(model) for model in POINTS] if task == "odd" else []

    @hookimpl
    def audition_selectors(self) -> list[SelectorEntry]:
        return [SelectorEntry(name="no-numbers", make=NoNumbers, summary="NaN")]


def report(catalog: Catalog, selector: str, **changes: object) -> Report:
    config = SelectionConfig(task="odd", budget=SizeCap(Fraction(1, 4)), selector=selector, **changes)  # type: ignore[arg-type]  # of the tests
    return open_recorded(config, catalog).run()
