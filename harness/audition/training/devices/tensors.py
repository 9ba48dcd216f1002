"""Tensors on a device."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audition.training.devices.finding import _torch

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from torch import Tensor

    from audition.training.devices.device import Device


def to_device(tensors: Mapping[str, Tensor], device: Device) -> dict[str, Tensor]:
    """Return a batch on `device`; to a GPU from pinned memory, so that it is copied while the GPU computes."""
    if not device.is_cuda:
        return {name: tensor.to(device.name) for name, tensor in tensors.items()}
    return {name: tensor.pin_memory().to(device.name, non_blocking=True) for name, tensor in tensors.items()}


def autocast(device: Device, precision: str, *, caches: bool = True) -> AbstractContextManager[Any]:
    """Return the context of a forward pass: bf16 autocast or, for "fp32", none.

    Not accelerate's own: its state is one a process and refuses a second precision. It keeps its bf16 copies of weights
    until its end, unless `caches` is off: a copy would outlive the gathered weights of a sharded model.
    """
    torch = _torch()
    kind = device.name.partition(":")[0]
    context: AbstractContextManager[Any] = torch.autocast(
        kind, torch.bfloat16, enabled=precision == "bf16", cache_enabled=caches
    )
    return context


def synchronise(device: Device) -> None:
    """Wait until the device has done what it was given; for timing."""
    if device.is_cuda:
        _torch().cuda.synchronize(device.name)
