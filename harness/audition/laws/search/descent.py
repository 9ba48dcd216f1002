"""Descents from several starts, of which the best counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from audition.laws.search.levenberg import Objective, minimise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from audition.laws.search.levenberg import LogCurve

    Array = NDArray[np.float64]

FitObjective = Literal["least-squares", "huber"]

ROUNDINGS = (16.0, 4.0, 1.0)  #: multiples of Huber's δ on the way down to it


def routes(objective: FitObjective, delta: float) -> tuple[tuple[Objective, ...], ...]:
    """Return what to minimise, one after the other: Huber's loss at once, and from a wide δ down to the one meant."""
    if objective == "least-squares":
        return ((Objective(delta=None),),)
    return (Objective(delta=delta),), tuple(Objective(delta=delta * rounding) for rounding in ROUNDINGS)


def descend(
    curve: LogCurve, starts: Array, log_losses: Array, box: Array, routes: tuple[tuple[Objective, ...], ...]
) -> tuple[Array, Array]:
    """Return the best parameters, shape (m, p), that descents from `starts`, (m, k, p), end at, and their value."""
    n_curves, n_starts, n_parameters = starts.shape
    targets = np.repeat(log_losses, n_starts, axis=0)
    ends, values = [], []
    for route in routes:
        at = starts.reshape(-1, n_parameters)
        for objective in route:
            at, value = minimise(curve, at, targets, box=box, objective=objective)
        ends.append(at.reshape(starts.shape))
        values.append(value.reshape(n_curves, n_starts))
    best = np.hstack(values).argmin(axis=1)
    parameters = np.hstack(ends)[np.arange(n_curves), best]
    return minimise(curve, parameters, log_losses, box=box, objective=routes[0][-1])  # once more, for the last digits
