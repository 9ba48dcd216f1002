"""Frozen values and protocols that cross the plugin boundary. Units and shapes are declared here, once.

Every annotation resolves at run time (`typing.get_type_hints`), so nothing here is imported for type checkers alone.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from audition.types.costs import Cost, MemoryEstimate
from audition.types.deprecation import deprecated
from audition.types.entries import (
    AdapterEntry,
    ExecutorEntry,
    LoggerEntry,
    ObjectiveEntry,
    PluginFile,
    Registered,
    ReproductionEntry,
    SelectorEntry,
    TaskEntry,
)
from audition.types.measurements import LossCurve, LossUnit, Observation, Point, Source, Status
from audition.types.models import Architecture, ModelShape, ModelSpec
from audition.types.recipes import Attention, Method, Optimiser, Precision, Quantisation, Recipe, Side, TrainOn
from audition.types.requests import Attempt, Calibration, MeasurementRequest, Progress
from audition.types.results.rankings import NOT_A_NUMBER, Flag, RankedModel, Ranking, Score
from audition.types.results.reports import Report
from audition.types.results.strata import Stratum, Upgrade
from audition.types.surveys import Survey
from audition.types.tasks import Example, Quotes, TaskOptions, TaskSpec, Turn

__all__ = [
    "JSON",
    "NOT_A_NUMBER",
    "AdapterEntry",
    "Architecture",
    "Attempt",
    "Attention",
    "Calibration",
    "Cost",
    "Example",
    "ExecutorEntry",
    "Flag",
    "LoggerEntry",
    "LossCurve",
    "LossUnit",
    "MeasurementRequest",
    "MemoryEstimate",
    "Method",
    "ModelShape",
    "ModelSpec",
    "ObjectiveEntry",
    "Observation",
    "Optimiser",
    "PluginFile",
    "Point",
    "Precision",
    "Progress",
    "Quantisation",
    "Quotes",
    "RankedModel",
    "Ranking",
    "Recipe",
    "Registered",
    "Report",
    "ReproductionEntry",
    "Score",
    "SelectorEntry",
    "Side",
    "Source",
    "Status",
    "Stratum",
    "Survey",
    "TaskEntry",
    "TaskOptions",
    "TaskSpec",
    "TrainOn",
    "Turn",
    "Upgrade",
]


if TYPE_CHECKING:
    JSON = Any


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module's attribute may be anything
    if name == "JSON":
        warnings.warn(deprecated("audition.types.JSON", "typing.Any", since=1), stacklevel=2)
        return Any
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
