"""How measurements are spread over the devices that a user chose."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audition.training.device import Device


def default_workers(devices: Sequence[Device]) -> int:
    """Return one worker a GPU, or one a core that this process may use."""
    return len(devices) if devices[0].is_cuda else len(os.sched_getaffinity(0))


def executor_options(devices: Sequence[Device]) -> dict[str, tuple[str, ...]]:
    """Return how an executor is told to spread over several devices; one device is in every request anyway."""
    return {"devices": tuple(device.name for device in devices)} if len(devices) > 1 else {}


def memory_of_each(devices: Sequence[Device]) -> int | None:
    """Return the bytes that any of the GPUs has; None on a CPU, where nothing is filtered by memory."""
    return min(device.memory_bytes for device in devices) if devices[0].is_cuda else None
