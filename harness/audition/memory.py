"""Will it fit? An estimate of the peak memory of fine-tuning, by component, and the filter that follows from it.

A simple rule, not a simulation: float32 master weights, gradients and two AdamW states (16 bytes a parameter), the
activations that the backward pass needs, the logits and their gradient, and a CUDA context. Activations take about
34·d_model bytes a token and layer at two bytes a number (Korthikanti et al. 2022, arXiv 2205.05198, without the
attention scores, which sdpa recomputes), twice that in float32.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audition.errors import UsageError

if TYPE_CHECKING:
    from audition.training.recipe import Recipe
    from audition.types import ModelShape, ModelSpec

GIB = 2**30
CONTEXT_BYTES = 800 * 2**20  #: CUDA context, library workspaces and allocator reserve; a round figure, not measured
_UNITS = {"": 1, "B": 1, "KB": 2**10, "MB": 2**20, "GB": GIB, "TB": 2**40, "KIB": 2**10, "MIB": 2**20, "GIB": GIB}


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryEstimate:
    """Estimated peak of one fine-tuning, in bytes."""

    weights: int
    gradients: int
    optimiser: int  #: states of AdamW
    activations: int
    logits: int  #: and their gradient, float32
    context: int

    @property
    def total(self) -> int:
        """Return the sum of the components."""
        return self.weights + self.gradients + self.optimiser + self.activations + self.logits + self.context


def estimate(spec: ModelSpec, recipe: Recipe, *, precision: str) -> MemoryEstimate | None:
    """Return the estimated peak of fine-tuning `spec` on a CUDA device, or None if its size is unknown."""
    if spec.n_params is None:
        return None
    width = 4 if precision == "fp32" else 2
    activations = logits = 0
    if spec.shape is not None:
        tokens = recipe.micro_batch_tokens
        n_layers = max(spec.shape.n_layers, spec.shape.n_decoder_layers or 0)  # a token meets one of the two stacks
        activations = 17 * width * spec.shape.d_model * n_layers * tokens
        logits = _logits(spec.shape, tokens)
    return MemoryEstimate(
        weights=4 * spec.n_params + (2 * spec.n_params if precision == "bf16" else 0),  # autocast caches bf16 copies
        gradients=4 * spec.n_params,
        optimiser=8 * spec.n_params,
        activations=activations,
        logits=logits,
        context=CONTEXT_BYTES,
    )


def _logits(shape: ModelShape, tokens: int) -> int:
    """Return the bytes of the logits and of their gradient."""
    scored = tokens if shape.n_decoder_layers is None else tokens // 2  # the other half is in the encoder
    return 2 * 4 * shape.n_vocab * scored


def parse_bytes(text: str) -> int:
    """Return a size such as "24GB" in bytes; GB means GiB, as GPU memory is sold.

    Raises:
        UsageError: it is not a positive number with a unit.
    """
    match = re.fullmatch(r"([0-9.]+)\s*([KMGT]?I?B?)", text.strip().upper())
    unit = None if match is None else _UNITS.get(match[2] if match[2].endswith("B") or not match[2] else match[2] + "B")
    try:
        size = 0 if match is None or unit is None else int(float(match[1]) * unit)
    except ValueError:
        size = 0
    if size <= 0:
        raise UsageError(f"a memory size must look like 24GB or 512MB, got {text!r}")
    return size


def format_bytes(size: float) -> str:
    """Return `size` in GiB or MiB, three digits or all before the point."""
    number, unit = (size / GIB, "GiB") if size >= GIB else (size / 2**20, "MiB")
    return f"{number:.0f} {unit}" if number >= 100 else f"{number:.3g} {unit}"
