"""Figures 6 and 11: AtS for other numbers of accepted points and other thresholds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition.text.charts import Axis, Chart, Series
from audition.text.tables import to_csv, to_table
from audition_plugins.reproduction.comparing import mean_points, points, shown
from audition_plugins.reproduction.figures.figure import Figure
from audition_plugins.reproduction.measured import DELTAS, KS, Cell, ablated
from audition_plugins.reproduction.printed import METRICS, RATIOS, TASKS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audition.bench import Row
    from audition_plugins.reproduction.printed import Metric


def draw_ablation(rows: Mapping[Cell, Row]) -> Figure:
    """Return the means over tasks and ratios of the fifteen variants of AtS, and every cell."""
    tables = "\n".join(f"Mean {metric} (percent) over {_scope()}:\n\n{_table(rows, metric)}" for metric in METRICS)
    return Figure(
        title="Figures 6 and 11: k and δ of AtS",
        text=f"With the final line behind the published tables (`final_line=published`).\n\n{tables}",
        pictures={f"figure-6-{metric.lower()}.svg": _chart(rows, metric).to_svg() for metric in METRICS},
        data={"figure-11.csv": _csv(rows)},
    )


def _scope() -> str:
    return f"{len(TASKS)} tasks and {len(RATIOS)} ratios"


def _table(rows: Mapping[Cell, Row], metric: Metric) -> str:
    records = [
        {
            "k": str(k),
            **{f"δ = {delta}": shown(mean_points(rows, metric, ablated(k, delta), "all", TASKS)) for delta in DELTAS},
        }
        for k in KS
    ]
    return to_table(records, "github")


def _chart(rows: Mapping[Cell, Row], metric: Metric) -> Chart:
    return Chart(
        title=f"AtS: mean {metric} over {_scope()}",
        x=Axis(label="threshold δ"),
        y=Axis(label=f"{metric} (percent)"),
        series=[
            Series(
                name=f"k = {k}",
                x=DELTAS,
                y=[mean_points(rows, metric, ablated(k, delta), "all", TASKS) for delta in DELTAS],
                mark="line",
            )
            for k in KS
        ],
    )


def _csv(rows: Mapping[Cell, Row]) -> str:
    return to_csv(
        [
            {
                "k": k,
                "delta": delta,
                "task": task,
                "ratio": str(ratio),
                **{
                    metric: shown(points(rows[Cell(ablated(k, delta), "all", task, ratio)], metric))
                    for metric in METRICS
                },
            }
            for k in KS
            for delta in DELTAS
            for task in TASKS
            for ratio in RATIOS
        ]
    )
