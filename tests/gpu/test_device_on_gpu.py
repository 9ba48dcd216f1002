from __future__ import annotations

import pytest
import torch

from audition.errors import UsageError
from audition.training.devices.finding import resolve_device, resolve_devices
from audition.training.devices.memory import (
    held_by_others_bytes,
    peak_memory_bytes,
    peak_reserved_bytes,
    release_memory,
    reset_peak_memory,
)
from audition.training.devices.random_state import RandomState
from audition.training.devices.repeatable import make_repeatable
from audition.training.devices.tensors import to_device
from worlds.gpu_requests import GPU, ON_GPU

pytestmark = ON_GPU


def test_cuda_is_every_gpu_that_torch_sees() -> None:
    kinds = {torch.cuda.get_device_properties(n).name for n in range(torch.cuda.device_count())}
    if len(kinds) > 1:
        with pytest.raises(UsageError, match="of different kinds"):
            resolve_devices("cuda")
        return
    devices = resolve_devices("cuda")
    assert [device.name for device in devices] == [f"cuda:{n}" for n in range(torch.cuda.device_count())]
    assert resolve_devices("auto") == devices


def test_a_gpu_knows_its_kind_its_memory_and_whether_it_has_bf16() -> None:
    device = resolve_device(GPU)
    assert device.kind == torch.cuda.get_device_name(0)
    assert device.memory_bytes == torch.cuda.mem_get_info(0)[1]
    assert device.has_bf16 == torch.cuda.is_bf16_supported(including_emulation=False)


def test_float32_is_float32_unless_tf32_is_wished_for() -> None:
    if torch.cuda.get_device_capability(0) < (8, 0):
        pytest.skip("this GPU has no TF32")
    device = resolve_device(GPU)
    torch.manual_seed(0)
    matrix = torch.randn(512, 512, dtype=torch.float64)
    exact = matrix @ matrix

    def error(*, tf32: bool) -> float:
        make_repeatable(device, tf32=tf32)
        single = matrix.to(GPU, torch.float32)
        return float((single @ single - exact.to(GPU)).abs().max())

    assert error(tf32=True) > 20 * error(tf32=False)
    assert error(tf32=False) < 1e-3, "the config of an earlier request is forgotten"


def test_a_batch_arrives_whole_from_pinned_memory() -> None:
    device = resolve_device(GPU)
    batches = [{"ids": torch.arange(n, n + 10**6), "mask": torch.ones(n + 1)} for n in range(20)]
    arrived = [to_device(batch, device) for batch in batches]
    for batch, there in zip(batches, arrived, strict=True):
        for name, tensor in there.items():
            assert tensor.device.type == "cuda"
            assert torch.equal(tensor.cpu(), batch[name])


def test_peaks_are_of_what_happened_since_the_reset() -> None:
    device = resolve_device(GPU)
    large = torch.empty(2**28, dtype=torch.uint8, device=GPU)
    del large
    release_memory(device)
    reset_peak_memory(device)
    small = torch.empty(2**24, dtype=torch.uint8, device=GPU)
    peak, reserved = peak_memory_bytes(device), peak_reserved_bytes(device)
    del small
    assert peak is not None
    assert reserved is not None
    assert 2**24 <= peak <= reserved
    assert peak < 2**28


def test_memory_of_this_process_is_not_taken_for_that_of_others() -> None:
    device = resolve_device(GPU)
    before = held_by_others_bytes(device)
    mine = torch.empty(2**30, dtype=torch.uint8, device=GPU)
    assert held_by_others_bytes(device) <= before + 2**28
    del mine


def test_noise_on_the_gpu_is_drawn_again() -> None:
    device = resolve_device(GPU)
    torch.rand(3, device=GPU)
    state = RandomState(device)
    first = torch.rand(100, device=GPU)
    state.restore()
    assert torch.equal(torch.rand(100, device=GPU), first)
