"""Learning rate and batch size of a fine-tuning: given, or what a selection has found, or the recipe's."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audition.measuring.ledger import Ledger
    from audition.measuring.setting import LiveSetting
    from audition.types import ModelSpec, Observation, Recipe

Origin = Literal["given", "found by measuring", "carried over from smaller sizes", "of the recipe"]
FORGETTING = 0.5  #: weight of a size, for each doubling that it is smaller than the largest


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Learning rate and batch size, and where they come from; None: the recipe's grid is searched."""

    learning_rate: float | None = None
    batch_size: int | None = None
    origin: Origin

    def applied_to(self, recipe: Recipe) -> Recipe:
        """Return the recipe with these settings in place of its grid, or of its search."""
        if self.learning_rate is not None:
            recipe = replace(recipe, learning_rates=(self.learning_rate,), rate_factor=None, rate_growth=0.0)
        if self.batch_size is not None:
            recipe = replace(recipe, batch_sizes=(self.batch_size,))
        return recipe


def find_settings(
    ledger: Ledger, model: ModelSpec, setting: LiveSetting, *, learning_rate: float | None, batch_size: int | None
) -> Settings:
    """Return what was given, else what such measurements chose, else the recipe's."""
    if learning_rate is not None or batch_size is not None:
        return Settings(learning_rate=learning_rate, batch_size=batch_size, origin="given")
    measured = [
        observation
        for observation in ledger.observations()
        if observation.task == setting.task.spec.name
        and _method(observation) == setting.recipe.method  # LoRA's rates are no rates of a full fine-tuning
    ]
    found = settings_for(measured, model.name, setting.task.spec.n_train or 0, setting.recipe)
    return found or Settings(origin="of the recipe")


def settings_for(observations: Iterable[Observation], model: str, n_samples: int, recipe: Recipe) -> Settings | None:
    """Return what is best for `n_samples` examples by what measurements of `model` chose; None: none of them chose.

    Rates that were searched are carried over to the larger size, if the recipe lets rates grow. Others are those of the
    largest measurement.
    """
    chosen = [
        each for each in observations if (each.model, each.status) == (model, "ok") and each.learning_rate is not None
    ]
    if not chosen:
        return None
    largest = max(chosen, key=lambda observation: observation.n_samples)
    searched = [each for each in chosen if len(each.tried) > 1 and each.batch_size == largest.batch_size]
    if recipe.searches and not searched:
        return None  # one rate that was not searched is nothing that measuring found
    if not searched or not recipe.rate_growth or largest.n_samples >= n_samples:
        return Settings(learning_rate=largest.learning_rate, batch_size=largest.batch_size, origin="found by measuring")
    rate = carried_over(searched, n_samples, recipe)
    return Settings(learning_rate=rate, batch_size=largest.batch_size, origin="carried over from smaller sizes")


def carried_over(searched: Iterable[Observation], n_samples: int, recipe: Recipe) -> float:
    """Return the rate for `n_samples` examples, two digits: the mean of what each smaller size says, larger ones first.

    What a size says is the rate with the lowest validation loss, between those that were tried by a parabola in their
    logarithms, grown to the larger size.
    """
    sizes = {each.n_samples: best_rate(each.tried) for each in searched}
    largest = max(sizes)
    weights = {size: FORGETTING ** math.log2(largest / size) for size in sizes}
    grown = {size: math.log(rate * recipe.growth(n_samples) / recipe.growth(size)) for size, rate in sizes.items()}
    mean = math.fsum(weights[size] * grown[size] for size in sizes) / math.fsum(weights.values())
    return float(f"{math.exp(mean):.2g}")


def best_rate(tried: Iterable[tuple[float, float]]) -> float:
    """Return the rate with the lowest loss: the bottom of the parabola through the best and its neighbours."""
    points = sorted((math.log(rate), math.log(loss)) for rate, loss in tried if math.isfinite(loss) and loss > 0)
    place = min(range(len(points)), key=lambda place: points[place][1])
    x, y = points[place]
    if not 0 < place < len(points) - 1:
        return math.exp(x)
    (left, above_left), (right, above_right) = points[place - 1], points[place + 1]
    to_left, to_right = x - left, right - x
    slope_left, slope_right = (y - above_left) / to_left, (above_right - y) / to_right
    bend = (slope_right - slope_left) / (to_left + to_right)
    if bend <= 0.0:
        return math.exp(x)
    bottom = x - (slope_left * to_right + slope_right * to_left) / (to_left + to_right) / (2 * bend)
    return math.exp(min(max(bottom, x - to_left / 2), x + to_right / 2))


def _method(observation: Observation) -> str:
    """Return "full", "lora" or "qlora"; an observation that does not tell is older than the other two."""
    return (observation.method or "full").partition(" ")[0]
