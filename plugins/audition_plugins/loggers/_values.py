"""What all trackers are told: plain names and numbers."""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING, Any

from audition.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audition.types import Observation, Report


def library(module: str, extra: str) -> Any:  # noqa: ANN401 - a module
    """Return a tracker's library, imported.

    Raises:
        UsageError: it is not installed.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise UsageError(f'--log-to {extra} needs its library: pip install "audition[{extra}]" ({error})') from None


def label(model: str) -> str:
    """Return the name of a model in letters that every tracker takes in the name of a metric."""
    return re.sub(r"[^\w./ -]", "_", model).strip("/.") or "model"


def of_observation(observation: Observation) -> dict[str, float]:
    """Return the numbers of a measurement by metric; none of the loss where it failed."""
    seconds = observation.cost.seconds if observation.source == "live" else None  # a recorded curve tells no time
    numbers = {"loss": observation.loss, "seconds": seconds}
    return {f"{name}/{label(observation.model)}": float(x) for name, x in numbers.items() if x is not None}


def of_ranking(report: Report) -> Iterator[dict[str, Any]]:
    """Yield a row a candidate and memory budget, best first."""
    for stratum in report.strata:
        for row in stratum.ranking:
            low, high = row.interval or (None, None)
            yield {
                "memory_budget_bytes": stratum.memory_budget_bytes,
                "rank": row.rank,
                "model": row.model,
                "status": row.status,
                "predicted_loss": row.predicted_loss,
                "low": low,
                "high": high,
            }


def of_predictions(report: Report) -> dict[str, float]:
    """Return predicted losses and the ends of their intervals, by metric, of the last memory budget."""
    rows = [row for row in of_ranking(report) if row["memory_budget_bytes"] == report.strata[-1].memory_budget_bytes]
    return {
        f"{name}/{label(row['model'])}": float(row[name])
        for row in rows
        for name in ("predicted_loss", "low", "high")
        if row[name] is not None
    }


def of_report(report: Report) -> dict[str, str]:
    """Return what a selection came to, as texts."""
    return {
        "loss_unit": report.loss_unit,
        "d_full": str(report.d_full),
        "candidates": ", ".join(row.model for row in report.strata[-1].ranking),
        "recommended": report.recommended or "none",
        "recommendation": report.recommendation,
    }


def of_evaluation(observation: Observation, evaluation: Mapping[str, Any]) -> dict[str, float]:
    """Return the numbers of a fine-tuned model."""
    losses = {"loss_per_byte": observation.loss_per_byte, "loss_per_token": observation.loss_per_token}
    numbers = {**losses, "seconds": observation.cost.seconds, **evaluation.get("metrics", {})}
    return {f"finetuned/{name}": float(number) for name, number in numbers.items() if number is not None}
