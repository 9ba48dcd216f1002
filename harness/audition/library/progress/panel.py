"""What the live view shows of a moment: how far it is, what it cost, the candidates, best first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import RenderableType

    from audition.library.progress.headway import Headway
    from audition.types import LossUnit, RankedModel, Ranking

ABOVE = 3  #: lines above the candidates: how far, what it cost, the heads of the columns
_STAGES = {"loading": "loads", "training": "trains", "evaluating": "is scored"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a candidate stands."""

    model: str
    rank: int | None = None  #: None: not ranked yet
    row: RankedModel | None = None  #: what the selector says of it so far


def draw(headway: Headway, ranking: Ranking | None, loss_unit: LossUnit, *, height: int) -> RenderableType:
    """Return the panel, of at most `height` lines: the first candidates, and how many are left out."""
    everybody = places(headway, ranking)
    n_shown = n_that_fit(len(everybody), height)
    lines: list[RenderableType] = [
        _line(headway.headline, "bold"),
        _line(" · ".join(filter(None, (headway.spent, headway.throughput, loss_unit))), "dim"),
        _table(headway, everybody[:n_shown], loss_unit, has_predictions=any(place.row for place in everybody)),
    ]
    if n_shown < len(everybody):
        lines.append(_line(f"… and {len(everybody) - n_shown} more", "dim"))
    return Group(*lines)


def places(headway: Headway, ranking: Ranking | None) -> list[Place]:
    """Return all candidates: by rank, then by the latest loss; those without any last, the running ones first."""
    rows = {row.model: row for row in ranking.models} if ranking is not None else {}
    running = {point.model for point in list(headway.running)}

    def key(model: str) -> tuple[float, float, bool]:
        rank = rows[model].rank if model in rows else None
        latest = headway.latest(model)
        loss = float("inf") if latest is None or latest.loss is None else latest.loss
        return (float("inf") if rank is None else rank, loss, model not in running)

    ordered = sorted(headway.found, key=key)
    return [Place(model=name, rank=rows[name].rank if name in rows else None, row=rows.get(name)) for name in ordered]


def n_that_fit(n_candidates: int, height: int) -> int:
    """Return how many candidates `height` lines have room for, with a line that counts the others; one at least."""
    room = height - ABOVE
    return n_candidates if n_candidates <= room else max(1, room - 1)


def _table(headway: Headway, shown: list[Place], loss_unit: LossUnit, *, has_predictions: bool) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("model", min_width=8)  # the one that is cut where the terminal is narrow
    if has_predictions:
        table.add_column("predicted, 80 %", no_wrap=True)
    table.add_column("sizes", no_wrap=True)
    table.add_column("latest error" if loss_unit == "error" else "latest loss", no_wrap=True)
    table.add_column("now", no_wrap=True)
    for place in shown:
        cells = ["" if place.rank is None else str(place.rank), place.model]
        cells += [_prediction(place.row)] if has_predictions else []
        cells += [_sizes(headway, place.model), _latest(headway, place.model), _now(headway, place.model)]
        table.add_row(*(Text(cell, no_wrap=True, overflow="ellipsis") for cell in cells))
    return table


def _prediction(row: RankedModel | None) -> str:
    if row is None or row.predicted_loss is None:
        return ""
    interval = "" if row.interval is None else f" {row.interval[0]:.2f} to {row.interval[1]:.2f}"
    return f"{row.predicted_loss:.3f}{interval}"


def _sizes(headway: Headway, model: str) -> str:
    planned = next((len(each.sizes) for each in headway.plan.models if each.model == model), 0)
    return f"{headway.n_sizes_done(model)}/{planned}"


def _latest(headway: Headway, model: str) -> str:
    found = headway.latest(model)
    failed = next((each for each in reversed(list(headway.found[model])) if each.loss is None), None)
    if failed is not None:
        return failed.status
    return "" if found is None or found.loss is None else f"{found.n_samples}: {found.loss:.4f}"


def _now(headway: Headway, model: str) -> str:
    """Return what runs: the size, and how far its stage is."""
    steps = [step for point, step in list(headway.running.items()) if point.model == model]
    if not steps:
        return ""
    step = max(steps, key=lambda each: each.n_samples)
    share = f" {step.done / step.total:.0%}" if step.total else ""
    more = f" +{len(steps) - 1}" if len(steps) > 1 else ""
    return f"{step.n_samples} {_STAGES[step.stage]}{share}{more}"


def _line(text: str, style: str) -> Text:
    return Text(text, style=style, no_wrap=True, overflow="ellipsis")
