"""Figure 5: where every selector fails worst."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition.text.charts import Axis, Chart, Series
from audition.text.tables import to_table
from audition_plugins.reproduction.figures.figure import Figure
from audition_plugins.reproduction.law_fits import trained
from audition_plugins.reproduction.measured import ALGORITHM_1, OPTIMUM
from audition_plugins.reproduction.printed import CONTESTANTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audition.bench import RecordedTask, Row
    from audition_plugins.reproduction.measured import Cell

DRAWN = {"figure-5-sub-tuning.svg": CONTESTANTS["SubTuning"], "figure-5-our-fit.svg": CONTESTANTS["OurFit"]}


def draw_failures(rows: Mapping[Cell, Row], tasks: Mapping[str, RecordedTask]) -> Figure:
    """Return the cell with the largest regret of every selector, and two of them as curves."""
    worst = {name: _worst(rows, name) for name in (*CONTESTANTS.values(), ALGORITHM_1, OPTIMUM)}
    table = to_table([_line(row, tasks[row.task]) for row in worst.values()], "github", left=4)
    return Figure(
        title="Figure 5: failure cases",
        text="The cell of the largest regret of every selector (ratios 1/8 to 1/512, losses in nats per token). Lines "
        f"are the recorded curves, points the part of them that the budget shows.\n\n{table}",
        pictures={name: _chart(worst[contestant], tasks).to_svg() for name, contestant in DRAWN.items()},
    )


def _worst(rows: Mapping[Cell, Row], contestant: str) -> Row:
    cells = [row for cell, row in rows.items() if (cell.contestant, cell.stratum) == (contestant, "all")]
    return max(cells, key=lambda row: row.quality.regret or 0.0)


def _best(task: RecordedTask) -> str:
    return min(task.full_losses, key=lambda name: (task.full_losses[name], name))


def _line(row: Row, task: RecordedTask) -> dict[str, str]:
    best = _best(task)
    return {
        "selector": row.contestant,
        "task, ratio": f"{row.task}, {row.ratio}",
        "selected": row.selected or "–",
        "best": best,
        "its full loss": f"{task.full_losses[row.selected or best]:.3f}",
        "the best one's": f"{task.full_losses[best]:.3f}",
        "regret": f"{row.quality.regret or 0.0:.3f}",
    }


def _chart(row: Row, tasks: Mapping[str, RecordedTask]) -> Chart:
    task = tasks[row.task]
    curves = {curve.model: curve for curve in task.curves}
    seen = int(row.ratio * row.d_full)
    series = []
    for colour, (role, model) in enumerate({"selected": row.selected or "", "best": _best(task)}.items()):
        sizes, losses = trained(curves[model])
        n_seen = sum(size <= seen for size in sizes)
        series += [
            Series(name=f"{role}: {model.rpartition('/')[2]}", x=sizes, y=losses, mark="line", colour=colour),
            Series(name="", x=sizes[:n_seen], y=losses[:n_seen], colour=colour),
        ]
    return Chart(
        title=f"{row.contestant} on {row.task} at {row.ratio}",
        x=Axis(label="training examples", scale="log"),
        y=Axis(label="test loss (nats per token)", scale="log"),
        series=series,
    )
