"""`audition.library.list_curves` and `show_curve`: the losses that a ledger, or a plugin, has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from audition.errors import UsageError, unknown_name
from audition.library.words import DEFAULT_LEDGER, load_catalog
from audition.plugins.catalog import Catalog
from audition.types import LossUnit, Observation, Source, Status

if TYPE_CHECKING:
    from audition.measuring.ledger import Ledger

KEY_DIGITS = 8  #: of a measurement's key, at the least


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCurve:
    """What there is of one model on one task."""

    task: str
    model: str
    n_points: int  #: measurements: sizes × seeds × recipes
    n_failed: int  #: of them
    n_sizes: int
    smallest: int  #: training examples; 0: zero-shot
    largest: int
    n_seeds: int  #: 0: a recorded curve, which does not tell
    loss_unit: LossUnit  #: in which `show_curve` shows it
    source: str  #: "ledger", or where a recorded curve comes from


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """One measured loss."""

    n_samples: int
    loss: float | None  #: None: the measurement failed
    loss_unit: LossUnit
    status: Status
    key: str  #: of the measurement, as short as tells it from the others; empty for a recorded curve
    method: str | None  #: such as "full bf16"
    device_kind: str | None
    observation: Observation | None  #: all that was measured; None: a recorded curve


def list_curves(
    *,
    task: str = "*",
    model: str = "*",
    source: Source = "live",
    limit: int | None = None,
    offset: int = 0,
    ledger: str = DEFAULT_LEDGER,
    plugin: Sequence[str | PathLike[str]] = (),
    catalog: Catalog | None = None,
) -> tuple[ListedCurve, ...]:
    """Return which models were measured on which tasks, by name, as `audition curves` lists them.

    Args:
        task: a name, or a pattern such as "wmt*".
        model: likewise.
        source: "live" lists the ledger, "recorded" the curves of plugins.
        limit: how many; None: all.
        offset: how many to pass over.
        ledger: file or database URL; where there is none, nothing was measured.
        plugin: Python files to load as plugins.
        catalog: plugins that are loaded already; None: they are loaded now.
    """
    if source == "recorded":
        found = sorted(
            _recorded(catalog or load_catalog(plugin), task, model), key=lambda each: (each.task, each.model)
        )
        return tuple(found[offset : None if limit is None else offset + limit])
    store = _open(ledger)
    rows = () if store is None else store.curves(task=task, model=model, limit=limit, offset=offset)
    return tuple(
        ListedCurve(
            task=row["task"],
            model=row["model"],
            n_points=row["n_points"],
            n_failed=row["n_points"] - row["n_ok"],
            n_sizes=row["n_sizes"],
            smallest=row["smallest"],
            largest=row["largest"],
            n_seeds=row["n_seeds"],
            loss_unit="nats/byte",
            source="ledger",
        )
        for row in rows
    )


def show_curve(
    task: str,
    model: str,
    *,
    source: Source = "live",
    ledger: str = DEFAULT_LEDGER,
    plugin: Sequence[str | PathLike[str]] = (),
    catalog: Catalog | None = None,
) -> tuple[CurvePoint, ...]:
    """Return the losses of a model on a task, smallest size first, as `audition curves show` does.

    Args:
        task: its name.
        model: its name.
        source: "live" looks into the ledger, "recorded" at the curves of plugins.
        ledger: file or database URL.
        plugin: Python files to load as plugins.
        catalog: plugins that are loaded already; None: they are loaded now.

    Raises:
        UsageError: there is no such curve; the message says which there are.
    """
    if source == "recorded":
        catalog = catalog or load_catalog(plugin)
        points = _recorded_points(catalog, task, model)
        known = list(_recorded(catalog, "*", "*")) if not points else []
    else:
        store = _open(ledger)
        points = [] if store is None else _measured_points(store, task, model)
        known = list(list_curves(ledger=ledger)) if not points else []
    if points:
        return tuple(points)
    tasks = {each.task for each in known}
    if not tasks:
        raise UsageError("no loss is there to show: `audition select` measures; --source recorded has those of plugins")
    if task not in tasks:
        raise unknown_name("task with a curve", task, tasks)
    raise unknown_name(f"model with a curve on {task!r}", model, {each.model for each in known if each.task == task})


def _recorded(catalog: Catalog, task: str, model: str) -> list[ListedCurve]:
    return [
        ListedCurve(
            task=curve.task,
            model=curve.model,
            n_points=len(curve.n_samples),
            n_failed=0,
            n_sizes=len(set(curve.n_samples)),
            smallest=min(curve.n_samples, default=0),
            largest=max(curve.n_samples, default=0),
            n_seeds=0,
            loss_unit=curve.loss_unit,
            source=curve.source,
        )
        for name in _recorded_tasks(catalog, task)
        for curve in (offer.entry for offer in catalog.curves(name))
        if fnmatchcase(curve.model, model)
    ]


def _recorded_tasks(catalog: Catalog, pattern: str) -> list[str]:
    """Return the listed tasks that match; a name is asked for even where no plugin lists it."""
    return [name for name in catalog.tasks if fnmatchcase(name, pattern)] or ([] if "*" in pattern else [pattern])


def _recorded_points(catalog: Catalog, task: str, model: str) -> list[CurvePoint]:
    return [
        CurvePoint(
            n_samples=size,
            loss=loss,
            loss_unit=curve.loss_unit,
            status="ok",
            key="",
            method=None,
            device_kind=None,
            observation=None,
        )
        for curve in (offer.entry for offer in catalog.curves(task))
        if curve.model == model
        for size, loss in zip(curve.n_samples, curve.loss, strict=True)
    ]


def _measured_points(store: Ledger, task: str, model: str) -> list[CurvePoint]:
    found = store.points(task, model)
    n_digits = _n_digits([key for key, _ in found])
    return [
        CurvePoint(
            n_samples=seen.n_samples,
            loss=seen.loss_per_byte,
            loss_unit="nats/byte",
            status=seen.status,
            key=key[:n_digits],
            method=seen.method,
            device_kind=seen.device_kind,
            observation=seen,
        )
        for key, seen in found
    ]


def _n_digits(keys: Sequence[str]) -> int:
    """Return how many digits tell the keys apart."""
    longest = max(map(len, keys), default=0)
    return next((n for n in range(KEY_DIGITS, longest) if len({key[:n] for key in keys}) == len(keys)), longest)


def _open(ledger: str) -> Ledger | None:
    from audition.measuring.ledger import Ledger

    return Ledger(ledger) if "://" in ledger or Path(ledger).exists() else None  # looking makes no ledger
