"""How well do selectors choose from the tiny zoo? Measure the truth, select at 1/64, compare.

    python scripts/measure_zoo.py
    python scripts/measure_zoo.py --render

The truth of a task is the loss of every zoo model after fine-tuning on a quarter of its training rows, 16 times the
largest subset of a selection at 1/64. Everything goes through a ledger that is kept beside the result, so that an
interrupted run goes on where it was, on any machine. Writes `tiny-zoo.json` (all numbers) and `tiny-zoo.md` (made from
it; `--render` makes it again).
"""

from __future__ import annotations

import argparse
import json
import sys
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tabulate import tabulate

from audition.bench.quality import quality
from audition.budgets.budget import SizeCap
from audition.measuring.ledger import Ledger
from audition.plugins.catalog import Catalog
from audition.plugins.loading import load_plugins
from audition.selection.config import SelectionConfig
from audition.selection.open_live import open_live
from audition.text import codec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audition.types import LossUnit, Observation, Report

TASKS = ("package-synopsis", "wordnet-instructions", "office-help-en-zh")
SELECTORS = ("model-size", "zero-shot", "sub-tuning", "ats")
UNITS: tuple[LossUnit, ...] = ("nats/byte", "nats/token")
TRUTH, BUDGET = Fraction(1, 4), Fraction(1, 64)
MIN_SIZE = 37  #: gives four sizes on every task: 400, 200, 100, 50, or 300, 150, 75, 37
PAIR_SEEDS = (1, 2, 3)


class Zoo:
    """Selections among the zoo's models, all with one ledger."""

    def __init__(self, ledger: str, models: str, n_workers: int) -> None:
        self._catalog = Catalog(load_plugins())
        self._ledger = Ledger(ledger)
        self._models = models
        self._n_workers = n_workers

    def select(self, task: str, selector: str, ratio: Fraction, **config: Any) -> Report:  # noqa: ANN401 - fields of SelectionConfig
        """Return the report of one selection."""
        whole = {"models": (self._models,), "n_workers": self._n_workers, "recipe": "quick", "min_size": MIN_SIZE}
        selection = open_live(
            SelectionConfig(task=task, selector=selector, budget=SizeCap(ratio), **{**whole, **config}),
            self._catalog,
            self._ledger,
            log_dir=Path(".audition/workers"),
            on_progress=lambda _: None,
            on_observation=_tell,
        )
        try:
            return selection.run()
        finally:
            selection.losses.cancel()

    def n_params(self, model: str) -> int | None:
        """Return the parameters of a model."""
        return self._catalog.model(model).n_params


def measure_task(zoo: Zoo, task: str) -> dict[str, Any]:
    """Return everything measured on one task."""
    truth = zoo.select(task, "sub-tuning", TRUTH).strata[0].measured
    n_truth = truth[0].n_samples
    selections = {
        unit: {
            selector: _ranking(zoo.select(task, selector, BUDGET, loss_unit=unit, full_size=n_truth))
            for selector in SELECTORS
        }
        for unit in UNITS
    }
    pair = closest_pair(truth)
    repeated = zoo.select(task, "sub-tuning", TRUTH, models=tuple(pair), seed=PAIR_SEEDS[0], n_seeds=len(PAIR_SEEDS))
    return {
        "task": task,
        "n_truth": n_truth,
        "n_params": {observation.model: zoo.n_params(observation.model) for observation in truth},
        "truth": [codec.to_json(observation) for observation in truth],
        "selections": selections,
        "closest_pair": [codec.to_json(observation) for observation in repeated.strata[0].measured],
    }


def closest_pair(truth: Sequence[Observation]) -> list[str]:
    """Return the two models whose losses differ least, relatively."""
    ranked = sorted((o.loss, o.model) for o in truth if o.loss is not None)
    better, worse = min(pairwise(ranked), key=lambda pair: pair[1][0] / pair[0][0])
    return [better[1], worse[1]]


def render(tasks: Sequence[dict[str, Any]]) -> str:
    """Return `tiny-zoo.md`."""
    sections = [_INTRODUCTION, *(_task_section(task) for task in tasks)]
    return "\n\n".join(sections) + "\n"


def _ranking(report: Report) -> dict[str, Any]:
    rows = report.strata[0].ranking
    return {
        "scores": {row.model: row.score for row in rows},
        "predicted_loss": {row.model: row.predicted_loss for row in rows},
        "losses": {
            model: {str(o.n_samples): o.loss for o in report.strata[0].measured if o.model == model}
            for model in sorted(row.model for row in rows)
        },
    }


