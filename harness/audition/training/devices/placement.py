"""How measurements are spread over the devices that a user chose."""

from __future__ import annotations

import os
from itertools import accumulate
from typing import TYPE_CHECKING

from audition.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audition.training.devices.device import Device
    from audition.types import Recipe


def worker_devices(devices: Sequence[Device], recipe: Recipe) -> tuple[str, ...]:
    """Return where one measurement each can run: a GPU, or as many as share a model, "cuda:0,cuda:1"; or the CPU.

    GPUs that are too few for another measurement are left out.

    Raises:
        UsageError: the recipe spreads a model over more GPUs than there are.
    """
    n = recipe.n_shards
    if not devices[0].is_cuda:
        return (devices[0].name,)
    if n > len(devices):
        are = "GPU is" if len(devices) == 1 else "GPUs are"
        raise UsageError(f"recipe {recipe.name!r}: 'n_shards' is {n}, but {len(devices)} {are} here or chosen")
    names = [device.name for device in devices]
    return tuple(",".join(names[start : start + n]) for start in range(0, len(names) - n + 1, n))


def default_workers(devices: Sequence[Device], recipe: Recipe) -> int:
    """Return one worker a place, or on a CPU, one a core that this process may use, shards counted."""
    if devices[0].is_cuda:
        return len(worker_devices(devices, recipe))
    return max(1, len(os.sched_getaffinity(0)) // recipe.n_shards)


def workers_that_fit(devices: Sequence[Device], recipe: Recipe, needs: Sequence[int], capacity: int | None) -> int:
    """Return how many measurements can run at once where small models share a GPU; on a CPU, `default_workers`.

    At most one a core, since each has a thread that feeds its GPU, and one a candidate.

    Args:
        devices: those that were chosen.
        recipe: its shards are on devices of their own, which nobody shares.
        needs: bytes that each candidate is estimated to need; those of unknown need are not among them.
        capacity: bytes of each device.
    """
    places = default_workers(devices, recipe)
    if capacity is None or recipe.n_shards > 1:
        return places
    sums = accumulate(sorted(needs))
    together = sum(each <= capacity for each in sums)
    return max(places, min(places * together, len(needs), len(os.sched_getaffinity(0))))


def executor_options(
    devices: Sequence[Device], recipe: Recipe, capacity: int | None = None
) -> dict[str, tuple[str, ...] | int]:
    """Return how an executor is told of several places, since one is in every request anyway; and of a shared one."""
    chosen = worker_devices(devices, recipe)
    places: dict[str, tuple[str, ...] | int] = {"devices": chosen} if len(chosen) > 1 else {}
    return places if capacity is None else {**places, "capacity": capacity}


def memory_of_each(devices: Sequence[Device]) -> int | None:
    """Return the bytes that any of the GPUs has; None on a CPU, where nothing is filtered by memory."""
    return min(device.memory_bytes for device in devices) if devices[0].is_cuda else None
