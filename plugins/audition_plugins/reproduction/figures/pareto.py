"""Figure 7: quality against what the selection costs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audition.text.charts import Axis, Chart, Series
from audition.text.tables import to_csv
from audition_plugins.reproduction.comparing import mean, points, shown
from audition_plugins.reproduction.figures.figure import Figure
from audition_plugins.reproduction.measured import ALGORITHM_1, Cell
from audition_plugins.reproduction.printed import CONTESTANTS, METRICS, RATIOS, TASKS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

    from audition.bench import RecordedTask, Row
    from audition_plugins.reproduction.printed import Metric

SHOWN = (*(name for name in CONTESTANTS.values() if name != "model-size"), ALGORITHM_1)
TEXT = (
    "Means over the tasks. The cost is what the selector asked for, in percent of the FLOPs of fine-tuning all models "
    "on everything: 6·N·tokens for training (one epoch, no search), 2·N·tokens of the test set for a zero-shot loss. "
    "ModelSize costs nothing and is not drawn; AtS-Family has no PearCorr."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """What a selector costs at one ratio, and what one gets; means over the tasks, in percent."""

    contestant: str
    ratio: Fraction
    cost: float  #: FLOPs spent, of full fine-tuning of every model
    planned_cost: float  #: as the paper counts: of all sizes offered
    quality: Mapping[Metric, float]  #: NaN where undefined


def draw_pareto(rows: Mapping[Cell, Row], tasks: Mapping[str, RecordedTask]) -> Figure:
    """Return both metrics against the FLOPs of the selection, a point a ratio."""
    trades = [_trade(rows, tasks, contestant, ratio) for contestant in SHOWN for ratio in RATIOS]
    return Figure(
        title="Figure 7: quality against cost",
        text=TEXT,
        pictures={f"figure-7-{metric.lower()}.svg": _chart(trades, metric).to_svg() for metric in METRICS},
        data={"figure-7.csv": to_csv([_record(trade) for trade in trades])},
    )


def full_flops(task: RecordedTask) -> float:
    """Return what fine-tuning every model on the full training set takes."""
    return sum(task.flops(model, [task.sizes[0]]) or 0.0 for model in task.models)


def _trade(rows: Mapping[Cell, Row], tasks: Mapping[str, RecordedTask], contestant: str, ratio: Fraction) -> Trade:
    cells = [rows[Cell(contestant, "all", task, ratio)] for task in TASKS]
    full = [full_flops(tasks[row.task]) for row in cells]
    return Trade(
        contestant=contestant,
        ratio=ratio,
        cost=mean([100 * (row.flops_spent or 0.0) / all_of_it for row, all_of_it in zip(cells, full, strict=True)]),
        planned_cost=mean([100 * (row.flops or 0.0) / all_of_it for row, all_of_it in zip(cells, full, strict=True)]),
        quality={metric: mean([points(row, metric) for row in cells]) for metric in METRICS},
    )


def _chart(trades: Sequence[Trade], metric: Metric) -> Chart:
    series = []
    for contestant in SHOWN:
        own = [t for t in trades if t.contestant == contestant and math.isfinite(t.quality[metric])]
        if own:
            x, y = [trade.cost for trade in own], [trade.quality[metric] for trade in own]
            labels = [f"{contestant}, {trade.ratio}" for trade in own]
            series.append(Series(name=contestant, x=x, y=y, labels=labels))
    return Chart(
        title=f"Mean {metric} against the cost of the selection",
        x=Axis(label="FLOPs, percent of full fine-tuning of all models", scale="log"),
        y=Axis(label=f"{metric} (percent)"),
        series=series,
    )


def _record(trade: Trade) -> dict[str, str]:
    return {
        "selector": trade.contestant,
        "ratio": str(trade.ratio),
        "flops_spent_percent": f"{trade.cost:.3f}",
        "flops_percent": f"{trade.planned_cost:.3f}",
        **{str(metric): shown(value) for metric, value in trade.quality.items()},
    }
