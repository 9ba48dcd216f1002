"""A recipe: how one fine-tuning is done. TOML files; torch-free, since planning needs it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from audition.errors import UsageError, unknown_name

Precision = Literal["auto", "fp32", "bf16"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Method, optimiser, grid, evaluation. Part of every measurement's key."""

    name: str
    method: Literal["full"] = "full"
    precision: Precision = "auto"  #: auto: bf16 autocast on a CUDA device that has it, else fp32; master weights are fp32
    learning_rates: tuple[float, ...] = ()  #: the grid; empty: the one rate of the model's card, else by its size
    batch_sizes: tuple[int, ...] = (32,)  #: the grid; examples per optimiser step
    micro_batch_tokens: int = 8192  #: longest padded batch, in tokens, of one forward pass; never changes a result
    epochs: int = 20  #: at most
    patience: int = 3  #: evaluations without improvement before stopping
    warmup_ratio: float = 0.1  #: share of the steps with a rising learning rate; then cosine to zero
    weight_decay: float = 0.01
    max_grad_norm: float = 1.0
    max_input_tokens: int = 512  #: longer inputs are cut at the end
    max_target_tokens: int = 256  #: longer training targets are cut; test targets never are
    n_validation: int | None = None  #: validation examples scored after each epoch; None: all
    n_test: int | None = None  #: test examples scored once a measurement; None: all

    @property
    def grid(self) -> int:
        """Return the number of (learning rate, batch size) pairs tried at each size."""
        return max(1, len(self.learning_rates)) * len(self.batch_sizes)
