"""Check that a machine and its packages can follow a recipe. Torch-free: planning asks before it loads anything."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from audition.errors import UsageError

if TYPE_CHECKING:
    from audition.types import Recipe


def check_recipe(recipe: Recipe, *, precision: str, is_cuda: bool) -> None:
    """Raise UsageError where the recipe asks for what this device, its packages or another field rules out.

    Args:
        recipe: method, optimiser and attention count.
        precision: "fp32" or "bf16"; the recipe's, resolved for the device.
        is_cuda: whether it will run on a GPU.
    """
    if recipe.attention == "flash":
        _check_flash(recipe, precision, is_cuda)
    if recipe.method != "full":
        _require(recipe, f"method {recipe.method!r}", "peft")
    if recipe.method == "qlora":
        _require(recipe, "method 'qlora'", "bitsandbytes")
    if recipe.optimiser != "adamw":
        _require(recipe, f"optimiser {recipe.optimiser!r}", "bitsandbytes")


def preparation_of(recipe: Recipe) -> tuple[object, ...]:
    """Return the fields that a loaded model was prepared from: with others it must be loaded again."""
    return (
        recipe.method,
        recipe.quantisation,
        recipe.lora_rank,
        recipe.lora_alpha,
        recipe.lora_dropout,
        recipe.attention,
        recipe.checkpointing,
        recipe.precision,
        recipe.n_shards,
    )


def _check_flash(recipe: Recipe, precision: str, is_cuda: bool) -> None:
    if not is_cuda:
        raise _refused(recipe, "attention 'flash'", "a CUDA device, got 'cpu'")
    if precision != "bf16":
        raise _refused(recipe, "attention 'flash'", f"precision 'bf16', got {precision!r}")
    _require(recipe, "attention 'flash'", "flash_attn")


def _require(recipe: Recipe, what: str, package: str) -> None:
    if find_spec(package) is None:
        raise _refused(recipe, what, f"the package {package.replace('_', '-')!r}, which is not installed")


def _refused(recipe: Recipe, what: str, needed: str) -> UsageError:
    return UsageError(f"recipe {recipe.name!r}: {what} needs {needed}")


def require_train_extra() -> None:
    """Raise UsageError where fine-tuning is not installed."""
    missing = [name for name in ("torch", "transformers", "datasets", "accelerate") if find_spec(name) is None]
    if missing:
        raise UsageError(f"fine-tuning needs {', '.join(missing)}: install them with pip install 'audition[train]'")
