"""Curves of no language model: ten scikit-learn learners on 28 data sets, to see how robust a selector is.

They flatten, cross and rise more than those of language models do, on ladders that differ, and have no loss without
training. No task is listed with them: `audition bench --task lcdb/openml-6` names one.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import audition_registries
from audition import hookimpl
from audition.types import LossCurve

if TYPE_CHECKING:
    from collections.abc import Iterable

PREFIX = "lcdb/"
SOURCE = "LCDB 1.0 (github.com/fmohr/lcdb, MIT): test log-losses of scikit-learn learners, mean over seeds"


@hookimpl
def audition_curves(task: str) -> Iterable[LossCurve]:
    """Return the learning curves on one data set of LCDB, called `lcdb/openml-6`; nats an example."""
    if not task.startswith(PREFIX):
        return
    points: dict[str, dict[int, float]] = {}
    with audition_registries.path("lcdb", "curves.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["task"] == task.removeprefix(PREFIX):
                points.setdefault(row["model"], {})[int(row["n_samples"])] = float(row["loss"])
    for model, curve in points.items():
        yield LossCurve(
            model=model,
            task=task,
            loss_unit="nats/token",
            n_samples=tuple(sorted(curve)),
            loss=tuple(curve[size] for size in sorted(curve)),
            source=SOURCE,
        )


def data_sets() -> tuple[str, ...]:
    """Return the names of the data sets, as `audition_curves` takes them."""
    with audition_registries.path("lcdb", "curves.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(dict.fromkeys(PREFIX + row["task"] for row in csv.DictReader(lines)))
