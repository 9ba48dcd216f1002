"""The time of a device, and how crowded it is. Torch-free."""

from __future__ import annotations

import os
from time import perf_counter, process_time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audition.training.devices.device import Device


class Stopwatch:
    """Counts from when it is made."""

    def __init__(self, device: Device) -> None:
        self._is_cuda = device.is_cuda
        self._wall, self._cpu = perf_counter(), process_time()

    @property
    def wall_seconds(self) -> float:
        """Return the seconds that have passed."""
        return perf_counter() - self._wall

    @property
    def device_seconds(self) -> float:
        """Return the seconds that the device has worked: on a CPU those of this process, whoever else uses the machine.

        On a GPU they are those that have passed: it tells nobody whom it worked for.
        """
        return self.wall_seconds if self._is_cuda else process_time() - self._cpu


def crowding(n_processes: int) -> float:
    """Return how many times as long a CPU second of ours will take, at least 1, if the load stays as it is.

    The load is that of the last minute, of the cores that this process may use, as far as the system tells.

    Args:
        n_processes: that we shall keep busy.
    """
    n_cores = len(os.sched_getaffinity(0))
    n_others = os.getloadavg()[0] * n_cores / (os.cpu_count() or n_cores)
    return max(1.0, (n_others + n_processes) / n_cores)
