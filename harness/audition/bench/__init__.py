"""The benchmark of selectors: tasks × ratios × selectors × strata on recorded curves, one row a cell."""

from __future__ import annotations

from audition.bench.contestants import Contestant, enter
from audition.bench.joining import add_files, join_rows, require_same_cells
from audition.bench.recorded_tasks import RecordedTask, open_recorded_task, recorded_tasks
from audition.bench.row import Row
from audition.bench.running import Bench
from audition.bench.strata import ALL, Stratum, memory_stratum, size_stratum

__all__ = [
    "ALL",
    "Bench",
    "Contestant",
    "RecordedTask",
    "Row",
    "Stratum",
    "add_files",
    "enter",
    "join_rows",
    "memory_stratum",
    "open_recorded_task",
    "recorded_tasks",
    "require_same_cells",
    "size_stratum",
]
