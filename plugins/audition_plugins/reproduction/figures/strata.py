"""Figure 12: every selector among the smaller models only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition.text.charts import Axis, Chart, Series
from audition.text.tables import to_csv, to_table
from audition_plugins.reproduction.comparing import mean, mean_points, points, shown
from audition_plugins.reproduction.figures.figure import Figure
from audition_plugins.reproduction.measured import IN_STRATA, STRATA, Cell
from audition_plugins.reproduction.printed import CONTESTANTS, METRICS, RATIOS, TASKS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audition.bench import Row
    from audition_plugins.reproduction.printed import Metric

DRAWN = (CONTESTANTS["AtS"], CONTESTANTS["SubTuning"])
NAMES = tuple(f"params<{limit}" for limit in STRATA)


def draw_strata(rows: Mapping[Cell, Row]) -> Figure:
    """Return the means in the four strata, and every cell."""
    return Figure(
        title="Figure 12: four strata of model size",
        text=f"Means over {len(RATIOS)} ratios, PearCorr / RelAcc in percent.\n\n{_table(rows)}",
        pictures={f"figure-12-{metric.lower()}.svg": _chart(rows, metric).to_svg() for metric in METRICS},
        data={"figure-12.csv": _csv(rows)},
    )


def _table(rows: Mapping[Cell, Row]) -> str:
    records = []
    for stratum in NAMES:
        for contestant in IN_STRATA:
            some = rows[Cell(contestant, stratum, TASKS[0], RATIOS[0])]
            record = {"stratum": stratum, "selector": contestant, "models": str(some.n_models)}
            for task in (*TASKS, "all"):
                of = TASKS if task == "all" else (task,)
                record[task] = " / ".join(shown(mean_points(rows, m, contestant, stratum, of)) for m in METRICS)
            records.append(record)
    return to_table(records, "github", left=2)


def _chart(rows: Mapping[Cell, Row], metric: Metric) -> Chart:
    series = []
    for contestant in DRAWN:
        for colour, stratum in enumerate(NAMES):
            cells = [[rows[Cell(contestant, stratum, task, ratio)] for task in TASKS] for ratio in RATIOS]
            series.append(
                Series(
                    name=f"{contestant.split()[0]}, {stratum}",
                    x=[float(ratio) for ratio in RATIOS],
                    y=[mean([points(row, metric) for row in of_ratio]) for of_ratio in cells],
                    mark="line" if contestant == DRAWN[0] else "dashed",
                    colour=colour,
                )
            )
    return Chart(
        title=f"Mean {metric} in four strata",
        x=Axis(label="data ratio", scale="log"),
        y=Axis(label=f"{metric} (percent)"),
        series=series,
    )


def _csv(rows: Mapping[Cell, Row]) -> str:
    return to_csv(
        [
            {
                "stratum": stratum,
                "selector": contestant,
                "task": task,
                "ratio": str(ratio),
                **{metric: shown(points(rows[Cell(contestant, stratum, task, ratio)], metric)) for metric in METRICS},
            }
            for stratum in NAMES
            for contestant in IN_STRATA
            for task in TASKS
            for ratio in RATIOS
        ]
    )
