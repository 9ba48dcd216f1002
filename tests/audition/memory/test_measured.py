from __future__ import annotations

from typing import Any

import pytest

from audition.memory.measured import memory_records, summarise
from worlds.observed import GIB, observation


def test_a_ratio_is_estimated_over_measured() -> None:
    (record,) = memory_records([observation(memory_bytes=4 * GIB, memory_estimate_bytes=5 * GIB)])
    assert record.ratio == 1.25


@pytest.mark.parametrize(
    "fields",
    [
        {"memory_bytes": GIB},
        {"memory_bytes": GIB, "memory_estimate_bytes": GIB, "status": "does-not-fit"},
        {"memory_bytes": GIB, "memory_estimate_bytes": GIB, "status": "crashed"},
    ],
)
def test_nothing_is_compared_where_a_number_is_missing_or_the_peak_was_cut_off(fields: dict[str, Any]) -> None:
    (record,) = memory_records([observation(**fields)])
    assert record.ratio is None
    assert summarise([record]) == ()


def test_a_measurement_that_says_nothing_of_memory_is_left_out() -> None:
    assert memory_records([observation(memory_estimate_bytes=GIB)]) == ()


def test_kinds_of_devices_are_summed_up_apart() -> None:
    sizes = {"A100": (0.5, 1.0, 1.5), "cpu": (0.25,)}
    records = memory_records(
        observation(device_kind=kind, memory_bytes=GIB, memory_estimate_bytes=int(ratio * GIB), n_samples=n)
        for kind, ratios in sizes.items()
        for n, ratio in enumerate(ratios)
    )
    gpu, cpu = summarise(records)
    assert (gpu.device_kind, gpu.n_compared, gpu.mean_ratio) == ("A100", 3, 1.0)
    assert (gpu.lowest.n_samples, gpu.highest.n_samples) == (0, 2)
    assert (cpu.device_kind, cpu.n_compared, cpu.mean_ratio) == ("cpu", 1, 0.25)
