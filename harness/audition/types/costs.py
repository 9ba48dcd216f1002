"""What a measurement costs, and what memory a fine-tuning needs."""

from __future__ import annotations

from dataclasses import dataclass, fields

#: what a process kept of an H200 beyond `total`: at most 0.7 GiB and 2 % of its tensors (measured, benchmarks/gpu)
_KEPT_BYTES, _KEPT_SHARE = 768 * 2**20, 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryEstimate:
    """Estimated peak of one fine-tuning, in bytes of one device, at the moment when it is largest."""

    weights: int  #: quantised or not, low-rank matrices, and the casts that autocast keeps
    gradients: int
    optimiser: int
    activations: int  #: kept for the backward pass
    logits: int  #: of the target tokens, and what the loss and its gradient make of them
    temporary: int
    context: int  #: CUDA context, and what its allocator reserves; 0 on a CPU

    @property
    def tensors(self) -> int:
        """Return the bytes of tensors: what torch's own accounting can see."""
        return self.total - self.context

    @property
    def total(self) -> int:
        """Return the sum of the components."""
        return sum(getattr(self, field.name) for field in fields(self))

    @property
    def beside_others(self) -> int:
        """Return the bytes to leave free for it on a device that other processes share.

        A process gives blocks that it caches back when it runs short, but not when its neighbour does.
        """
        return self.total + _KEPT_BYTES + round(_KEPT_SHARE * self.tensors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What was, or would be, spent. The four names mean the same everywhere."""

    n_samples: int = 0  #: Σ subset sizes, as the paper counts
    samples_processed: int = 0  #: × epochs × grid × seeds
    flops: float | None = 0.0  #: training and evaluation, floating-point operations; None: unknown
    seconds: float | None = 0.0  #: of the device, not of the wall: on a CPU of the processes' own; None: unknown

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            n_samples=self.n_samples + other.n_samples,
            samples_processed=self.samples_processed + other.samples_processed,
            flops=_sum(self.flops, other.flops),
            seconds=_sum(self.seconds, other.seconds),
        )


def _sum(one: float | None, other: float | None) -> float | None:
    """Return the sum, unknown if either is."""
    return None if one is None or other is None else one + other
