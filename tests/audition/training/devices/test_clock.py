from __future__ import annotations

import os
import time

import pytest

from audition.training.devices.clock import Stopwatch, crowding
from audition.training.devices.device import Device

CPU = Device(name="cpu", kind="cpu", memory_bytes=1, has_bf16=True)
GPU = Device(name="cuda:0", kind="X", memory_bytes=1, has_bf16=True)


def test_a_cpu_counts_its_own_work_and_a_gpu_whatever_passes() -> None:
    cpu, gpu = Stopwatch(CPU), Stopwatch(GPU)
    time.sleep(0.2)
    assert cpu.device_seconds < 0.1 < 0.2 <= cpu.wall_seconds
    assert gpu.device_seconds >= 0.2
    end = time.process_time() + 0.1
    while time.process_time() < end:
        pass
    assert cpu.device_seconds >= 0.1


@pytest.mark.parametrize(
    ("load", "n_cpus", "n_cores", "n_processes", "expected"),
    [
        (0.0, 2, 2, 2, 1.0),
        (0.0, 8, 8, 2, 1.0),  # cores that nobody uses make nothing faster
        (2.0, 2, 2, 2, 2.0),
        (6.0, 8, 8, 4, 1.25),
        (8.0, 8, 2, 2, 2.0),  # ours are a quarter of the cores, and have a quarter of the load
        (0.0, 2, 2, 4, 2.0),  # we crowd it ourselves
    ],
)
def test_a_second_takes_longer_where_more_want_to_compute_than_there_are_cores(
    monkeypatch: pytest.MonkeyPatch, load: float, n_cpus: int, n_cores: int, n_processes: int, expected: float
) -> None:
    monkeypatch.setattr(os, "getloadavg", lambda: (load, 9.0, 9.0))
    monkeypatch.setattr(os, "cpu_count", lambda: n_cpus)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(n_cores)))
    assert crowding(n_processes) == expected
