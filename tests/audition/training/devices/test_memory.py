from __future__ import annotations

import sys

import pytest
import torch

from audition.training.devices.memory import (
    held_by_others_bytes,
    peak_memory_bytes,
    peak_reserved_bytes,
    reset_peak_memory,
)
from worlds.gpus import CPU


def test_peak_memory_of_a_process_counts_what_it_held() -> None:
    torch.ones(2**26)  # 256 MiB, written and freed
    after = peak_memory_bytes(CPU)
    assert after is None or 2**28 < after < CPU.memory_bytes


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux forgets the peak of a process")
def test_peak_memory_of_a_process_is_forgotten_where_that_is_permitted() -> None:
    reset_peak_memory(CPU)
    torch.ones(2**26)
    before = peak_memory_bytes(CPU) or 0
    reset_peak_memory(CPU)
    assert (peak_memory_bytes(CPU) or 0) < before - 200 * 2**20


def test_a_cpu_has_no_reserve_and_knows_nothing_of_others() -> None:
    assert peak_reserved_bytes(CPU) is None
    assert held_by_others_bytes(CPU) == 0
