"""Figure 1a: the largest model, or the one that starts best, is not the one that ends best."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition.text.charts import Axis, Chart, Series
from audition.text.tables import to_table
from audition_plugins.reproduction.figures.figure import Figure
from audition_plugins.reproduction.law_fits import trained

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from audition.bench import RecordedTask

SHOWN = "flan"


def draw_intuition(tasks: Mapping[str, RecordedTask]) -> Figure:
    """Return what plain guesses pick on every task, and on one task the curves of what they pick."""
    table = to_table([line for task in tasks.values() for line in _lines(task)], "github", left=3)
    return Figure(
        title="Figure 1a: intuition fails",
        text="What plain guesses pick (the largest model, the best without fine-tuning, the best after a few "
        f"examples), and where it ends among all models (loss after full fine-tuning, measured).\n\n{table}",
        pictures={"figure-1a.svg": _chart(tasks[SHOWN]).to_svg()},
    )


def guesses(task: RecordedTask) -> dict[str, str]:
    """Return the model that each guess picks, and the one that is really best."""
    smallest = task.sizes[-1]
    n_params = {model.name: model.as_published().n_params or 0 for model in task.models}

    def lowest(size: int) -> str:
        return min(task.curves, key=lambda curve: (curve.loss[curve.n_samples.index(size)], curve.model)).model

    return {
        "largest": max(n_params, key=lambda name: n_params[name]),
        "best at 0": lowest(0),
        f"best at {smallest}": lowest(smallest),
        "best in the end": lowest(task.sizes[0]),
    }


def _lines(task: RecordedTask) -> Iterable[dict[str, str]]:
    losses = sorted(task.full_losses.values())
    for guess, model in guesses(task).items():
        loss = task.full_losses[model]
        yield {
            "task": task.name,
            "guess": guess,
            "model": model,
            "full loss": f"{loss:.3f}",
            "rank": str(losses.index(loss) + 1),
        }


def _chart(task: RecordedTask) -> Chart:
    curves = {curve.model: curve for curve in task.curves}
    picked: dict[str, list[str]] = {}
    for guess, model in guesses(task).items():
        picked.setdefault(model, []).append(guess)
    series = []
    for model, reasons in picked.items():
        sizes, losses = trained(curves[model])
        name = f"{model.rpartition('/')[2]}: {', '.join(reasons)}"
        series.append(Series(name=name, x=sizes, y=losses, mark="line"))
    return Chart(
        title=f"What plain guesses pick on {task.name}",
        x=Axis(label="training examples", scale="log"),
        y=Axis(label="test loss (nats per token)", scale="log"),
        series=series,
    )
