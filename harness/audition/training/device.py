"""Where a fine-tuning runs, in which precision, and what makes its numbers repeat."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from audition.errors import UsageError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from audition.training.recipe import Precision


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


def resolve_device(name: str) -> Device:
    """Return the device called "auto" (a GPU if there is one), "cpu", "cuda" (the first GPU) or "cuda:N".

    Raises:
        UsageError: there is no such device here, or torch is not installed.
    """
    torch = _torch()
    n_gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if name == "cpu" or (name == "auto" and n_gpus == 0):
        return Device(name="cpu", kind="cpu", memory_bytes=_machine_bytes(), has_bf16=True)
    index = "0" if name in ("auto", "cuda") else name.removeprefix("cuda:")
    if not index.isdecimal():
        raise UsageError(f"a device must be auto, cpu, cuda or cuda:N, got {name!r}")
    if int(index) >= n_gpus:
        raise UsageError(f"no device {name!r}: torch {torch.__version__} sees {n_gpus} CUDA devices here")
    properties = torch.cuda.get_device_properties(int(index))
    with torch.cuda.device(int(index)):
        has_bf16 = torch.cuda.is_bf16_supported(including_emulation=False)
    return Device(
        name=f"cuda:{int(index)}", kind=properties.name, memory_bytes=properties.total_memory, has_bf16=has_bf16
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


def make_repeatable(device: Device) -> None:
    """Set this process up so that the same inputs and seed give the same numbers on `device`, bitwise on a CPU.

    One thread on a CPU: a sum over threads depends on their number. float32 means float32: no TF32. An operation
    without a deterministic CUDA kernel warns instead of stopping a fine-tuning that has no other way.
    """
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # read when CUDA starts
    torch = _torch()
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # costs time, and only hides reads of garbage
    torch.set_float32_matmul_precision("highest")
    torch.backends.cudnn.benchmark = False
    if device.is_cuda:
        torch.cuda.set_device(device.name)
    else:
        torch.set_num_threads(1)


def autocast(device: Device, precision: str) -> AbstractContextManager[Any]:
    """Return the context of a forward pass: bf16 autocast or, for "fp32", none.

    Not accelerate's own: its state is one a process and refuses a second precision.
    """
    torch = _torch()
    kind = device.name.partition(":")[0]
    context: AbstractContextManager[Any] = torch.autocast(kind, torch.bfloat16, enabled=precision == "bf16")
    return context


def synchronise(device: Device) -> None:
    """Wait until the device has done what it was given; for timing."""
    if device.is_cuda:
        _torch().cuda.synchronize(device.name)


def reset_peak_memory(device: Device) -> None:
    """Start a new peak on a GPU; the peak of a process on a CPU cannot be reset."""
    if device.is_cuda:
        _torch().cuda.reset_peak_memory_stats(device.name)


def release_memory(device: Device) -> None:
    """Give what a finished or failed fine-tuning has left in the GPU's cache back."""
    if device.is_cuda:
        _torch().cuda.empty_cache()


def peak_memory_bytes(device: Device) -> int | None:
    """Return the peak of allocated GPU memory since the reset, or of this process's resident memory; None: unknown."""
    if device.is_cuda:
        return int(_torch().cuda.max_memory_allocated(device.name))
    status = Path("/proc/self/status")
    if status.exists():  # Linux: ru_maxrss would include the parent from which this process was forked
        line = next((line for line in status.read_text().splitlines() if line.startswith("VmHWM:")), None)
        return None if line is None else int(line.split()[1]) * 1024
    if sys.platform == "win32":
        return None
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


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
