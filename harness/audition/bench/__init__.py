"""The benchmark of selectors: tasks × ratios × selectors × strata on recorded curves, one row a cell."""

from __future__ import annotations

from audition.bench.contestants import Contestant, make_contestants
from audition.bench.filters import ALL, ModelFilter, memory_filter, size_filter
from audition.bench.joining import add_files, join_rows, require_same_cells
from audition.bench.recorded_tasks import RecordedTask, open_recorded_task, recorded_tasks
from audition.bench.row import Row
from audition.bench.running import Bench

__all__ = [
    "ALL",
    "Bench",
    "Contestant",
    "ModelFilter",
    "RecordedTask",
    "Row",
    "add_files",
    "join_rows",
    "make_contestants",
    "memory_filter",
    "open_recorded_task",
    "recorded_tasks",
    "require_same_cells",
    "size_filter",
]
