"""What a measurement has spent so far: counted as it happens, so that a failed one has its price too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audition.budgets.flops import forward_flops, training_flops
from audition.types import Cost

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audition.types.protocols import Encoded

_ADDED = frozenset({"lora_A", "lora_B"})  #: as peft calls the matrices of LoRA


@dataclass(slots=True)
class Meter:
    """Samples and tokens that went through a model; padding does not count."""

    n_trained_samples: int = 0
    n_trained_tokens: int = 0
    n_evaluated_tokens: int = 0

    def trained(self, examples: Sequence[Encoded]) -> None:
        """Count one optimiser step."""
        self.n_trained_samples += len(examples)
        self.n_trained_tokens += sum(example.n_tokens for example in examples)

    def evaluated(self, examples: Sequence[Encoded]) -> None:
        """Count the scoring of a split."""
        self.n_evaluated_tokens += sum(example.n_tokens for example in examples)

    def cost(self, *, n_samples: int, n_params: int, seconds: float) -> Cost:
        """Return the cost in its four names; `n_params` are those a token meets."""
        return Cost(
            n_samples=n_samples,
            samples_processed=self.n_trained_samples,
            flops=training_flops(n_params, self.n_trained_tokens) + forward_flops(n_params, self.n_evaluated_tokens),
            seconds=seconds,
        )


def count_active_params(module: Any) -> int:  # noqa: ANN401 - a torch module
    """Return the parameters that a token meets: all of a dense model, k of n experts of a sparse one.

    Experts are the parameters with "experts" in their name; k is the configuration's `num_experts_per_tok`, else 1
    (Switch), and n its `num_experts` or `num_local_experts`. They are the model's own: quantised weights count as what
    they stand for, LoRA's matrices not at all, so that every method of a model has the same count.
    """
    config = getattr(module, "config", None)
    n_experts = getattr(config, "num_experts", None) or getattr(config, "num_local_experts", None) or 1
    per_token = min(getattr(config, "num_experts_per_tok", None) or 1, n_experts)
    sparse = dense = 0
    for name, n_weights in _own_weights(module):
        if "experts" in name.split("."):
            sparse += n_weights
        else:
            dense += n_weights
    return dense + sparse * per_token // n_experts


def _own_weights(module: Any) -> Iterator[tuple[str, int]]:  # noqa: ANN401 - a torch module
    """Yield name and size of every parameter, packed ones as the layer that they make up."""
    packed = {name: part.n_weights for name, part in module.named_modules() if hasattr(part, "n_weights")}
    yield from packed.items()
    for name, parameter in module.named_parameters():
        layer, _, leaf = name.rpartition(".")
        is_added = not _ADDED.isdisjoint(name.split("."))
        if not is_added and (layer not in packed or leaf == "bias"):
            yield name, parameter.numel()
