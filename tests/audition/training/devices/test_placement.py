from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from audition.errors import UsageError
from audition.training.devices.device import Device
from audition.training.devices.placement import (
    default_workers,
    executor_options,
    worker_devices,
    workers_that_fit,
)
from audition.types import Recipe
from audition.workers.leader import devices_of
from worlds.toy_requests import ask

if TYPE_CHECKING:
    from audition.types import MeasurementRequest

CPU = Device(name="cpu", kind="cpu", memory_bytes=1, has_bf16=True)
GPUS = tuple(Device(name=f"cuda:{n}", kind="X", memory_bytes=1, has_bf16=True) for n in range(5))


def recipe(n_shards: int) -> Recipe:
    return Recipe(name="mine", n_shards=n_shards)


@pytest.mark.parametrize(
    ("n_gpus", "n_shards", "expected"),
    [
        (3, 1, ("cuda:0", "cuda:1", "cuda:2")),
        (4, 2, ("cuda:0,cuda:1", "cuda:2,cuda:3")),
        (5, 2, ("cuda:0,cuda:1", "cuda:2,cuda:3")),  # the fifth is too few for another
        (5, 3, ("cuda:0,cuda:1,cuda:2",)),
        (5, 5, ("cuda:0,cuda:1,cuda:2,cuda:3,cuda:4",)),
    ],
)
def test_a_place_is_as_many_gpus_as_share_a_model_and_no_gpu_is_in_two(
    n_gpus: int, n_shards: int, expected: tuple[str, ...]
) -> None:
    assert worker_devices(GPUS[:n_gpus], recipe(n_shards)) == expected
    assert default_workers(GPUS[:n_gpus], recipe(n_shards)) == len(expected)


def test_gpus_keep_the_order_in_which_they_were_chosen() -> None:
    chosen = (GPUS[3], GPUS[0], GPUS[4], GPUS[1])
    assert worker_devices(chosen, recipe(2)) == ("cuda:3,cuda:0", "cuda:4,cuda:1")


@pytest.mark.parametrize(
    ("n_gpus", "n_shards", "end"),
    [(1, 2, "is 2, but 1 GPU is here or chosen"), (2, 3, "is 3, but 2 GPUs are here or chosen")],
)
def test_more_shards_than_gpus_is_one_clear_line(n_gpus: int, n_shards: int, end: str) -> None:
    with pytest.raises(UsageError) as refusal:
        worker_devices(GPUS[:n_gpus], recipe(n_shards))
    assert str(refusal.value) == f"recipe 'mine': 'n_shards' {end}"


@pytest.mark.parametrize("n_shards", [1, 2, 8])
def test_a_cpu_is_one_place_however_many_processes_share_a_model(n_shards: int) -> None:
    assert worker_devices([CPU], recipe(n_shards)) == ("cpu",)
    assert executor_options([CPU], recipe(n_shards)) == {}


def test_on_a_cpu_there_are_as_many_workers_as_have_a_core_for_each_shard() -> None:
    n_cores = len(os.sched_getaffinity(0))
    assert default_workers([CPU], recipe(1)) == n_cores
    assert default_workers([CPU], recipe(n_cores)) == 1
    assert default_workers([CPU], recipe(2)) == max(1, n_cores // 2)
    assert default_workers([CPU], recipe(100 * n_cores)) == 1


@pytest.mark.parametrize(
    ("n_gpus", "needs", "expected"),
    [
        (1, [30, 30, 30], 3),
        (1, [50, 60, 70], 1),  # no two of them
        (1, [10, 20, 90, 95], 2),
        (2, [40, 40, 40, 40, 40], 4),  # two on each
        (2, [10, 10, 10], 3),  # never more than there are candidates
        (1, [200], 1),  # does not fit, and is refused elsewhere
        (1, [], 1),
    ],
)
def test_as_many_workers_share_gpus_as_the_smallest_candidates_fit_together(
    monkeypatch: pytest.MonkeyPatch, n_gpus: int, needs: list[int], expected: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)))
    assert workers_that_fit(GPUS[:n_gpus], recipe(1), needs, 100) == expected


def test_workers_that_share_a_gpu_are_no_more_than_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(3)))
    assert workers_that_fit(GPUS[:1], recipe(1), [1] * 8, 100) == 3


def test_models_over_several_gpus_share_none_of_them_and_a_cpu_has_its_cores() -> None:
    assert workers_that_fit(GPUS[:4], recipe(2), [1] * 8, 100) == 2
    assert workers_that_fit([CPU], recipe(1), [1] * 8, None) == default_workers([CPU], recipe(1))


def test_an_executor_is_told_of_several_places_and_of_no_single_one() -> None:
    assert executor_options(GPUS[:4], recipe(2)) == {"devices": ("cuda:0,cuda:1", "cuda:2,cuda:3")}
    assert executor_options(GPUS[:3], recipe(2)) == {}
    assert executor_options(GPUS[:1], recipe(1)) == {}
    assert executor_options(GPUS[:1], recipe(1), 100) == {"capacity": 100}


def asked(device: str, n_shards: int) -> MeasurementRequest:
    return ask(0, recipe(n_shards), device=device)


def test_a_place_gives_each_process_of_a_team_its_device() -> None:
    for place in worker_devices(GPUS, recipe(2)):
        assert ",".join(devices_of(asked(place, 2))) == place
    assert devices_of(asked("cpu", 3)) == ("cpu", "cpu", "cpu")
