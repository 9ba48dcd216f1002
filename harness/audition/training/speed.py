"""How fast a model is: one training step and one forward pass over the same typical batch."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from audition.training.devices.clock import Stopwatch
from audition.training.devices.tensors import synchronise
from audition.training.loop.batching import effective_batches
from audition.training.loop.evaluation import evaluate
from audition.training.loop.loop import Trainer
from audition.types import Calibration

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from audition.training.loop.loop import Run
    from audition.types.protocols import Encoded, ModelAdapter


def measure_speed(adapter: ModelAdapter, examples: Sequence[Encoded], run: Run) -> Calibration:
    """Return seconds per token, padding not counted, on `run.device`; changes the weights.

    The batch is the median one, by tokens, of an epoch over `examples`. A first forward pass is not timed: it pays for
    what is made once.

    Raises:
        DoesNotFitError: one example alone is too much for the memory.
    """
    batch = _typical(examples, run)
    n_tokens = sum(example.n_tokens for example in batch)

    run = replace(run, shared_limit=run.limit)

    def score() -> None:
        evaluate(adapter, batch, [], device=run.device, precision=run.precision, limit=run.limit)

    score()
    evaluating = _seconds(score, run)
    trainer = Trainer(adapter, run, n_steps=1)
    adapter.module.train()
    return Calibration(
        tokens_per_example=sum(example.n_tokens for example in examples) / len(examples),
        seconds_per_training_token=_seconds(lambda: trainer.step(batch), run) / n_tokens,
        seconds_per_evaluated_token=evaluating / n_tokens,
    )


def _typical(examples: Sequence[Encoded], run: Run) -> Sequence[Encoded]:
    lengths = [example.n_tokens for example in examples]
    batches = effective_batches(lengths, run.batch_size, seed=run.seed, epoch=1)
    ordered = sorted(batches, key=lambda batch: sum(lengths[position] for position in batch))
    return [examples[position] for position in ordered[len(ordered) // 2]]


def _seconds(action: Callable[[], None], run: Run) -> float:
    """Return the device seconds of `action`; again where it found on the way that its micro-batches did not fit."""
    while True:
        fitted = run.limit.max_tokens
        synchronise(run.device)
        watch = Stopwatch(run.device)
        action()
        synchronise(run.device)
        seconds = watch.device_seconds
        if run.limit.max_tokens == fitted:
            return seconds * run.limit.team.size
