"""How much of a model is trained, over which weights: full, LoRA, QLoRA; attention, checkpointing. Private.

An adapter loads a float32 model on the CPU, whatever the recipe says. `prepare` turns it, in place, into what the
recipe asks for; the model's class and `forward` stay its own. A device is given only what is left after that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition.recipes.support import check_recipe, preparation_of
from audition.training.methods.low_rank import initialise
from audition.training.methods.plain import as_plain

if TYPE_CHECKING:
    from audition.training.devices.device import Device
    from audition.types import Recipe
    from audition.types.protocols import ModelAdapter

__all__ = ["as_plain", "check_recipe", "initialise", "preparation_of", "prepare"]


def prepare(adapter: ModelAdapter, recipe: Recipe, *, precision: str, device: Device, seed: int) -> None:
    """Make the loaded model of `adapter`, in float32 on the CPU, what `recipe` asks for, in place.

    Args:
        adapter: as its entry loaded it.
        recipe: its method, quantisation, attention and checkpointing count.
        precision: "fp32" or "bf16"; the recipe's, resolved for the device.
        device: where the model will go.
        seed: of the low-rank matrices; `initialise` starts them again.

    Raises:
        UsageError: the model has no linear layers, no such attention or no checkpointing; or the device or an installed
            package does not allow what the recipe asks for.
    """
    from audition.training.methods.attention import set_attention
    from audition.training.methods.checkpointing import enable_checkpointing
    from audition.training.methods.frozen import narrow, quantise
    from audition.training.methods.layers import linear_layers
    from audition.training.methods.low_rank import add_low_rank

    check_recipe(recipe, precision=precision, is_cuda=device.is_cuda)
    module = adapter.module
    set_attention(module, recipe.attention)
    if recipe.method != "full":
        layers = linear_layers(module)
        if recipe.method == "qlora":
            quantise(module, layers, recipe.quantisation, precision)
        add_low_rank(module, layers, recipe)
        initialise(module, seed)
        if precision == "bf16":
            narrow(module)
    if recipe.checkpointing:
        enable_checkpointing(module)
