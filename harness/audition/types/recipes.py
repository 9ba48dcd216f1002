"""A recipe: method, precision, optimiser, learning rates, batch sizes, epochs, lengths of one fine-tuning."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from audition.types.models import ModelSpec

Method = Literal["full", "lora", "qlora"]
Precision = Literal["auto", "fp32", "bf16"]
Quantisation = Literal["nf4", "int8"]
Optimiser = Literal["adamw", "adamw-8bit", "paged-adamw", "paged-adamw-8bit"]
Side = Literal["start", "end"]
TrainOn = Literal["last", "all-assistant"]
Attention = Literal["auto", "sdpa", "eager", "flash"]
#: fields added after the first ledgers: at their default they are not part of a measurement's key
ADDED = frozenset(
    {
        "quantisation",
        "lora_rank",
        "lora_alpha",
        "lora_dropout",
        "optimiser",
        "checkpointing",
        "attention",
        "tf32",
        "deterministic",
        "n_shards",
        "truncate",
        "train_on",
        "min_steps",
        "n_validations",
        "rate_factor",
        "rate_growth",
    }
)
MOST_RATES = 4  #: that a search by `rate_factor` tries for one batch size
REFERENCE_SIZE = 3200  #: examples that rates of cards and by size are taken to be for, where a recipe lets rates grow
LEAST_GROWTH, MOST_GROWTH = 1 / 64, 4.0  #: of a rate, from the reference size
_LORA_FACTOR, _LORA_LIMIT = 10.0, 0.003  #: of a learning rate of full fine-tuning


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Method, optimiser, grid, evaluation. Part of every measurement's key."""

    name: str
    method: Method = "full"
    precision: Precision = (
        "auto"  #: auto: bf16 autocast on a CUDA device that has it, else fp32; trained weights are fp32
    )
    learning_rates: tuple[float, ...] = ()  #: the grid; empty: the one rate of the model's card, else by its size
    batch_sizes: tuple[int, ...] = (32,)  #: the grid; examples per optimiser step
    micro_batch_tokens: int = 8192  #: longest padded batch, in tokens, of one forward pass; never changes a result
    epochs: int = 20  #: at most, but for `min_steps`
    patience: int = 3  #: validations without improvement before stopping
    warmup_ratio: float = 0.1  #: share of the steps with a rising learning rate; then cosine to zero
    weight_decay: float = 0.01
    max_grad_norm: float = 1.0
    max_input_tokens: int = 512  #: longer prompts are cut; longer conversations lose their oldest turns
    max_target_tokens: int = 256  #: longer training targets are cut, and have no end; test targets never are
    truncate: Side = "end"  #: where a prompt that is too long is cut
    train_on: TrainOn = "last"  #: answers of a conversation that are learned; the last one alone is ever scored
    n_validation: int | None = None  #: validation examples scored after each epoch; None: all
    n_test: int | None = None  #: test examples scored once a measurement; None: all
    quantisation: Quantisation = "nf4"  #: of the frozen weights in method qlora; nf4 is doubly quantised
    lora_rank: int = 16  #: of the matrices that lora and qlora train beside every linear layer but the head
    lora_alpha: float = 32.0  #: their product is scaled by lora_alpha / lora_rank
    lora_dropout: float = 0.0
    optimiser: Optimiser = "adamw"  #: 8-bit states and paging are of bitsandbytes; paging is CUDA's alone
    checkpointing: bool = False  #: recompute activations in the backward pass instead of keeping them
    attention: Attention = "auto"  #: auto: sdpa where the model has it, else eager
    tf32: bool = False  #: on CUDA, multiply float32 matrices with 10 bits of mantissa
    deterministic: bool = True  #: same seed, same numbers on the same kind of device; False may be faster
    rate_factor: float | None = None  #: between neighbours of a search that starts at the one rate; None: no search
    rate_growth: float = 0.0  #: the one rate grows with the subset's size to this power
    min_steps: int = 0  #: of the optimiser, at least: a small subset is passed over more often than `epochs` times
    n_validations: int | None = None  #: in a run, evenly spread over its steps; None: one after each epoch
    n_shards: int = 1  #: devices that hold one model together, each a share of it (FSDP); 1: every model fits one

    @property
    def grid(self) -> int:
        """Return the number of (learning rate, batch size) pairs tried at each size, at most."""
        return (MOST_RATES if self.searches else max(1, len(self.learning_rates))) * len(self.batch_sizes)

    @property
    def searches(self) -> bool:
        """Return whether rates are searched from the one there is: a grid of several is tried as it stands."""
        return self.rate_factor is not None and len(self.learning_rates) < 2

    def n_epochs(self, n_examples: int, batch_size: int) -> int:
        """Return the passes over `n_examples` of one run, at most."""
        return max(self.epochs, -(-self.min_steps // steps_per_epoch(n_examples, batch_size)))

    def n_steps(self, n_examples: int, batch_size: int) -> int:
        """Return the optimiser steps of one run, at most."""
        return self.n_epochs(n_examples, batch_size) * steps_per_epoch(n_examples, batch_size)

    def validation_steps(self, n_examples: int, batch_size: int) -> tuple[int, ...]:
        """Return the steps of one run, 1, 2, …, after which it is validated; the last is always among them."""
        n_steps = self.n_steps(n_examples, batch_size)
        if self.n_validations is None:
            per_epoch = steps_per_epoch(n_examples, batch_size)
            return tuple(range(per_epoch, n_steps + 1, per_epoch))
        count = min(self.n_validations, n_steps)
        return tuple(round(n_steps * number / count) for number in range(1, count + 1))

    def learning_rate_for(self, model: ModelSpec, task: str) -> float:
        """Return the one rate of a recipe without a grid: of the model's card for `task`, else by its size.

        Cards tell of full fine-tuning; the few weights of LoRA take ten times as much, 0.003 at most:
        a common rule of thumb, whose factor and limit are ours.
        """
        rate = model.learning_rate(task) or learning_rate_by_size(model.n_params)
        return rate if self.method == "full" else min(float(f"{_LORA_FACTOR * rate:.3g}"), _LORA_LIMIT)

    def with_learning_rates(self, model: ModelSpec, task: str, n_samples: int = 0) -> Recipe:
        """Return the recipe with learning rates to try: its own grid, or else the one rate for `model` on `task`.

        The one rate is for `n_samples` examples, if the recipe lets rates grow.
        """
        if self.learning_rates:
            return self
        rate = self.learning_rate_for(model, task)
        grown = rate * self.growth(n_samples) if n_samples and self.rate_growth else rate
        return replace(self, learning_rates=(float(f"{grown:.2g}") if grown != rate else rate,))

    def growth(self, n_samples: int) -> float:
        """Return by how much a rate for `n_samples` examples is larger than one for the reference size."""
        return float(min(max((n_samples / REFERENCE_SIZE) ** self.rate_growth, LEAST_GROWTH), MOST_GROWTH))


def steps_per_epoch(n_examples: int, batch_size: int) -> int:
    """Return the optimiser steps of one pass over `n_examples` ≥ 1; the last batch may be smaller."""
    return -(-n_examples // batch_size)


def learning_rate_by_size(n_params: int | None) -> float:
    """Return 3e-5·(10⁹ / n_params)^0.4 within [1e-5, 1e-3], two digits; 3e-5 where the size is unknown.

    A rule of thumb of ours: 4.8e-4 at 1 M, 6.9e-5 at 124 M, 1.4e-5 at 7 B parameters. A card or a grid is better.
    """
    if not n_params:
        return 3e-5
    return float(f"{min(max(3e-5 * (1e9 / n_params) ** 0.4, 1e-5), 1e-3):.1e}")
