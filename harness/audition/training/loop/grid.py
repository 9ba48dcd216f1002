"""The search over learning rates and batch sizes: validation chooses, the test split is not even here."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from audition.training.failures import NotFiniteError
from audition.training.loop.loop import Run, train
from audition.training.loop.weights import BestWeights, Choice
from audition.types.recipes import MOST_RATES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from audition.training.devices.device import Device
    from audition.training.loop.meter import Meter
    from audition.training.loop.micro_batch import MicroBatchLimit
    from audition.training.loop.weights import Snapshot
    from audition.types import Recipe
    from audition.types.protocols import Encoded, ModelAdapter

HOPELESS = 1.03  #: a run ends if its validation loss is so many times that of the best run at the same step,
HOPELESS_VALIDATIONS = 2  #: and has been so often in a row


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The runs to try from the same initial weights."""

    recipe: Recipe  #: with its learning rates resolved
    seed: int
    device: Device
    precision: str  #: "fp32" or "bf16"
    shared_limit: MicroBatchLimit | None = None  #: of all runs and of scoring; None: each run has its own

    def run(self, learning_rate: float, batch_size: int) -> Run:
        """Return one run."""
        return Run(
            recipe=self.recipe,
            learning_rate=learning_rate,
            batch_size=batch_size,
            seed=self.seed,
            device=self.device,
            precision=self.precision,
            shared_limit=self.shared_limit,
        )

    @property
    def first(self) -> Run:
        """Return the run that is tried first."""
        return self.run(self.recipe.learning_rates[0], self.recipe.batch_sizes[0])

    def n_steps(self, n_examples: int) -> int:
        """Return the optimiser steps of all runs, at most."""
        n_rates = self.recipe.grid // len(self.recipe.batch_sizes)
        return n_rates * sum(self.recipe.n_steps(n_examples, size) for size in self.recipe.batch_sizes)


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
    tried: dict[float, float] = {}
    failures: list[NotFiniteError] = []

    def attempt(run: Run, pace: _Pace) -> float:
        """Return the lowest validation loss of a run, infinite if it reached none."""
        initial.restore(adapter.module)
        offer = _offering(best, adapter, run, validate, pace)
        try:
            train(adapter, examples, run, validate=offer, meter=meter, on_step=on_step)
        except _HopelessError:
            pass
        except NotFiniteError as error:
            failures.append(error)
        lowest = min(pace.losses, default=math.inf)
        if lowest < tried.get(run.learning_rate, math.inf):  # what reached no validation tells nothing
            tried[run.learning_rate] = lowest
        return lowest

    for batch_size in grid.recipe.batch_sizes:
        for rate in grid.recipe.learning_rates:
            if grid.recipe.searches and grid.recipe.rate_factor is not None:
                _climb(grid, rate, grid.recipe.rate_factor, batch_size, attempt)
            else:
                attempt(grid.run(rate, batch_size), _Pace())
    if best.choice is None:
        raise failures[-1] if failures else NotFiniteError("no learning rate was tried")
    best.restore(adapter.module)
    return replace(best.choice, tried=tuple(sorted(tried.items())))


@dataclass(slots=True)
class _Pace:
    """The validation losses of a run so far, held against those of the best run at the same steps."""

    limits: Sequence[float] = ()
    losses: list[float] = field(default_factory=list)
    n_hopeless: int = 0

    def add(self, loss: float) -> None:
        """Keep a loss.

        Raises:
            _HopelessError: it and those just before are plainly worse than the best run's.
        """
        place = len(self.losses)
        self.losses.append(loss)
        is_behind = place < len(self.limits) and loss > HOPELESS * self.limits[place]
        self.n_hopeless = self.n_hopeless + 1 if is_behind else 0
        if self.n_hopeless == HOPELESS_VALIDATIONS:
            raise _HopelessError


class _HopelessError(Exception):
    """A run is plainly worse than another."""


def _climb(grid: Grid, rate: float, factor: float, batch_size: int, attempt: Callable[[Run, _Pace], float]) -> None:
    """Try a rate and its neighbours, and go on in the direction that is better, to the lowest validation loss."""
    best_pace = _Pace()
    lowest = attempt(grid.run(rate, batch_size), best_pace)
    n_left = MOST_RATES - 1
    for direction in (factor, 1 / factor):
        is_better, at = False, rate
        while n_left:
            at = float(f"{at * direction:.3g}")
            pace = _Pace(limits=tuple(best_pace.losses))
            loss = attempt(grid.run(at, batch_size), pace)
            n_left -= 1
            if loss >= lowest:
                break
            lowest, best_pace, is_better = loss, pace, True
        if is_better:
            return


def _offering(
    best: BestWeights, adapter: ModelAdapter, run: Run, validate: Callable[[], float], pace: _Pace
) -> Callable[[float], float]:
    """Return a validation that offers the weights it has scored to `best`, and ends a run that is plainly worse."""

    def validate_and_offer(epochs: float) -> float:
        loss = validate()
        choice = Choice(validation_loss=loss, learning_rate=run.learning_rate, batch_size=run.batch_size, epochs=epochs)
        best.offer(adapter.module, choice)
        pace.add(loss)
        return loss

    return validate_and_offer
