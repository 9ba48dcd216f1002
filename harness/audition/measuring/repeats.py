"""Combine what several seeds have measured into one observation."""

from __future__ import annotations

from dataclasses import replace
from statistics import mean, stdev
from typing import TYPE_CHECKING, TypeVar

from audition.types import Cost

T = TypeVar("T")

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from audition.types import Observation


def combine_seeds(runs: Sequence[Observation]) -> Observation:
    """Return one observation for several seeds: mean losses, their spread, summed cost, the first failure if any."""
    if len(runs) == 1:
        return runs[0]
    cost = sum((run.cost for run in runs), Cost())
    seeds = tuple(seed for run in runs for seed in run.seeds)
    failed = next((run for run in runs if run.loss is None), None)
    if failed is not None:
        return replace(failed, cost=cost, seeds=seeds)
    losses = [run.loss for run in runs if run.loss is not None]
    return replace(
        runs[0],
        loss=mean(losses),
        loss_per_token=mean(run.loss_per_token for run in runs if run.loss_per_token is not None),
        loss_per_byte=mean(run.loss_per_byte for run in runs if run.loss_per_byte is not None),
        error=mean(errors) if (errors := [run.error for run in runs if run.error is not None]) else None,
        metrics=tuple((name, mean(dict(run.metrics)[name] for run in runs)) for name, _ in runs[0].metrics),
        spread=stdev(losses),
        seeds=seeds,
        cost=cost,
        memory_bytes=_known(max, [run.memory_bytes for run in runs]),
        memory_reserved_bytes=_known(max, [run.memory_reserved_bytes for run in runs]),
        wall_seconds=_known(sum, [run.wall_seconds for run in runs]),
        micro_batch_tokens=_known(min, [run.micro_batch_tokens for run in runs]),
    )


def _known(choose: Callable[[list[T]], T], values: Sequence[T | None]) -> T | None:
    """Return the largest, the smallest or the sum of those values that are known, or None."""
    known = [value for value in values if value is not None]
    return choose(known) if known else None
