from __future__ import annotations

import sys

import pytest
import torch

from audition.errors import UsageError
from audition.training.device import Device, autocast, peak_memory_bytes, resolve_device, resolve_precision

OLD_GPU = Device(name="cuda:0", kind="Tesla P100", memory_bytes=16 * 2**30, has_bf16=False)
NEW_GPU = Device(name="cuda:0", kind="NVIDIA A100", memory_bytes=40 * 2**30, has_bf16=True)


def test_cpu_is_there_on_every_machine() -> None:
    device = resolve_device("cpu")
    assert (device.name, device.kind, device.is_cuda) == ("cpu", "cpu", False)
    assert device.memory_bytes > 2**28


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_auto_is_the_cpu_where_there_is_no_gpu() -> None:
    assert resolve_device("auto") == resolve_device("cpu")


@pytest.mark.parametrize("name", ["cuda:99", "cuda:099"])
def test_gpu_that_is_not_there_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=rf"no device '{name}': torch .* sees \d+ CUDA devices here"):
        resolve_device(name)


@pytest.mark.parametrize("name", ["gpu", "", "cuda:", "cuda:one", "cuda:-1", "mps"])
def test_unknown_device_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="a device must be auto, cpu, cuda or cuda:N, got"):
        resolve_device(name)


def test_missing_torch_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(UsageError, match=r"pip install 'audition\[train\]'"):
        resolve_device("cpu")


def test_automatic_precision_is_bf16_on_a_gpu_that_has_it() -> None:
    cpu = resolve_device("cpu")
    assert [resolve_precision("auto", device) for device in (cpu, OLD_GPU, NEW_GPU)] == ["fp32", "fp32", "bf16"]
    assert [resolve_precision("bf16", device) for device in (cpu, NEW_GPU)] == ["bf16", "bf16"]
    assert resolve_precision("fp32", NEW_GPU) == "fp32"


def test_bf16_is_refused_on_a_gpu_that_lacks_it() -> None:
    with pytest.raises(
        UsageError, match=r"precision 'bf16' needs a device that has it, cuda:0 \(Tesla P100\) does not"
    ):
        resolve_precision("bf16", OLD_GPU)


@pytest.mark.parametrize(("precision", "dtype"), [("fp32", torch.float32), ("bf16", torch.bfloat16)])
def test_autocast_computes_in_the_precision(precision: str, dtype: torch.dtype) -> None:
    with autocast(resolve_device("cpu"), precision):
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == dtype


def test_peak_memory_of_a_process_counts_what_it_held() -> None:
    cpu = resolve_device("cpu")
    torch.ones(2**26)  # 256 MiB, written and freed
    after = peak_memory_bytes(cpu)
    assert after is None or 2**28 < after < cpu.memory_bytes
