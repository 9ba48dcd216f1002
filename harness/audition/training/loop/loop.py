"""One training run: a model, its examples, one learning rate and one batch size."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from audition.training.devices.random_state import RandomState
from audition.training.devices.tensors import autocast, to_device
from audition.training.failures import DoesNotFitError, NotFiniteError, is_out_of_memory
from audition.training.loop.batching import effective_batches
from audition.training.loop.micro_batch import MicroBatchLimit
from audition.training.loop.optimisation import adamw, warmup_cosine
from audition.training.sharding.parts import TrainedParts, whole
from audition.types.recipes import steps_per_epoch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from torch import Tensor

    from audition.training.devices.device import Device
    from audition.training.loop.meter import Meter
    from audition.types import Recipe
    from audition.types.protocols import Encoded, ModelAdapter

_CHECK_EVERY = 100  #: steps between two looks at whether all were finite


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one training run is given."""

    recipe: Recipe
    learning_rate: float  #: at its peak
    batch_size: int  #: examples per optimiser step
    seed: int
    device: Device
    precision: str  #: "fp32" or "bf16"
    shared_limit: MicroBatchLimit | None = None  #: what scoring and other runs found to fit; None: of this run alone

    @property
    def limit(self) -> MicroBatchLimit:
        """Return the shared limit, or a new one, the recipe's."""
        return self.shared_limit or MicroBatchLimit(self.recipe.micro_batch_tokens)


def train(
    adapter: ModelAdapter,
    examples: Sequence[Encoded],
    run: Run,
    *,
    validate: Callable[[float], float],
    meter: Meter,
    on_step: Callable[[], None] = lambda: None,
) -> None:
    """Train until the recipe's steps are over, or `validate(epochs)` has not improved for its patience.

    `validate` is called after the steps that the recipe says, gets the passes over the examples so far, whole or not,
    returns nats per token, and keeps the weights if it wants them: those that are left in the module are the last, not
    the best. The module must be on `run.device`. Seeds every random generator, so that the same run gives the same
    weights.

    Raises:
        NotFiniteError: a loss or a gradient was not finite.
        DoesNotFitError: one example alone, or the optimiser's step, is too much for the memory.
    """
    from accelerate.utils import set_seed

    set_seed(run.limit.team.noise_seed(run.seed))
    recipe, n_examples = run.recipe, len(examples)
    trainer = Trainer(adapter, run, recipe.n_steps(n_examples, run.batch_size))
    validated_after = frozenset(recipe.validation_steps(n_examples, run.batch_size))
    per_epoch = steps_per_epoch(n_examples, run.batch_size)
    best, n_worse = float("inf"), 0
    adapter.module.train()
    for step, batch in enumerate(_batches(examples, run), start=1):
        trainer.step(batch)
        meter.trained(batch)
        on_step()
        if step not in validated_after:
            continue
        trainer.require_finite()
        loss = validate(step / per_epoch)
        best, n_worse = (loss, 0) if loss < best else (best, n_worse + 1)
        if n_worse == recipe.patience:
            return
        adapter.module.train()


def _batches(examples: Sequence[Encoded], run: Run) -> Iterator[list[Encoded]]:
    """Yield what each optimiser step of a run sees."""
    lengths = [example.n_tokens for example in examples]
    for epoch in range(1, run.recipe.n_epochs(len(examples), run.batch_size) + 1):
        for positions in effective_batches(lengths, run.batch_size, seed=run.seed, epoch=epoch):
            yield [examples[position] for position in positions]


class Trainer:
    """Optimiser, schedule and accumulation of one run of `n_steps` optimiser steps, on accelerate."""

    def __init__(self, adapter: ModelAdapter, run: Run, n_steps: int) -> None:
        import torch
        from accelerate import Accelerator

        self._adapter = adapter
        self._limit = run.limit
        self._run = replace(run, shared_limit=self._limit)
        # a new one each run: it refers to the optimisers it prepared, and would keep their states
        self._accelerator = Accelerator(cpu=not run.device.is_cuda, mixed_precision="no")
        self._parts = TrainedParts(adapter.module)
        optimizer = adamw(
            self._parts.parameters,
            learning_rate=run.learning_rate,
            weight_decay=run.recipe.weight_decay,
            optimiser=run.recipe.optimiser,
        )
        scheduler = warmup_cosine(optimizer, run.recipe, n_steps)
        self._optimizer, self._scheduler = self._accelerator.prepare(optimizer, scheduler)
        self._n_done = 0
        self._is_finite = torch.ones((), dtype=torch.bool, device=run.device.name)

    def step(self, batch: Sequence[Encoded]) -> None:
        """Do one optimiser step; out of memory, again from its start with smaller micro-batches.

        Whether it was finite stays on the device, since asking would wait for it, and is asked once in a while.

        Raises:
            NotFiniteError: a loss or a gradient of this step, or of one before, was not finite.
            DoesNotFitError: one example alone, or the optimiser itself, is too much for the memory.
        """
        loss = self._add_gradients(batch)
        try:
            self._update(loss)
        except Exception as error:
            if is_out_of_memory(error):  # half-way through the parameters: this step cannot be done again
                raise DoesNotFitError("in the optimiser's step, whatever the micro-batch", error) from error
            raise
        self._n_done += 1
        if self._n_done % _CHECK_EVERY == 0:
            self.require_finite()

    def _add_gradients(self, batch: Sequence[Encoded]) -> Tensor:
        run, module = self._run, self._adapter.module
        noise = RandomState(run.device)

        def undo() -> None:
            module.zero_grad(set_to_none=True)
            noise.restore()

        def work() -> Tensor:
            return accumulate_gradients(self._adapter, batch, run, backward=self._accelerator.backward)

        return self._limit.fit(work, run.device, undo=undo)

    def _update(self, loss: Tensor) -> None:
        norm = self._accelerator.clip_grad_norm_(self._adapter.module.parameters(), self._run.recipe.max_grad_norm)
        self._is_finite &= whole(norm).isfinite() & loss.isfinite()
        self._parts.take_gradients(self._limit.team)
        self._optimizer.step()
        self._scheduler.step()
        self._parts.drop_gradients()

    def require_finite(self) -> None:
        """Raise NotFiniteError if any step so far was not finite, in any process of the team."""
        if self._limit.team.sum((~self._is_finite).float()).item():
            run = self._run
            raise NotFiniteError(
                f"the loss was not finite within {self._n_done} steps at learning rate {run.learning_rate:g} "
                f"and batch size {run.batch_size}"
            )


def accumulate_gradients(
    adapter: ModelAdapter,
    batch: Sequence[Encoded],
    run: Run,
    *,
    backward: Callable[[Tensor], Any],
) -> Tensor:
    """Add the gradient of the mean loss of a target token of `batch`, and return that loss, on the device.

    Every micro-batch is divided by the target tokens of the *whole* batch, so gradients do not depend on the split. In
    a team the loss is this process's share of it, and the gradient everybody's.
    """
    import torch

    n_target_tokens = sum(example.n_target_tokens for example in batch)
    lengths = [example.n_tokens for example in batch]
    total = torch.zeros((), device=run.device.name)
    limit = run.limit
    for positions, counts in limit.passes(lengths):
        limit.begin(lengths, positions)
        tensors = to_device(adapter.collate([batch[position] for position in positions]), run.device)
        with autocast(run.device, run.precision, caches=limit.team.size == 1):
            nll = adapter.loss(tensors)
        loss = nll / n_target_tokens if counts else nll * 0.0  # which has a gradient, of zeros
        backward(loss)
        total += loss.detach()
    return total
