"""What a fine-tuning needs of a device's memory: measured, never estimated."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audition.training.devices.device import Device

_OWN_CONTEXT_BYTES = 2**30  #: what this process may hold of a GPU outside torch's allocator: context, libraries
_PROCESS = Path("/proc/self")


def reset_peak_memory(device: Device) -> None:
    """Start a new peak.

    On a CPU that works on Linux alone, where the process may write 5 to its `/proc/self/clear_refs`; elsewhere the
    peak stays that of the process since it started.
    """
    if device.is_cuda:
        import torch

        torch.cuda.init()  # type: ignore[no-untyped-call]  # else there are no statistics to reset yet
        torch.cuda.reset_peak_memory_stats(device.name)
        return
    with suppress(OSError):  # not Linux, or not permitted in this container
        (_PROCESS / "clear_refs").write_text("5")


def release_memory(device: Device) -> None:
    """Give what a finished or failed fine-tuning has left in the GPU's cache back."""
    if device.is_cuda:
        import torch

        torch.cuda.empty_cache()


def peak_memory_bytes(device: Device) -> int | None:
    """Return the peak of allocated GPU memory, or of the process's resident memory, since the reset; None: unknown.

    On a CPU it counts all of the process: the interpreter and the libraries too, 300 to 700 MiB with transformers.
    """
    if device.is_cuda:
        import torch

        return int(torch.cuda.max_memory_allocated(device.name))
    if (_PROCESS / "status").exists():  # Linux: ru_maxrss would include the parent from which this process was forked
        lines = (_PROCESS / "status").read_text().splitlines()
        line = next((line for line in lines if line.startswith("VmHWM:")), None)
        return None if line is None else int(line.split()[1]) * 1024
    if sys.platform == "win32":
        return None
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def peak_reserved_bytes(device: Device) -> int | None:
    """Return the peak that torch's allocator held of a GPU since the reset, cache included; None on a CPU."""
    if not device.is_cuda:
        return None
    import torch

    return int(torch.cuda.max_memory_reserved(device.name))


def held_by_others_bytes(device: Device) -> int:
    """Return about how much of a GPU other processes hold now; 0 on a CPU, where it cannot be told.

    A GiB is taken off for what this process holds outside torch's allocator, which nothing here can measure.
    """
    if not device.is_cuda:
        return 0
    import torch

    free, total = torch.cuda.mem_get_info(device.name)
    return max(0, total - free - torch.cuda.memory_reserved(device.name) - _OWN_CONTEXT_BYTES)
