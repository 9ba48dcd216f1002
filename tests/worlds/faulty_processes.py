"""A plugin file for tests: the toy task, and GPT-2 with an adapter that fails in the second process of a team alone.

Workers load it without the other modules of these tests.
"""

from __future__ import annotations

import os
import signal
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audition import hookimpl
from audition.testing.toy import TOY_TASK_ENTRY
from audition.types import AdapterEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from audition.training.adapters.causal import CausalAdapter
    from audition.types import ModelSpec, TaskEntry

MAX_ROWS = 2  #: of a training pass, in the process that holds no more
HANGING = "hanging"  #: a file in a checkpoint: the second process has begun to hang
LOADS = "loads"  #: a file in a checkpoint: one line, a process id, for each time that it was loaded


def _hold_few_rows(folder: Path, n_rows: int) -> None:
    import torch

    if n_rows > MAX_ROWS:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")


def _hold_nothing(folder: Path, n_rows: int) -> None:
    _hold_few_rows(folder, MAX_ROWS + 1)


def _die(folder: Path, n_rows: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _raise(folder: Path, n_rows: int) -> None:
    raise RuntimeError("shapes do not match")


def _hang(folder: Path, n_rows: int) -> None:
    (folder / HANGING).touch()
    time.sleep(600)


#: what the second process does in a forward pass of training, by the adapter's name
FAULTS: dict[str, Callable[[Path, int], None]] = {
    "sound": lambda folder, n_rows: None,
    "holds-few-rows": _hold_few_rows,
    "holds-nothing": _hold_nothing,
    "dies": _die,
    "raises": _raise,
    "hangs": _hang,
    "diverges": lambda folder, n_rows: None,
}


def _load(fault: str, spec: ModelSpec, folder: str) -> CausalAdapter:
    from torch import distributed

    from audition.training.adapters.causal import CausalAdapter

    class FaultyAdapter(CausalAdapter):
        def loss(self, batch: dict[str, Any]) -> Any:  # noqa: ANN401 - a torch tensor
            loss = super().loss(batch)
            if not self.module.training or distributed.get_rank() != 1:
                return loss
            FAULTS[fault](Path(folder), len(batch["input_ids"]))
            return loss * float("nan") if fault == "diverges" else loss

    with (Path(folder) / LOADS).open("a", encoding="utf-8") as loads:
        loads.write(f"{os.getpid()}\n")
    return FaultyAdapter.load(spec, folder)


@hookimpl
def audition_adapters() -> Iterable[AdapterEntry]:
    return [
        AdapterEntry(name=fault, model_types=(f"gpt2-that-{fault}",), load=partial(_load, fault)) for fault in FAULTS
    ]


@hookimpl
def audition_tasks() -> Iterable[TaskEntry]:
    return [TOY_TASK_ENTRY]
