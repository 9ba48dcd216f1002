"""The toys as a plugin: `load_plugins(extra={"toy": plugin})`, or the module of an entry point."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition import hookimpl
from audition.testing.toy.adapter import TOY_ADAPTER
from audition.testing.toy.curves import TOY_CURVES, TOY_LOSSES
from audition.testing.toy.executor import TOY_EXECUTOR
from audition.testing.toy.model import TOY_MODEL, toy_model
from audition.testing.toy.selector import TOY_SELECTOR
from audition.testing.toy.task import TOY_TASK, TOY_TASK_ENTRY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audition.types import AdapterEntry, ExecutorEntry, LossCurve, ModelSpec, SelectorEntry, TaskEntry


@hookimpl
def audition_adapters() -> Iterable[AdapterEntry]:
    """Return the toy adapter."""
    return [TOY_ADAPTER]


@hookimpl
def audition_models() -> Iterable[ModelSpec]:
    """Return the toy model, and those that the toy curves are of."""
    return [TOY_MODEL, *map(toy_model, TOY_LOSSES)]


@hookimpl
def audition_tasks() -> Iterable[TaskEntry]:
    """Return the toy task."""
    return [TOY_TASK_ENTRY]


@hookimpl
def audition_selectors() -> Iterable[SelectorEntry]:
    """Return the toy selector."""
    return [TOY_SELECTOR]


@hookimpl
def audition_executors() -> Iterable[ExecutorEntry]:
    """Return the toy executor."""
    return [TOY_EXECUTOR]


@hookimpl
def audition_curves(task: str) -> Iterable[LossCurve]:
    """Return the toy curves."""
    return TOY_CURVES if task == TOY_TASK.name else ()
