"""The loss of a split: pooled over its tokens, whatever the batching."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audition.training.devices.tensors import autocast, to_device
from audition.training.failures import NotFiniteError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import Tensor

    from audition.training.devices.device import Device
    from audition.training.loop.micro_batch import MicroBatchLimit
    from audition.types.protocols import Encoded, ModelAdapter


_CPU_TOKENS = 2048  #: of one pass on a CPU, where larger ones leave its caches: 5 to 25 % faster than 8192 on the zoo


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitLoss:
    """The negative log-likelihood of a split's targets, and the two counts it is divided by."""

    nll: float  #: Σ over all target tokens, nats
    n_target_tokens: int  #: end of sequence included
    n_bytes: int  #: of the raw targets, UTF-8

    @property
    def per_token(self) -> float:
        """Return nats per target token."""
        return self.nll / self.n_target_tokens

    @property
    def per_byte(self) -> float:
        """Return nats per UTF-8 byte of the raw targets."""
        return self.nll / self.n_bytes


def evaluate(
    adapter: ModelAdapter,
    encoded: Sequence[Encoded],
    raw_targets: Sequence[str],
    *,
    device: Device,
    precision: str,
    limit: MicroBatchLimit,
    on_batch: Callable[[int, int], None] = lambda _done, _total: None,
) -> SplitLoss:
    """Return the losses of `encoded`, in evaluation mode, in forward passes within `limit`.

    Sums are float64 and stay on the device until the end: no synchronisation a batch. Out of memory, it starts again
    with half the limit. A team shares the rows, and all of it gets the losses.

    Raises:
        NotFiniteError: the loss is infinite or not a number.
        DoesNotFitError: one example alone is too much for the memory.
    """
    adapter.module.eval()
    nll = limit.fit(lambda: _summed_nll(adapter, encoded, device, precision, limit, on_batch), device)
    losses = SplitLoss(
        nll=nll.item(),
        n_target_tokens=sum(each.n_target_tokens for each in encoded),
        n_bytes=sum(len(target.encode()) for target in raw_targets),
    )
    if not math.isfinite(losses.nll):
        raise NotFiniteError(f"the loss of {len(encoded)} examples is {losses.nll}")
    return losses


def _summed_nll(
    adapter: ModelAdapter,
    encoded: Sequence[Encoded],
    device: Device,
    precision: str,
    limit: MicroBatchLimit,
    on_batch: Callable[[int, int], None],
) -> Tensor:
    import torch

    lengths = [each.n_tokens for each in encoded]
    passes = limit.passes(lengths, at_most=None if device.is_cuda else _CPU_TOKENS)
    nll = torch.zeros((), dtype=torch.float64, device=device.name)
    # not inference_mode: a buffer that a model creates in it (dynamic rotary embeddings) could never be restored
    with torch.no_grad(), autocast(device, precision, caches=limit.team.size == 1):
        for done, (positions, counts) in enumerate(passes, start=1):
            limit.begin(lengths, positions)
            loss = adapter.loss(to_device(adapter.collate([encoded[position] for position in positions]), device))
            if counts:
                nll += loss
            on_batch(done, len(passes))
    return limit.team.sum(nll)
