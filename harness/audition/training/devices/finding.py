"""Find the devices that a user names, and the precision that one of them computes in."""

from __future__ import annotations

import ctypes
import os
import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from audition.errors import UsageError
from audition.training.devices.device import Device
from audition.training.devices.naming import gpu_numbers, require_one_kind

if TYPE_CHECKING:
    from audition.types import Precision


T = TypeVar("T")


def resolve_devices(names: str) -> tuple[Device, ...]:
    """Return the devices called "auto" (every GPU if there is one), "cpu", "cuda" (every GPU) or "cuda:0,cuda:2".

    Raises:
        UsageError: there is no such device here, they are of different kinds, or torch is not installed.
    """
    n_gpus = _n_gpus()
    if names == "cpu" or (names == "auto" and n_gpus == 0):
        return (Device(name="cpu", kind="cpu", memory_bytes=machine_bytes(), has_bf16=True),)
    devices = tuple(_gpu(number) for number in gpu_numbers(names, n_gpus))
    require_one_kind(devices)
    return devices


def _n_gpus() -> int:
    """Return how many GPUs torch sees. Where it can see none, torch, which takes seconds, is not imported.

    Raises:
        UsageError: torch is not installed.
    """
    if find_spec("torch") is not None and (version("torch").endswith("+cpu") or not has_driver()):
        return 0
    torch = _torch()
    return torch.cuda.device_count() if torch.cuda.is_available() else 0


def has_driver() -> bool:
    """Return whether the driver of a GPU, NVIDIA's or AMD's, may be here; where nothing tells, it may."""
    if not sys.platform.startswith("linux"):
        return True
    if Path("/dev/kfd").exists() or any(Path("/dev").glob("nvidia*")) or Path("/dev/dxg").exists():
        return True
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        return False
    return True


def resolve_device(name: str) -> Device:
    """Return the first of the devices called so.

    Raises:
        UsageError: as `resolve_devices`.
    """
    return resolve_devices(name)[0]


def _gpu(number: int) -> Device:
    torch = _torch()
    properties = torch.cuda.get_device_properties(number)
    return Device(
        name=f"cuda:{number}",
        kind=properties.name,
        memory_bytes=properties.total_memory,
        # not is_bf16_supported(): that asks the current device, and making one current takes memory on it
        has_bf16=torch.version.hip is not None or properties.major >= 8,
    )


def resolve_precision(precision: Precision, device: Device) -> Literal["fp32", "bf16"]:
    """Return what "auto" means on `device`: bf16 autocast on a GPU that has it, else fp32.

    Raises:
        UsageError: the device has no bf16 and the recipe insists on it.
    """
    if precision == "auto":
        return "bf16" if device.is_cuda and device.has_bf16 else "fp32"
    if precision == "bf16" and not device.has_bf16:
        raise UsageError(f"precision 'bf16' needs a device that has it, {device.name} ({device.kind}) does not")
    return precision


def _torch() -> Any:  # noqa: ANN401 - a module
    try:
        import torch
    except ImportError as error:
        raise UsageError(f"fine-tuning needs the 'train' extra (pip install 'audition[train]'): {error}") from None
    return torch


def machine_bytes() -> int:
    """Return the memory of the machine; 0: the system does not tell."""
    if not hasattr(os, "sysconf"):
        return 0
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
