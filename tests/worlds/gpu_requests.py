"""What tests of a GPU share: the marks that skip them elsewhere, and the memory they leave."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import torch

if TYPE_CHECKING:
    from collections.abc import Iterator

ON_GPU = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no CUDA device here"),
    # an operation without a deterministic kernel warns, and which have one depends on torch and on the GPU
    pytest.mark.filterwarnings("ignore:.*determinis.*:UserWarning"),
]
GPU = "cuda:0"


@contextmanager
def only(n_bytes: int) -> Iterator[None]:
    """Leave `n_bytes` of the GPU: a tensor takes the rest."""
    torch.cuda.empty_cache()
    free, _ = torch.cuda.mem_get_info(GPU)
    filler = torch.empty(max(0, free - n_bytes), dtype=torch.uint8, device=GPU)
    try:
        yield
    finally:
        del filler
        torch.cuda.empty_cache()
