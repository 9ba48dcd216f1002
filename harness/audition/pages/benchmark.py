"""The page of a benchmark, for who has a selector: leaderboards, cost, every cell's ranking, calibration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audition.pages.document import document

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from audition.bench import Row

DIGITS = 5  #: of what the page computes with


def bench_page(
    rows: Sequence[Row],
    full_losses: Mapping[str, Mapping[str, float]],
    *,
    benchmarks: Mapping[str, str],
    published: Sequence[Mapping[str, str]] = (),
    sections: Sequence[Mapping[str, str]] = (),
) -> str:
    """Return the page.

    Args:
        rows: cells of the benchmark.
        full_losses: by task and model: the loss after full fine-tuning, measured.
        benchmarks: by task: the benchmark it belongs to.
        published: cells of a paper beside ours, as `leaderboards/paper/tables.csv` has them; empty: not shown.
        sections: of other pages: title, address.
    """
    models = sorted(
        {model for row in rows for model in row.ranking} | {m for each in full_losses.values() for m in each}
    )
    place = {model: number for number, model in enumerate(models)}
    made_with = list(
        dict.fromkeys(part for row in rows for part in (*row.made_with.split("; "), row.definition) if part)
    )
    return document(
        "bench.html",
        "bench.js",
        {
            "models": models,
            "losses": {
                task: {place[model]: _short(loss) for model, loss in each.items()} for task, each in full_losses.items()
            },
            "benchmarks": {row.task: benchmarks.get(row.task, "other") for row in rows},
            "rows": [_cell(row, place) for row in rows],
        },
        title="Which selector finds the best model?",
        n_selectors=len({row.contestant for row in rows}),
        n_cells=len({(row.task, row.ratio, row.stratum) for row in rows}),
        tasks=list(dict.fromkeys(row.task for row in rows)),
        made_with=made_with,
        published=_compared(published),
        sections=list(sections),
        gives_probabilities=any(row.probability is not None for row in rows),
    )


def _cell(row: Row, place: Mapping[str, int]) -> list[Any]:
    """Return a row as the script reads it; its first lines name the places."""
    full = row.n_models * row.d_full
    quality = row.quality
    return [
        row.contestant,
        row.task,
        str(row.ratio),
        row.stratum,
        _short(quality.rel_acc),
        _short(quality.pear_corr),
        _short(quality.spearman),
        _short(quality.regret_share),
        _short(row.n_samples_spent / full if full else None),
        _short(row.probability),
        [place[model] for model in row.ranking],
    ]


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)


def _compared(cells: Iterable[Mapping[str, str]]) -> list[dict[str, Any]]:
    """Return for each table and metric of the paper how many cells have the printed digits, and how far others are."""
    found: dict[tuple[str, str], list[float]] = {}
    for cell in cells:
        if cell["difference"]:
            found.setdefault((cell["table"], cell["metric"]), []).append(abs(float(cell["difference"])))
    return [
        {
            "table": table,
            "metric": metric,
            "n": len(each),
            "n_same": sum(difference < 0.05 for difference in each),
            "n_close": sum(difference <= 1.0 for difference in each),
            "most": max(each),
        }
        for (table, metric), each in found.items()
    ]
