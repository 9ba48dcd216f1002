"""Rows as text: an aligned table, Markdown, CSV or JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from audition.text.codec import dumps
from audition.text.tables import number, percent, to_csv, to_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audition.bench.row import Row

Format = Literal["table", "markdown", "csv", "json"]


def print_rows(rows: Sequence[Row], form: Format) -> str:
    """Return `rows` in one of the formats, a line break at the end; JSON holds every field, CSV all but rankings."""
    if form == "json":
        return dumps([row.to_json() for row in rows], indent=2) + "\n"
    if form == "csv":
        return to_csv([row.to_record() for row in rows])
    return to_table([_shown(row) for row in rows], "simple" if form == "table" else "github", left_too="selected")


def _shown(row: Row) -> dict[str, str]:
    quality = row.quality
    return {
        "task": row.task,
        "ratio": str(row.ratio),
        "selector": row.contestant,
        "stratum": row.stratum,
        "models": str(row.n_models),
        "PearCorr %": percent(quality.pear_corr),
        "RelAcc %": percent(quality.rel_acc),
        "Spearman": number(quality.spearman, 3),
        "Kendall": number(quality.kendall, 3),
        "regret (nats)": number(quality.regret, 3),
        "top 1": _hit(quality.top1),
        "top 3": _hit(quality.top3),
        "samples asked for": f"{row.n_samples_spent:,}",
        "FLOPs": "–" if row.flops_spent is None else f"{row.flops_spent:.2e}",
        "selected": row.selected or "–",
    }


def _hit(hit: bool | None) -> str:
    return "–" if hit is None else "yes" if hit else "no"
