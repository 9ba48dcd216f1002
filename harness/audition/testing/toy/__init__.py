"""Toys of every kind, for tests of what runs models, tasks and selectors without a real one.

Each is a complete example of its kind: read it before writing your own. Nothing is downloaded; only running the adapter
needs torch. `audition.testing.toy.plugin` offers them all as a plugin would.
"""

from __future__ import annotations

from audition.testing.toy.adapter import TOY_ADAPTER, ByteTokeniser, ToyAdapter, ToyEncoded
from audition.testing.toy.curves import D_FULL, SIZES, TOY_CURVES, TOY_LOSSES, LossOf, bent, power_law, toy_curve
from audition.testing.toy.executor import TOY_EXECUTOR, ToyExecutor, ToyExecutorClosed
from audition.testing.toy.model import TOY_MODEL, build_toy_checkpoint, toy_model
from audition.testing.toy.selector import TOY_SELECTOR, ToySelector
from audition.testing.toy.task import TOY_TASK, TOY_TASK_ENTRY, ToyTask, open_toy_task

__all__ = [
    "D_FULL",
    "SIZES",
    "TOY_ADAPTER",
    "TOY_CURVES",
    "TOY_EXECUTOR",
    "TOY_LOSSES",
    "TOY_MODEL",
    "TOY_SELECTOR",
    "TOY_TASK",
    "TOY_TASK_ENTRY",
    "ByteTokeniser",
    "LossOf",
    "ToyAdapter",
    "ToyEncoded",
    "ToyExecutor",
    "ToyExecutorClosed",
    "ToySelector",
    "ToyTask",
    "bent",
    "build_toy_checkpoint",
    "open_toy_task",
    "power_law",
    "toy_curve",
    "toy_model",
]
