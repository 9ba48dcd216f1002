"""A plugin for tests: the misbehaving toys of `audition.testing`, as models called `toy/<behaviour>`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from audition import hookimpl
from audition.testing.toy import TOY_TASK_ENTRY
from audition.testing.toy.misbehaving import MisbehavingAdapter, build_misbehaving_checkpoint
from audition.types import AdapterEntry

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from audition.testing.toy.misbehaving import Behaviour
    from audition.types import ModelSpec, TaskEntry

ADAPTER = AdapterEntry(name="toy", model_types=("audition-toy",), load=MisbehavingAdapter.load)


@hookimpl
def audition_adapters() -> Iterable[AdapterEntry]:
    return [ADAPTER]


@hookimpl
def audition_tasks() -> Iterable[TaskEntry]:
    return [TOY_TASK_ENTRY]


def toy_model(folder: Path, behaviour: str = "good") -> ModelSpec:
    """Write a checkpoint that passes for complete, and return its model; whatever is no behaviour is good."""
    spec = build_misbehaving_checkpoint(folder, cast("Behaviour", behaviour))
    return replace(spec, name=f"toy/{behaviour}", family="toy", adapter=ADAPTER.name)
