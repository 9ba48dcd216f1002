from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
import torch

from audition.errors import UsageError
from audition.training.devices.device import Device
from audition.training.devices.finding import resolve_device, resolve_devices, resolve_precision
from audition.training.devices.memory import (
    held_by_others_bytes,
    peak_memory_bytes,
    peak_reserved_bytes,
    reset_peak_memory,
)
from audition.training.devices.naming import gpu_numbers, require_one_kind
from audition.training.devices.repeatable import make_repeatable, repeatably
from audition.training.devices.tensors import autocast, to_device
from audition.types import Recipe

if TYPE_CHECKING:
    from collections.abc import Iterator

CPU = resolve_device("cpu")
OLD_GPU = Device(name="cuda:0", kind="Tesla P100", memory_bytes=16 * 2**30, has_bf16=False)
NEW_GPU = Device(name="cuda:1", kind="NVIDIA A100", memory_bytes=40 * 2**30, has_bf16=True)


@pytest.fixture
def _back_to_repeatable() -> Iterator[None]:
    yield
    make_repeatable(CPU)


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


@pytest.mark.parametrize(
    ("names", "numbers"),
    [("cuda", (0, 1, 2)), ("auto", (0, 1, 2)), ("cuda:1", (1,)), ("cuda:0,cuda:2", (0, 2)), ("cuda:2, cuda:0", (2, 0))],
)
def test_one_gpu_or_several_or_all_may_be_chosen(names: str, numbers: tuple[int, ...]) -> None:
    assert gpu_numbers(names, 3) == numbers


def test_a_gpu_named_twice_is_refused() -> None:
    with pytest.raises(UsageError, match=r"'cuda:1,cuda:1' name a GPU twice; `--workers` runs several"):
        gpu_numbers("cuda:1,cuda:1", 3)


def test_gpus_that_the_environment_hides_are_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3")
    message = (
        r"no device 'cuda:3': torch \S+ sees 1 CUDA device here, numbered from 0, of those that .*='3' does not hide"
    )
    with pytest.raises(UsageError, match=message):
        gpu_numbers("cuda:3", 1)


def test_gpus_of_different_kinds_are_refused_and_named() -> None:
    with pytest.raises(
        UsageError, match=r"cuda:0 is a Tesla P100, cuda:1 is a NVIDIA A100\), whose losses do not compare"
    ):
        require_one_kind([OLD_GPU, NEW_GPU])
    require_one_kind([NEW_GPU, NEW_GPU])


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


@pytest.mark.parametrize(("precision", "dtype"), [("fp32", torch.float32), ("bf16", torch.bfloat16)])
def test_autocast_computes_in_the_precision(precision: str, dtype: torch.dtype) -> None:
    with autocast(CPU, precision):
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == dtype


def unrepeatable() -> float:
    return float(torch.zeros(2).put_(torch.tensor([0]), torch.ones(1)).sum())  # has no deterministic kernel anywhere


@pytest.mark.usefixtures("_back_to_repeatable")
def test_deterministic_mode_is_set_and_unset() -> None:
    make_repeatable(CPU, deterministic=False)
    assert not torch.are_deterministic_algorithms_enabled()
    assert unrepeatable() == 1.0
    make_repeatable(CPU, may_refuse=True)
    assert torch.are_deterministic_algorithms_enabled()
    with pytest.raises(RuntimeError, match="put_ does not have a deterministic implementation"):
        unrepeatable()


@pytest.mark.usefixtures("_back_to_repeatable")
def test_tf32_is_of_cuda_alone() -> None:
    make_repeatable(CPU, tf32=True)
    assert torch.get_float32_matmul_precision() == "highest"


@pytest.mark.usefixtures("_back_to_repeatable")
def test_work_that_cannot_repeat_is_done_again_with_a_warning() -> None:
    calls = []

    def work() -> float:
        calls.append(torch.is_deterministic_algorithms_warn_only_enabled())
        return unrepeatable()

    with pytest.warns(UserWarning, match="put_ does not have a deterministic implementation"):
        assert repeatably(CPU, Recipe(name="t"), work) == 1.0
    assert calls == [False, True]


@pytest.mark.usefixtures("_back_to_repeatable")
def test_work_that_fails_otherwise_is_not_done_again() -> None:
    calls = []

    def work() -> None:
        calls.append(1)
        raise RuntimeError("shapes do not match")

    with pytest.raises(RuntimeError, match="shapes do not match"):
        repeatably(CPU, Recipe(name="t"), work)
    assert len(calls) == 1


def test_a_batch_on_the_cpu_is_not_copied() -> None:
    ids = torch.arange(3)
    assert to_device({"ids": ids}, CPU)["ids"] is ids


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
