"""Where a fine-tuning runs, in which precision, and what makes its numbers repeat."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from audition.errors import UsageError
from audition.training.device_names import gpu_numbers, require_one_kind
from audition.training.failures import lacks_deterministic_kernel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from torch import Tensor

    from audition.training.recipe import Precision, Recipe

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device that this machine has."""

    name: str  #: as torch spells it: "cpu", "cuda:0"
    kind: str  #: "cpu", or the GPU's model name; numbers repeat on the same kind
    memory_bytes: int  #: total: of the GPU, or of the machine
    has_bf16: bool

    @property
    def is_cuda(self) -> bool:
        """Return whether it is a GPU."""
        return self.name.startswith("cuda")


def resolve_devices(names: str) -> tuple[Device, ...]:
    """Return the devices called "auto" (every GPU if there is one), "cpu", "cuda" (every GPU) or "cuda:0,cuda:2".

    Raises:
        UsageError: there is no such device here, they are of different kinds, or torch is not installed.
    """
    torch = _torch()
    n_gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if names == "cpu" or (names == "auto" and n_gpus == 0):
        return (Device(name="cpu", kind="cpu", memory_bytes=_machine_bytes(), has_bf16=True),)
    devices = tuple(_gpu(number) for number in gpu_numbers(names, n_gpus))
    require_one_kind(devices)
    return devices


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


def make_repeatable(
    device: Device, *, tf32: bool = False, deterministic: bool = True, may_refuse: bool = False
) -> None:
    """Set this process up so that the same inputs and seed give the same numbers on `device`, bitwise on a CPU.

    One thread on a CPU: a sum over threads depends on their number. float32 means float32 unless `tf32` is wished for,
    which CUDA alone has. Every setting is written each time, so that nothing of an earlier request is left.

    Args:
        device: where it will compute.
        tf32: multiply float32 matrices with 10 bits of mantissa on CUDA.
        deterministic: use kernels that repeat their numbers.
        may_refuse: an operation without such a kernel raises; otherwise it warns, and so does attention on CUDA, whose
            backward pass repeats its numbers only if everything must.
    """
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # read when CUDA starts
    torch = _torch()
    torch.use_deterministic_algorithms(deterministic, warn_only=not may_refuse)
    torch.utils.deterministic.fill_uninitialized_memory = False  # costs time, and only hides reads of garbage
    uses_tf32 = tf32 and device.is_cuda
    torch.set_float32_matmul_precision("high" if uses_tf32 else "highest")
    torch.backends.cudnn.allow_tf32 = uses_tf32  # on by default
    torch.backends.cudnn.benchmark = not deterministic
    if device.is_cuda:
        torch.cuda.set_device(device.name)
    else:
        torch.set_num_threads(1)


def repeatably(
    device: Device, recipe: Recipe, work: Callable[[], T], *, is_strict: bool = True, may_retry: bool = True
) -> T:
    """Return `work()` with the kernels that the recipe wishes for; `work` may be called twice, from its beginning.

    Twice where it uses an operation that has no deterministic kernel: the second time that operation warns. What it
    computes may then differ in the last digits from another run on the same kind of GPU. Without `is_strict` it warns
    the first time; without `may_retry` the refusal is raised.
    """
    settings = {"tf32": recipe.tf32, "deterministic": recipe.deterministic}
    make_repeatable(device, **settings, may_refuse=is_strict)
    try:
        return work()
    except RuntimeError as error:
        if not (is_strict and may_retry and lacks_deterministic_kernel(error)):
            raise
    make_repeatable(device, **settings)
    return work()


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


def _torch() -> Any:  # noqa: ANN401 - a module
    try:
        import torch
    except ImportError as error:
        raise UsageError(f"fine-tuning needs the 'train' extra (pip install 'audition[train]'): {error}") from None
    return torch


def _machine_bytes() -> int:
    if not hasattr(os, "sysconf"):
        return 0
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
