"""What makes the numbers of a device repeat."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from audition.training.devices.finding import T, _torch
from audition.training.failures import lacks_deterministic_kernel

if TYPE_CHECKING:
    from collections.abc import Callable

    from audition.training.devices.device import Device
    from audition.types import Recipe


def make_repeatable(
    device: Device, *, tf32: bool = False, deterministic: bool = True, may_refuse: bool = False
) -> None:
    """Set this process up so that the same inputs and seed give the same numbers on `device`, bitwise on a CPU.

    One thread on a CPU: a sum over threads depends on their number. float32 means float32 unless `tf32` is wished for,
    which CUDA alone has. Every setting is written each time, so that nothing of an earlier request is left.

    Args:
        device: where it will compute.
        tf32: multiply float32 matrices with 10 bits of mantissa on CUDA.
        deterministic: use kernels that repeat their numbers.
        may_refuse: an operation without such a kernel raises; otherwise it warns, and so does attention on CUDA, whose
            backward pass repeats its numbers only if everything must.
    """
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # read when CUDA starts
    torch = _torch()
    torch.use_deterministic_algorithms(deterministic, warn_only=not may_refuse)
    torch.utils.deterministic.fill_uninitialized_memory = False  # costs time, and only hides reads of garbage
    uses_tf32 = tf32 and device.is_cuda
    torch.set_float32_matmul_precision("high" if uses_tf32 else "highest")
    torch.backends.cudnn.allow_tf32 = uses_tf32  # on by default
    torch.backends.cudnn.benchmark = not deterministic
    if device.is_cuda:
        torch.cuda.set_device(device.name)
    else:
        torch.set_num_threads(1)


def repeatably(
    device: Device, recipe: Recipe, work: Callable[[], T], *, is_strict: bool = True, may_retry: bool = True
) -> T:
    """Return `work()` with the kernels that the recipe wishes for; `work` may be called twice, from its beginning.

    Twice where it uses an operation that has no deterministic kernel: the second time that operation warns. What it
    computes may then differ in the last digits from another run on the same kind of GPU. Without `is_strict` it warns
    the first time; without `may_retry` the refusal is raised.
    """
    settings = {"tf32": recipe.tf32, "deterministic": recipe.deterministic}
    make_repeatable(device, **settings, may_refuse=is_strict)
    try:
        return work()
    except RuntimeError as error:
        if not (is_strict and may_retry and lacks_deterministic_kernel(error)):
            raise
    make_repeatable(device, **settings)
    return work()
