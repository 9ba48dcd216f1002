"""How a fine-tuning may fail without anybody's mistake: no memory, no finite loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition.errors import AuditionError

if TYPE_CHECKING:
    from audition.types import Status

_CPU_MEMORY = ("not enough memory", "can't allocate memory", "cannot allocate memory")
_CUDA_MEMORY = ("CUDA out of memory", "CUDA error: out of memory", "CUBLAS_STATUS_ALLOC_FAILED")


class NotFiniteError(AuditionError):
    """A loss or a gradient became infinite or not a number."""


def failure_status(error: BaseException) -> Status | None:
    """Return the status that `error` stands for, or None if it is a crash."""
    if isinstance(error, NotFiniteError):
        return "not-finite"
    return "out-of-memory" if _is_out_of_memory(error) else None


def one_line(error: BaseException) -> str:
    """Return the first line of what `error` says."""
    return next(iter(str(error).strip().splitlines()), "") or type(error).__name__


def _is_out_of_memory(error: BaseException) -> bool:
    import torch

    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    # torch's CPU allocator and cuBLAS raise a plain RuntimeError
    return isinstance(error, RuntimeError) and any(words in str(error) for words in (*_CPU_MEMORY, *_CUDA_MEMORY))
