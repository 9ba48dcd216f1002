"""Will it fit? Peak memory of a fine-tuning by component, and the least lossy setting that fits a budget. Private."""

from __future__ import annotations

from audition.memory.estimate import estimate_memory, estimate_step
from audition.memory.fitting import Fit, fit, shards_needed, sharing
from audition.memory.micro_batch import MicroBatch, largest_micro_batch
from audition.memory.planner import MemoryPlanner

__all__ = [
    "Fit",
    "MemoryPlanner",
    "MicroBatch",
    "estimate_memory",
    "estimate_step",
    "fit",
    "largest_micro_batch",
    "shards_needed",
    "sharing",
]
