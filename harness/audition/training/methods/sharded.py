"""A prepared model whose parameters, gradients and optimiser's states are spread over a team: torch's `fully_shard`.

Between two passes every parameter is sharded. A pass gathers one group of parameters after another: a block, the
embeddings or the head where they are not tied, and whatever is left, which stays for the whole pass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audition.errors import UsageError
from audition.training.methods.layers import input_embeddings, output_embeddings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch.distributed.device_mesh import DeviceMesh
    from torch.nn import Module


_LAYER_DROPS = ("layerdrop", "encoder_layerdrop", "decoder_layerdrop")  #: as transformers' configurations call it


def shard(module: Any, mesh: DeviceMesh) -> None:  # noqa: ANN401 - a torch module
    """Spread `module` over a team, in place, each process's part on its device. Nothing is said between processes.

    Parameters are gathered in the type they have: what autocast computes in bf16 is what it would be on one device.

    Args:
        module: prepared, on the CPU, the same in every process.
        mesh: of the team; each process's device is its current one.

    Raises:
        UsageError: the model has no blocks, skips them at random, trains a single number, or torch is too old.
    """
    import torch
    from torch.distributed.fsdp import FSDPModule, fully_shard, register_fsdp_forward_method

    if not hasattr(FSDPModule, "set_reduce_scatter_unused_params"):
        raise UsageError(f"a recipe with n_shards needs torch 2.13 or newer, this is {torch.__version__}")
    groups = [*_blocks(module), *_untied(module), module]
    kept = set(_indivisible(module))
    for group in groups:
        fully_shard(group, mesh=mesh, reshard_after_forward=True, ignored_params=kept)
        # a sum: each pass is divided by the target tokens of the whole batch already
        group.set_gradient_divide_factor(1.0)
        group.set_force_sum_reduction_for_comms(True)
        # an expert that no token of this process has met may have met another's
        group.set_reduce_scatter_unused_params(True, recurse=False)
    # generation calls an encoder by itself, which finds its embeddings only if the module's own group is gathered
    register_fsdp_forward_method(module, "generate")


def _blocks(module: Any) -> list[Any]:  # noqa: ANN401 - a torch module
    """Return the blocks as transformers names them, inner ones first."""
    name, config = type(module).__name__, getattr(module, "config", None)
    names = getattr(module, "_no_split_modules", None) or ()
    blocks = [part for part in reversed(list(module.modules())) if type(part).__name__ in names]
    if not blocks:
        raise UsageError(f"{name} names no blocks, by which it could be spread over several devices")
    if any(getattr(config, drop, 0.0) for drop in _LAYER_DROPS):
        raise UsageError(
            f"{name} skips layers at random, each process others: it cannot be spread over several devices"
        )
    return blocks


def _untied(module: Module) -> Iterator[Module]:
    """Yield embeddings and head, if nothing else has their weights."""
    for part in (input_embeddings(module), output_embeddings(module)):
        weight = getattr(part, "weight", None)
        users = [user for user in module.modules() if getattr(user, "weight", None) is weight]
        if part is not None and weight is not None and len(users) == 1:
            yield part


def _indivisible(module: Module) -> Iterator[Any]:
    """Yield the parameters that every process keeps: single numbers and empty ones, all of them frozen."""
    for name, parameter in module.named_parameters():
        if parameter.ndim == 0 or parameter.numel() == 0:
            if parameter.requires_grad:
                raise UsageError(
                    f"{type(module).__name__} trains {name!r}, a number that cannot be spread over devices"
                )
            yield parameter
