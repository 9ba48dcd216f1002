"""What the commands do, as functions: `from audition import select, finetune, bench, fit, plan_memory`.

A function has the words, the defaults and the record of its command: ledger, run folder, hooks. Results are frozen
values with `to_frame()`, and `plot()` where a picture says more; a notebook shows them as tables.
"""

from __future__ import annotations

from audition.library.benchmarking import BenchResult, bench
from audition.library.finetuning import FinetunedModel, finetune
from audition.library.fitting import CurveFits, fit
from audition.library.memory_planning import MemoryPlan, plan_memory
from audition.library.selecting import select

__all__ = [
    "BenchResult",
    "CurveFits",
    "FinetunedModel",
    "MemoryPlan",
    "bench",
    "finetune",
    "fit",
    "plan_memory",
    "select",
]
