from __future__ import annotations

import sys

import pytest
import torch

from audition.errors import UsageError
from audition.training.devices.finding import resolve_device, resolve_devices, resolve_precision
from worlds.gpus import CPU, NEW_GPU, OLD_GPU


def test_cpu_is_there_on_every_machine() -> None:
    assert (CPU.name, CPU.kind, CPU.is_cuda) == ("cpu", "cpu", False)
    assert CPU.memory_bytes > 2**28


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_auto_is_the_cpu_where_there_is_no_gpu() -> None:
    assert resolve_devices("auto") == (CPU,)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_cuda_is_refused_where_there_is_none() -> None:
    with pytest.raises(UsageError, match=r"^no device 'cuda': torch .* sees 0 CUDA devices here$"):
        resolve_devices("cuda")


@pytest.mark.parametrize("name", ["cuda:99", "cuda:099", "cuda:0,cuda:99"])
def test_gpu_that_is_not_there_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=r"no device 'cuda:\d+': torch .* sees \d+ CUDA devices? here"):
        resolve_device(name)


@pytest.mark.parametrize(
    "name", ["gpu", "", "cuda:", "cuda:one", "cuda:-1", "mps", "cpu,cuda:0", "cuda:0,", "0", "0,1"]
)
def test_unknown_device_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=r"a device must be auto, cpu, cuda or cuda:N, or several such as .*; got"):
        resolve_device(name)


def test_missing_torch_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(UsageError, match=r"pip install 'audition\[train\]'"):
        resolve_device("cpu")


def test_automatic_precision_is_bf16_on_a_gpu_that_has_it() -> None:
    assert [resolve_precision("auto", device) for device in (CPU, OLD_GPU, NEW_GPU)] == ["fp32", "fp32", "bf16"]
    assert [resolve_precision("bf16", device) for device in (CPU, NEW_GPU)] == ["bf16", "bf16"]
    assert resolve_precision("fp32", NEW_GPU) == "fp32"


def test_bf16_is_refused_on_a_gpu_that_lacks_it() -> None:
    with pytest.raises(
        UsageError, match=r"precision 'bf16' needs a device that has it, cuda:0 \(Tesla P100\) does not"
    ):
        resolve_precision("bf16", OLD_GPU)
