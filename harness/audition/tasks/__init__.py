"""Rows to subsets: what every task loader shares."""

from __future__ import annotations

from audition.tasks.conversation import plain_text
from audition.tasks.reading import HasReadReport, ReadReport
from audition.tasks.splits import SPLIT_RULE, SPLITS, SplitLimits, SplitName, Splits, input_hash, split_rows
from audition.tasks.subsets import require_rows, subset_order

__all__ = [
    "SPLITS",
    "SPLIT_RULE",
    "HasReadReport",
    "ReadReport",
    "SplitLimits",
    "SplitName",
    "Splits",
    "input_hash",
    "plain_text",
    "require_rows",
    "split_rows",
    "subset_order",
]
