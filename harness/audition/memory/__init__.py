"""Will it fit? Peak memory of a fine-tuning by component, and the least lossy setting that fits a budget."""

from __future__ import annotations

from audition.memory.estimate import estimate, estimate_step
from audition.memory.fitting import Fit, fit, shards_needed, sharing
from audition.memory.micro_batch import MicroBatch, largest_micro_batch
from audition.memory.planner import MemoryPlanner
from audition.tasks.lengths import estimated_lengths
from audition.text.sizes import GIB, format_bytes, parse_bytes
from audition.types import MemoryEstimate

__all__ = [
    "GIB",
    "Fit",
    "MemoryEstimate",
    "MemoryPlanner",
    "MicroBatch",
    "estimate",
    "estimate_step",
    "estimated_lengths",
    "fit",
    "format_bytes",
    "largest_micro_batch",
    "parse_bytes",
    "shards_needed",
    "sharing",
]
