from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from audition.training.devices.repeatable import make_repeatable, repeatably
from audition.types import Recipe
from worlds.gpus import CPU

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def _back_to_repeatable() -> Iterator[None]:
    yield
    make_repeatable(CPU)


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
