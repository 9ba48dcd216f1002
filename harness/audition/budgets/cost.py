"""What fine-tuning will cost, estimated before it starts: samples, operations, seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audition.budgets.flops import active_params, forward_flops, training_flops
from audition.types import Cost

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from audition.types import Calibration, ModelSpec, Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class CostModel:
    """What a measurement will cost, at most: every epoch of the recipe, no early stop. Everything is an estimate."""

    recipe: Recipe
    n_seeds: int
    n_validation: int  #: validation examples scored each time
    n_test: int  #: test examples scored once
    tokens_per_example: float  #: of a model without calibration
    calibrations: Mapping[str, Calibration]  #: by model, of those that were tried on the device
    flops_per_second: float | None  #: of the slowest calibrated model, for the others; None: nothing was calibrated

    def of(self, model: ModelSpec, n_samples: int) -> Cost:
        """Return the cost of one measurement of `model`, over all seeds."""
        calibration = self.calibrations.get(model.name)
        tokens = calibration.tokens_per_example if calibration else self.tokens_per_example
        n_seeds = self.n_seeds if n_samples else 1
        trained = n_seeds * self._trained(n_samples) if n_samples else 0
        validated = self._n_validations(n_samples) * self.n_validation if n_samples else 0
        scored = n_seeds * (validated + self.n_test)
        flops = self._flops(model, trained * tokens, scored * tokens)
        return Cost(
            n_samples=n_samples,
            samples_processed=trained,
            flops=flops,
            seconds=self._seconds(calibration, trained * tokens, scored * tokens, flops),
        )

    def _trained(self, n_samples: int) -> int:
        """Return the examples that all runs of one seed see, repeats counted."""
        recipe = self.recipe
        n_rates = recipe.grid // len(recipe.batch_sizes)
        return n_rates * sum(recipe.n_epochs(n_samples, size) * n_samples for size in recipe.batch_sizes)

    def _n_validations(self, n_samples: int) -> int:
        recipe = self.recipe
        n_rates = recipe.grid // len(recipe.batch_sizes)
        return n_rates * sum(len(recipe.validation_steps(n_samples, size)) for size in recipe.batch_sizes)

    def _flops(self, model: ModelSpec, trained: float, scored: float) -> float | None:
        """Return the operations on so many tokens; None: the size of the model is unknown."""
        n_params = active_params(model)
        return None if n_params is None else training_flops(n_params, trained) + forward_flops(n_params, scored)

    def _seconds(
        self, calibration: Calibration | None, trained: float, scored: float, flops: float | None
    ) -> float | None:
        """Return device seconds: from the model's own calibration, or from the operations a second of the others."""
        if calibration is not None:
            return trained * calibration.seconds_per_training_token + scored * calibration.seconds_per_evaluated_token
        if self.flops_per_second is None:
            return 0.0
        return None if flops is None else flops / self.flops_per_second


def slowest_flops_per_second(models: Iterable[ModelSpec], calibrations: Mapping[str, Calibration]) -> float | None:
    """Return the training speed of the slowest calibrated model of known size, or None if there is none."""
    return min(
        (
            training_flops(n_params, 1) / calibrations[model.name].seconds_per_training_token
            for model in models
            if model.name in calibrations and (n_params := active_params(model)) is not None
        ),
        default=None,
    )
