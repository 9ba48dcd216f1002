"""Plans and rankings in tables that fit 80 columns; what does not fit stands in lines below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audition.cli.show.summary import amount_text, download_text, interval_text, memory_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audition.selection.plan import Plan
    from audition.types import RankedModel, Stratum

NUMBERS = ("new", "FLOPs", "seconds", "predicted", "80 % interval", "measured", "memory (est.)")  #: columns of numbers
_NAME, _BEGINNING = 28, 9  #: letters of a name; of the beginning of one that is cut


def plan_rows(plan: Plan) -> list[dict[str, Any]]:
    """Return one row a candidate; all costs are estimates, and at most."""
    return [
        {
            "model": shorten(model.model),
            "new": f"{len(model.sizes) - model.n_in_ledger} of {len(model.sizes)}",
            "FLOPs": amount_text(model.cost.flops, ".2g"),
            "seconds": amount_text(model.cost.seconds, ".0f") if plan.is_calibrated else "?",
            "download": download_text(model.download_bytes, model.download_label),
        }
        for model in plan.models
    ]


def size_lines(plan: Plan) -> list[str]:
    """Return which sizes are planned, of how many candidates."""
    by_sizes: dict[tuple[int, ...], int] = {}
    for model in plan.models:
        by_sizes[model.sizes] = by_sizes.get(model.sizes, 0) + 1
    return [
        f"Sizes{'' if len(by_sizes) == 1 else f' of {count}'}: {', '.join(f'{size:,}' for size in sizes) or 'none'}"
        for sizes, count in by_sizes.items()
    ]


def plan_remarks(plan: Plan) -> list[str]:
    """Return what to know of candidates, and which cannot take the task."""
    refused = [(row.model, f"{row.status}: {'; '.join(row.notes)}") for row in plan.refused]
    return _remark_lines([*plan.remarks.items(), *refused])


def ranking_rows(stratum: Stratum) -> list[dict[str, Any]]:
    """Return one row a candidate, best first: of what was measured, the largest size alone."""
    gives_predictions = any(row.predicted_loss is not None for row in stratum.ranking)
    gives_intervals = any(row.interval is not None for row in stratum.ranking)
    gives_memory = stratum.memory_budget_bytes is not None
    return [
        {
            "rank": "" if row.rank is None else row.rank,
            "model": shorten(row.model),
            **({"predicted": _decimals(row.predicted_loss)} if gives_predictions else {}),
            **({"80 % interval": interval_text(row).replace(" (unreliable)", " ?")} if gives_intervals else {}),
            "measured": _measured(row, stratum),
            **({"memory (est.)": memory_text(row.model, stratum)} if gives_memory else {}),
        }
        for row in stratum.ranking
    ]


def ranking_remarks(stratum: Stratum) -> list[str]:
    """Return what to know of candidates, a line for each remark."""
    return _remark_lines([(row.model, "; ".join(filter(None, row.notes))) for row in stratum.ranking])


def shorten(name: str) -> str:
    """Return a name of at most 28 characters: beginning and end of a longer one."""
    return name if len(name) <= _NAME else f"{name[:_BEGINNING]}…{name[_BEGINNING + 1 - _NAME :]}"


def _remark_lines(said: Iterable[tuple[str, str]]) -> list[str]:
    """Return remarks with the models that they are of; several may share one."""
    models: dict[str, list[str]] = {}
    for model, remark in said:
        if remark:
            models.setdefault(remark, []).append(model)
    return [f"  {', '.join(names)}: {remark}" for remark, names in models.items()]


def _measured(row: RankedModel, stratum: Stratum) -> str:
    """Return the measured loss at the largest size, or what became of a candidate that has none."""
    known = [each for each in stratum.measured if each.model == row.model and each.loss is not None]
    largest = max(known, key=lambda each: each.n_samples, default=None)
    if row.status != "ok" or largest is None:
        return row.status if row.status != "ok" else ""
    return f"{largest.loss:.4f} at {largest.n_samples:,}"


def _decimals(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"
