"""Figures 3 and 4: curves with both laws, and how far all curves are from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition.text.charts import Axis, Chart, Series
from audition_plugins.reproduction.figures.figure import Figure
from audition_plugins.reproduction.law_fits import trained
from audition_plugins.reproduction.printed import TASKS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audition_plugins.reproduction.law_fits import CurveFits

SHOWN = ("gpt2", "facebook/opt-1.3b", "facebook/bart-large", "google/t5-v1_1-base")  #: one of each kind


def draw_fits(fits: Sequence[CurveFits]) -> Figure:
    """Return Figure 3: some curves of every task with both laws."""
    return Figure(
        title="Figure 3: curves and both laws",
        text="Points are measured; solid lines are the rectified law (least squares), dashed lines the vanilla law "
        "(Huber), whose slope cannot steepen.",
        pictures={f"figure-3-{task}.svg": _curves(task, fits).to_svg() for task in TASKS},
    )


def draw_rmsd(fits: Sequence[CurveFits]) -> Figure:
    """Return Figure 4: the deviations of both laws, a point a curve."""
    n_closer = sum(one.ours["rectified"] < one.ours["vanilla"] for one in fits)
    return Figure(
        title="Figure 4: deviation of both laws",
        text=f"Root mean squared deviation of log loss, a point a curve: the rectified law is closer on {n_closer} of "
        f"{len(fits)} curves. The numbers are those of Table 3.",
        pictures={"figure-4.svg": _scatter(fits).to_svg()},
    )


def _curves(task: str, fits: Sequence[CurveFits]) -> Chart:
    shown = [one for one in fits if one.curve.task == task and one.curve.model in SHOWN]
    series = []
    for colour, one in enumerate(shown):
        sizes, losses = trained(one.curve)
        rectified, vanilla = (law.loss(sizes).tolist() for law in (one.rectified, one.vanilla))
        series += [
            Series(name=one.curve.model, x=sizes, y=losses, colour=colour),
            Series(name="", x=sizes, y=rectified, mark="line", colour=colour),
            Series(name="", x=sizes, y=vanilla, mark="dashed", colour=colour),
        ]
    return Chart(
        title=f"Rectified (solid) and vanilla (dashed) law on {task}",
        x=Axis(label="training examples", scale="log"),
        y=Axis(label="test loss (nats per token)", scale="log"),
        series=series,
    )


def _scatter(fits: Sequence[CurveFits]) -> Chart:
    values = [one.ours for one in fits]
    ends = [min(value["rectified"] for value in values), max(value["rectified"] for value in values)]
    series = [Series(name="equally far", x=ends, y=ends, mark="dashed", colour=7)]
    for colour, task in enumerate(TASKS):
        of_task = [one for one in fits if one.curve.task == task]
        series.append(
            Series(
                name=task,
                x=[one.ours["vanilla"] for one in of_task],
                y=[one.ours["rectified"] for one in of_task],
                labels=[one.curve.model for one in of_task],
                colour=colour,
            )
        )
    return Chart(
        title="RMSD of log loss, ours",
        x=Axis(label="vanilla law (Huber)", scale="log"),
        y=Axis(label="rectified law (least squares)", scale="log"),
        series=series,
    )
