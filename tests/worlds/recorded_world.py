"""The paper's recorded losses and published numbers, as tests read them."""

from __future__ import annotations

import csv
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

import audition_registries
from audition.budgets.budget import SizeCap
from audition.measuring.problem import MeteredProblem
from audition.measuring.recorded import RecordedLosses
from audition.testing import toy_model
from audition_plugins.published import TASKS, audition_curves

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from audition.types import Ranking

CURVES = [(task, curve.model) for task in TASKS for curve in audition_curves(task)]


@cache
def losses(task: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the sizes, shape (15,), 0 first, and the losses of the thirty models, shape (30, 15)."""
    curves = list(audition_curves(task))
    return np.array(curves[0].n_samples, dtype=np.float64), np.array([curve.loss for curve in curves])


@cache
def all_losses() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the fourteen sizes above 0 and the losses of all ninety curves at them, in the order of CURVES."""
    return losses("flan")[0][1:], np.vstack([losses(task)[1][:, 1:] for task in TASKS])


def published(name: str) -> list[dict[str, str]]:
    """Return the rows of a published table."""
    with audition_registries.path("paper", f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def recorded_problem(task: str, ratio: str) -> MeteredProblem:
    """Return the selection among the thirty models under a budget of the paper."""
    curves = list(audition_curves(task))
    d_full = curves[0].n_samples[-1]
    sizes = tuple(size for size in reversed(curves[0].n_samples) if 0 < size <= Fraction(ratio) * d_full)
    return MeteredProblem(
        candidates=tuple(toy_model(curve.model) for curve in curves),
        sizes=sizes,
        d_full=d_full,
        loss_unit="nats/token",
        budget=SizeCap(Fraction(ratio)),
        losses=RecordedLosses(curves),
    )


def pear_corr(task: str, ranking: Ranking) -> float:
    """Return the correlation of scores with the performance after full fine-tuning, in percent."""
    truth = {curve.model: -curve.loss[-1] for curve in audition_curves(task)}
    scores = [row.score for row in ranking.models]
    return 100 * float(np.corrcoef(scores, [truth[row.model] for row in ranking.models])[0, 1])  # type: ignore[arg-type]
