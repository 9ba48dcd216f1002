from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # read when CUDA starts

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _as_if_nothing_had_been() -> Iterator[None]:
    """Accelerate keeps the first device of a process for ever, and torch its settings: other tests want a CPU."""
    from accelerate.state import AcceleratorState

    from audition.training.devices.finding import resolve_device
    from audition.training.devices.repeatable import make_repeatable

    AcceleratorState._reset_state(reset_partial_state=True)  # noqa: SLF001 - there is no public way
    yield
    AcceleratorState._reset_state(reset_partial_state=True)  # noqa: SLF001
    make_repeatable(resolve_device("cpu"))
