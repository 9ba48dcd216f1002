"""For authors of plugins: conformance classes, toys of every kind, a spy problem and fixtures.

`docs/testing-plugins.md` tells how to use them. The conformance classes need pytest (`pip install "audition[testing]"`)
and are imported when they are first used; those of adapters and executors, and whatever runs a toy model, need torch
(`audition[train]`). Importing this package imports neither.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from audition.testing.checkpoints import KINDS, Kind, build_checkpoint
from audition.testing.promises import BrokenPromise, Promise, promise, require
from audition.testing.reference import reference_loss
from audition.testing.spy import SpyProblem
from audition.testing.toy import (
    D_FULL,
    SIZES,
    TOY_ADAPTER,
    TOY_CURVES,
    TOY_EXECUTOR,
    TOY_LOSSES,
    TOY_MODEL,
    TOY_SELECTOR,
    TOY_TASK,
    TOY_TASK_ENTRY,
    ByteTokeniser,
    LossOf,
    ToyAdapter,
    ToyEncoded,
    ToyExecutor,
    ToySelector,
    ToyTask,
    bent,
    build_toy_checkpoint,
    power_law,
    toy_curve,
    toy_model,
)

if TYPE_CHECKING:
    from audition.testing.adapters import AdapterConformance
    from audition.testing.curves import CurvesConformance
    from audition.testing.executors import ExecutorConformance
    from audition.testing.models import ModelConformance
    from audition.testing.plugins import PluginConformance
    from audition.testing.selectors import SelectorConformance
    from audition.testing.tasks import TaskConformance
    from audition.testing.tokenising import TokeniserConformance

__all__ = [
    "D_FULL",
    "KINDS",
    "SIZES",
    "TOY_ADAPTER",
    "TOY_CURVES",
    "TOY_EXECUTOR",
    "TOY_LOSSES",
    "TOY_MODEL",
    "TOY_SELECTOR",
    "TOY_TASK",
    "TOY_TASK_ENTRY",
    "AdapterConformance",
    "BrokenPromise",
    "ByteTokeniser",
    "CurvesConformance",
    "ExecutorConformance",
    "Kind",
    "LossOf",
    "ModelConformance",
    "PluginConformance",
    "Promise",
    "SelectorConformance",
    "SpyProblem",
    "TaskConformance",
    "TokeniserConformance",
    "ToyAdapter",
    "ToyEncoded",
    "ToyExecutor",
    "ToySelector",
    "ToyTask",
    "bent",
    "build_checkpoint",
    "build_toy_checkpoint",
    "power_law",
    "promise",
    "reference_loss",
    "require",
    "toy_curve",
    "toy_model",
]

_CONFORMANCE = {
    "AdapterConformance": "adapters",
    "CurvesConformance": "curves",
    "ExecutorConformance": "executors",
    "ModelConformance": "models",
    "PluginConformance": "plugins",
    "SelectorConformance": "selectors",
    "TaskConformance": "tasks",
    "TokeniserConformance": "tokenising",
}  #: modules of what needs pytest


if not TYPE_CHECKING:  # a type checker knows the names above, and should know no others

    def __getattr__(name: str) -> object:
        if name not in _CONFORMANCE:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_CONFORMANCE[name]}"), name)