def _task_section(task: dict[str, Any]) -> str:
    parts = [f"## {task['task']}", _truth_table(task)]
    parts += [_selector_table(task, unit) for unit in UNITS]
    return "\n\n".join([*parts, _pair_sentence(task["closest_pair"])])


def _truth_table(task: dict[str, Any]) -> str:
    selections = task["selections"]["nats/byte"]
    rows = [
        {
            "model": truth["model"],
            "parameters": f"{task['n_params'][truth['model']]:,}",
            f"loss at {task['n_truth']:,} (measured)": f"{truth['loss_per_byte']:.4f}",
            "AtS (predicted)": _number(selections["ats"]["predicted_loss"][truth["model"]]),
            "SubTuning (measured)": _number(_negative(selections["sub-tuning"]["scores"][truth["model"]])),
            "ZeroShot (measured)": _number(_negative(selections["zero-shot"]["scores"][truth["model"]])),
        }
        for truth in sorted(task["truth"], key=lambda truth: truth["loss_per_byte"])
    ]
    return "Losses in nats per target byte.\n\n" + tabulate(
        rows, headers="keys", tablefmt="github", disable_numparse=True
    )


def _selector_table(task: dict[str, Any], unit: str) -> str:
    field = {"nats/byte": "loss_per_byte", "nats/token": "loss_per_token"}[unit]
    truth = {row["model"]: row[field] for row in task["truth"]}
    rows = []
    for selector, ranking in task["selections"][unit].items():
        found = quality([ranking["scores"][model] for model in truth], list(truth.values()))
        rows.append(
            {
                "selector": selector,
                "PearCorr": _percent(found.pear_corr),
                "Spearman": _percent(found.spearman),
                "RelAcc": _percent(found.rel_acc),
                f"regret ({unit})": _number(found.regret),
            }
        )
    return f"Selectors at 1/64, against the measured truth, {unit}:\n\n" + tabulate(
        rows, headers="keys", tablefmt="github", disable_numparse=True
    )


def _pair_sentence(pair: Sequence[dict[str, Any]]) -> str:
    found = " and ".join(f"{row['model']} {row['loss']:.4f} ± {row['spread']:.4f}" for row in pair)
    return f"The closest pair, mean ± standard deviation over seeds 1 to 3 (measured, nats/byte): {found}."


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _negative(value: float | None) -> float | None:
    return None if value is None else -value


def _percent(value: float | None) -> str:
    return "undefined" if value is None else f"{100 * value:.1f}"


def _tell(observation: Observation, is_known: bool) -> None:
    where = "ledger" if is_known else f"{observation.cost.seconds:.0f} s"
    print(
        f"{observation.task} {observation.model} {observation.n_samples}: {observation.loss} ({where})", file=sys.stderr
    )


_INTRODUCTION = """<!-- generated by scripts/measure_zoo.py; do not edit -->
# Selecting from the tiny zoo

Every model of the zoo was fine-tuned (recipe `quick`, one seed) on a quarter of each embedded task: the truth.
Selectors saw at most 1/64, a sixteenth of that, and predicted the loss at the size of the truth. PearCorr, Spearman and
RelAcc are in percent, higher is better; all losses are of the first 500 test examples. The truth per token is another
truth than the one per byte: tokens of different tokenisers have different lengths, so it also ranks tokenisers."""


def main() -> None:
    """Measure or render, by the command line."""
    parser = argparse.ArgumentParser(description="Compare selectors on the tiny zoo.")
    parser.add_argument("--ledger", default="leaderboards/tiny-zoo.db")
    parser.add_argument("--output", type=Path, default=Path("leaderboards"))
    parser.add_argument("--models", default="tiny/*")
    parser.add_argument("--tasks", default=",".join(TASKS))
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--render", action="store_true", help="make tiny-zoo.md from tiny-zoo.json again")
    options = parser.parse_args()
    numbers = options.output / "tiny-zoo.json"
    if not options.render:
        zoo = Zoo(options.ledger, options.models, options.workers)
        options.output.mkdir(exist_ok=True)
        finished = []
        for task in options.tasks.split(","):
            finished.append(measure_task(zoo, task))
            numbers.write_text(json.dumps(finished, indent=1) + "\n", encoding="utf-8")
    tasks = json.loads(numbers.read_text(encoding="utf-8"))
    (options.output / "tiny-zoo.md").write_text(render(tasks), encoding="utf-8")


if __name__ == "__main__":
    main()
