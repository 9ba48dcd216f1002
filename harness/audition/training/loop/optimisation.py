"""AdamW and its learning rate: a linear warm-up, then a cosine to zero."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from audition.types import Optimiser, Recipe


def adamw(
    parameters: Iterable[Any],
    *,
    learning_rate: float,
    weight_decay: float,
    optimiser: Optimiser = "adamw",
) -> Any:  # noqa: ANN401 - torch objects
    """Return AdamW over `parameters`; vectors (biases, norms) do not decay.

    torch's own is fused: one kernel a parameter on a CPU, one for all of them on CUDA. On a CPU nothing can be paged,
    and what would be is kept as it is.
    """
    parameters = list(parameters)
    is_cuda = bool(parameters) and all(each.is_cuda for each in parameters)
    groups = [
        {"params": [each for each in parameters if each.ndim >= 2], "weight_decay": weight_decay},
        {"params": [each for each in parameters if each.ndim < 2], "weight_decay": 0.0},
    ]
    return _kind(optimiser, is_cuda=is_cuda)([group for group in groups if group["params"]], lr=learning_rate)


def _kind(optimiser: Optimiser, *, is_cuda: bool) -> Callable[..., Any]:
    if optimiser == "adamw":
        import torch

        return partial(torch.optim.AdamW, fused=True)
    from audition.training.methods.bits import bitsandbytes_optimisers

    kinds = bitsandbytes_optimisers()
    table = {  # on a CPU, and elsewhere
        "adamw-8bit": (kinds.AdamW8bit, kinds.AdamW8bit),
        "paged-adamw": (kinds.AdamW32bit, kinds.PagedAdamW32bit),
        "paged-adamw-8bit": (kinds.AdamW8bit, kinds.PagedAdamW8bit),
    }
    kind: Callable[..., Any] = table[optimiser][is_cuda]
    return kind


def warmup_cosine(optimizer: Any, recipe: Recipe, n_steps: int) -> Any:  # noqa: ANN401 - torch objects
    """Return the scheduler of `n_steps` optimiser steps."""
    import torch

    n_warmup = round(recipe.warmup_ratio * n_steps)
    return torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: rate_factor(step, n_warmup=n_warmup, n_steps=n_steps)
    )


def rate_factor(step: int, *, n_warmup: int, n_steps: int) -> float:
    """Return the share of the peak learning rate at `step`, 0 ≤ step < n_steps: in (0, 1], 1 after the warm-up.

    Unlike the schedule of transformers, no step has rate zero: on a subset of a few batches it would be wasted.
    """
    if step < n_warmup:
        return (step + 1) / (n_warmup + 1)
    progress = min(1.0, (step - n_warmup) / max(1, n_steps - n_warmup))
    return 0.5 * (1.0 + math.cos(math.pi * progress))
