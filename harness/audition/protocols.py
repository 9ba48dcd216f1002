"""What a plugin implements: the public name of `audition.types.protocols`."""

from __future__ import annotations

from audition.types.protocols import Encoded, Executor, ModelAdapter, SelectionProblem, Selector, TaskLoader

__all__ = [
    "Encoded",
    "Executor",
    "ModelAdapter",
    "SelectionProblem",
    "Selector",
    "TaskLoader",
]
