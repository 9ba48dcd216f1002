"""A plugin for tests: toy models that train in milliseconds, some of which die, hang or run out of memory."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from audition import hookimpl
from audition.testing.toy import TOY_MODEL, TOY_TASK, ToyAdapter, ToyTask
from audition.types import AdapterEntry, TaskEntry

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from audition.types import ModelSpec, TaskOptions


class BadlyBehaved(ToyAdapter):
    """Behaves as the name of its model says, at its first loss."""

    behaviour = "good"

    @classmethod
    def load(cls, spec: ModelSpec, folder: str) -> BadlyBehaved:
        adapter = super().load(spec, folder)
        assert isinstance(adapter, BadlyBehaved)
        adapter.behaviour = spec.name.partition("/")[2]
        if adapter.behaviour == "raises":
            raise RuntimeError("no such layer\nand more")
        return adapter

    def loss(self, batch: dict[str, Any]) -> Any:  # noqa: ANN401
        match self.behaviour:
            case "exits":
                os._exit(3)
            case "is-killed":
                os.kill(os.getpid(), signal.SIGKILL)
            case "hangs":
                time.sleep(600)
            case "runs-out":
                raise MemoryError("cannot allocate 1 TiB")
            case "diverges":
                return super().loss(batch) * float("nan")
            case "prints":
                print("a library that prints to standard output")  # noqa: T201 - what the test is about
        return super().loss(batch)


@hookimpl
def audition_adapters() -> Iterable[AdapterEntry]:
    return [AdapterEntry(name="toy", model_types=("audition-toy",), load=BadlyBehaved.load)]


@hookimpl
def audition_tasks() -> Iterable[TaskEntry]:
    return [TaskEntry(name=TOY_TASK.name, open=open_toy_task, spec=ToyTask().spec)]


def open_toy_task(name: str, options: TaskOptions) -> ToyTask:
    return ToyTask()


def toy_model(folder: Path, behaviour: str = "good") -> ModelSpec:
    """Write a checkpoint that passes for complete, and return its model."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text('{"model_type": "audition-toy"}')
    (folder / "model.safetensors").write_bytes(behaviour.encode())
    (folder / "tokenizer.json").write_text("{}")
    return replace(TOY_MODEL, name=f"toy/{behaviour}", checkpoint=str(folder), n_params=15_000)
