"""Learning rate and batch size of a fine-tuning: given, or what a selection has found, or the recipe's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audition.measuring.ledger import Ledger
    from audition.measuring.setting import LiveSetting
    from audition.types import ModelSpec, Observation, Recipe

Origin = Literal["given", "found by a selection", "of the recipe"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Learning rate and batch size, and where they come from; None: the recipe's grid is searched."""

    learning_rate: float | None = None
    batch_size: int | None = None
    origin: Origin

    def applied_to(self, recipe: Recipe) -> Recipe:
        """Return the recipe with these settings in place of its grid."""
        if self.learning_rate is not None:
            recipe = replace(recipe, learning_rates=(self.learning_rate,))
        if self.batch_size is not None:
            recipe = replace(recipe, batch_sizes=(self.batch_size,))
        return recipe


def find_settings(
    ledger: Ledger, model: ModelSpec, setting: LiveSetting, *, learning_rate: float | None, batch_size: int | None
) -> Settings:
    """Return what was given, else what the largest such measurement chose, else the recipe's."""
    if learning_rate is not None or batch_size is not None:
        return Settings(learning_rate=learning_rate, batch_size=batch_size, origin="given")
    measured = [
        observation
        for observation in ledger.observations()
        if observation.task == setting.task.spec.name
        and _method(observation) == setting.recipe.method  # LoRA's rates are no rates of a full fine-tuning
    ]
    return largest_settings(measured, model.name) or Settings(origin="of the recipe")


def largest_settings(observations: Iterable[Observation], model: str) -> Settings | None:
    """Return what the largest measurement of `model` chose; None: none of them succeeded, or chose."""
    chosen = [
        each for each in observations if (each.model, each.status) == (model, "ok") and each.learning_rate is not None
    ]
    if not chosen:
        return None
    largest = max(chosen, key=lambda observation: observation.n_samples)
    return Settings(learning_rate=largest.learning_rate, batch_size=largest.batch_size, origin="found by a selection")


def _method(observation: Observation) -> str:
    """Return "full", "lora" or "qlora"; an observation that does not tell is older than the other two."""
    return (observation.method or "full").partition(" ")[0]
