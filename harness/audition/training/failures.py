"""How a fine-tuning may fail without anybody's mistake: no memory, no finite loss."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from audition.errors import AuditionError
from audition.text.sizes import format_bytes

if TYPE_CHECKING:
    from audition.types import Attempt, Status

#: what torch's CPU allocator, oneDNN, CUDA, cuBLAS and cuDNN say in a plain RuntimeError
_NO_MEMORY = (
    "not enough memory",
    "can't allocate memory",
    "cannot allocate memory",
    "std::bad_alloc",
    "CUDA out of memory",
    "CUDA error: out of memory",
    "CUBLAS_STATUS_ALLOC_FAILED",
    "CUDNN_STATUS_ALLOC_FAILED",
)
_NOT_REPEATABLE = "torch.use_deterministic_algorithms(True)"  #: named by every complaint of that mode
_ASKED = re.compile(r"tried to allocate ([\d.]+) (\w+)", re.IGNORECASE)


class NotFiniteError(AuditionError):
    """A loss or a gradient became infinite or not a number."""


class DoesNotFitError(AuditionError):
    """Memory ran out where no smaller micro-batch helps; the message says where, and what was asked for."""

    def __init__(self, where: str, cause: BaseException) -> None:
        asked = _ASKED.search(str(cause))
        super().__init__(where if asked is None else f"{where}, asking for {_size(asked[1], asked[2])} more")


class StartAgainError(AuditionError):
    """A process of a team cannot go on, and the others wait for it: all must start again, by what it has learned."""

    def __init__(self, attempt: Attempt) -> None:
        super().__init__(f"to be done again, with {attempt}")
        self.attempt = attempt


def failure_status(error: BaseException) -> Status | None:
    """Return the status that `error` stands for, or None if it is a crash."""
    if isinstance(error, NotFiniteError):
        return "not-finite"
    return "does-not-fit" if isinstance(error, DoesNotFitError) or is_out_of_memory(error) else None


def one_line(error: BaseException) -> str:
    """Return the first line of what `error` says."""
    return next(iter(str(error).strip().splitlines()), "") or type(error).__name__


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether `error` says that an allocation failed, on a GPU or on the CPU."""
    import torch

    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in _NO_MEMORY)


def lacks_deterministic_kernel(error: BaseException) -> bool:
    """Return whether an operation refused to run because it cannot repeat its numbers."""
    return isinstance(error, RuntimeError) and _NOT_REPEATABLE in str(error)


def _size(number: str, unit: str) -> str:
    return format_bytes(float(number)) if unit == "bytes" else f"{number} {unit}"
