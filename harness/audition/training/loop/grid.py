"""The search over learning rates and batch sizes: validation chooses, the test split is not even here."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from audition.training.failures import NotFiniteError
from audition.training.loop.loop import Run, train
from audition.training.loop.weights import BestWeights, Choice

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from audition.training.devices.device import Device
    from audition.training.loop.meter import Meter
    from audition.training.loop.micro_batch import MicroBatchLimit
    from audition.training.loop.weights import Snapshot
    from audition.types import Recipe
    from audition.types.protocols import Encoded, ModelAdapter


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The runs to try from the same initial weights."""

    recipe: Recipe  #: with its learning rates resolved
    seed: int
    device: Device
    precision: str  #: "fp32" or "bf16"
    shared_limit: MicroBatchLimit | None = None  #: of all runs and of scoring; None: each run has its own

    @property
    def runs(self) -> tuple[Run, ...]:
        """Return one run a pair of learning rate and batch size."""
        return tuple(
            Run(
                recipe=self.recipe,
                learning_rate=learning_rate,
                batch_size=batch_size,
                seed=self.seed,
                device=self.device,
                precision=self.precision,
                shared_limit=self.shared_limit,
            )
            for learning_rate, batch_size in product(self.recipe.learning_rates, self.recipe.batch_sizes)
        )

    def n_steps(self, n_examples: int) -> int:
        """Return the optimiser steps of all runs, at most."""
        return sum(self.recipe.n_steps(n_examples, run.batch_size) for run in self.runs)


def search(
    adapter: ModelAdapter,
    examples: Sequence[Encoded],
    grid: Grid,
    *,
    initial: Snapshot,
    validate: Callable[[], float],
    meter: Meter,
    on_step: Callable[[], None] = lambda: None,
) -> Choice:
    """Train every run from `initial`, leave the best weights in the module, and return what led to them.

    A run that diverges ends there; what it had reached before still counts.

    Raises:
        NotFiniteError: no run reached a validation.
        DoesNotFitError: a run needs more memory than there is.
    """
    best = BestWeights()
    failure: NotFiniteError | None = None
    for run in grid.runs:
        initial.restore(adapter.module)
        try:
            train(adapter, examples, run, validate=_keeping(best, adapter, run, validate), meter=meter, on_step=on_step)
        except NotFiniteError as error:
            failure = error
    if best.choice is None:
        raise failure or NotFiniteError("no learning rate was tried")
    best.restore(adapter.module)
    return best.choice


def _keeping(
    best: BestWeights, adapter: ModelAdapter, run: Run, validate: Callable[[], float]
) -> Callable[[float], float]:
    """Return a validation that offers the weights it has scored to `best`."""

    def validate_and_offer(epochs: float) -> float:
        loss = validate()
        choice = Choice(validation_loss=loss, learning_rate=run.learning_rate, batch_size=run.batch_size, epochs=epochs)
        best.offer(adapter.module, choice)
        return loss

    return validate_and_offer
