"""Which GPUs a user means by "cuda", "cuda:1" or "cuda:0,cuda:2". Torch-free: numbers count what torch sees."""

from __future__ import annotations

import os
from importlib.metadata import version
from typing import TYPE_CHECKING

from audition.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audition.training.devices.device import Device


def gpu_numbers(names: str, n_visible: int) -> tuple[int, ...]:
    """Return the numbers of the GPUs that `names` are, in that order; "auto" and "cuda" are all `n_visible`.

    Raises:
        UsageError: `names` are no GPUs, or not there, or one comes twice.
    """
    if names in ("auto", "cuda"):
        if not n_visible:
            raise UsageError(f"no device {names!r}: {_sees(n_visible)}")
        return tuple(range(n_visible))
    numbers = [name.strip().removeprefix("cuda:") for name in names.split(",")]
    if "cuda:" not in names or not all(number.isdecimal() for number in numbers):
        raise UsageError(f"a device must be auto, cpu, cuda or cuda:N, or several such as cuda:0,cuda:2; got {names!r}")
    chosen = tuple(map(int, numbers))
    absent = [number for number in chosen if number >= n_visible]
    if absent:
        raise UsageError(f"no device {f'cuda:{absent[0]}'!r}: {_sees(n_visible)}")
    if len(set(chosen)) < len(chosen):
        raise UsageError(f"the devices {names!r} name a GPU twice; `--workers` runs several measurements on one")
    return chosen


def require_one_kind(devices: Sequence[Device]) -> None:
    """Refuse GPUs of different kinds: their numbers do not compare, and the ledger keeps them apart.

    Raises:
        UsageError: they are of different kinds, which are named.
    """
    if len({device.kind for device in devices}) > 1:
        named = ", ".join(f"{device.name} is a {device.kind}" for device in devices)
        raise UsageError(f"the GPUs are of different kinds ({named}), whose losses do not compare: choose by --device")


def _sees(n_visible: int) -> str:
    text = f"torch {version('torch')} sees {n_visible} CUDA device{'' if n_visible == 1 else 's'} here"
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is None:
        return text
    return f"{text}, numbered from 0, of those that CUDA_VISIBLE_DEVICES={visible!r} does not hide"
