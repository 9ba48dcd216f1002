"""What the commands do, as functions: `from audition import select, finetune, bench, fit, plan_memory`.

A function has the words, the defaults and the record of its command: ledger, run folder, hooks. Results are frozen
values with `to_frame()`, and `plot()` where a picture says more; a notebook shows them as tables. Each function is
imported when it is first asked for: a listing needs none of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from audition.library.benchmarking import BenchResult, bench
    from audition.library.curves import CurvePoint, ListedCurve, list_curves, show_curve
    from audition.library.doctoring import CheckUp, doctor
    from audition.library.finetuning import FinetunedModel, finetune
    from audition.library.fitting import CurveFits, fit
    from audition.library.memory_planning import MemoryPlan, plan_memory
    from audition.library.paging import page
    from audition.library.selecting import select

__all__ = [
    "BenchResult",
    "CheckUp",
    "CurveFits",
    "CurvePoint",
    "FinetunedModel",
    "ListedCurve",
    "MemoryPlan",
    "bench",
    "doctor",
    "finetune",
    "fit",
    "list_curves",
    "page",
    "plan_memory",
    "select",
    "show_curve",
]

_HOMES = {
    "BenchResult": "benchmarking",
    "CheckUp": "doctoring",
    "CurveFits": "fitting",
    "CurvePoint": "curves",
    "ListedCurve": "curves",
    "list_curves": "curves",
    "show_curve": "curves",
    "FinetunedModel": "finetuning",
    "MemoryPlan": "memory_planning",
    "bench": "benchmarking",
    "doctor": "doctoring",
    "finetune": "finetuning",
    "fit": "fitting",
    "page": "paging",
    "plan_memory": "memory_planning",
    "select": "selecting",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module's attribute may be anything
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
