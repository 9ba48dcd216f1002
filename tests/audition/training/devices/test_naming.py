from __future__ import annotations

import pytest

from audition.errors import UsageError
from audition.training.devices.naming import gpu_numbers, require_one_kind
from worlds.gpus import NEW_GPU, OLD_GPU


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
