"""Time law fitting: the recorded curves, many synthetic ones in bounded memory, and SciPy beside it.

python benchmarks/fitting.py [--curves 100000]      one JSON line a measurement; CPU seconds of this process
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from functools import partial
from typing import TYPE_CHECKING, Any, get_args

os.environ["OMP_NUM_THREADS"] = "1"  # before numpy: one core

import numpy as np

from audition.laws import FitObjective, RectifiedLaw, fit_rectified, fit_vanilla
from audition_plugins.published import TASKS, audition_curves

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

N_PEER_CURVES, N_PEER_STARTS = 6, 10


def main() -> None:
    """Print what each measurement found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--curves", type=int, default=100_000, help="synthetic curves")
    arguments = parser.parse_args()
    curves = [curve for task in TASKS for curve in audition_curves(task)]
    sizes, losses = np.array(curves[0].n_samples[1:]), np.array([curve.loss[1:] for curve in curves])
    fit_rectified(sizes, losses[:2])  # first calls load LAPACK

    laws: dict[str, Callable[..., Any]] = {"rectified": fit_rectified, "vanilla": fit_vanilla}
    for name, fit in laws.items():
        for objective in get_args(FitObjective):
            seconds, fits = timed(partial(fit, sizes, losses, objective=objective))
            rmsd = float(np.mean([one.rmsd for one in fits]))
            report(f"90 recorded curves, {name}, {objective}", seconds, len(fits), mean_rmsd=round(rmsd, 5))

    peer(sizes, losses)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    many = synthetic(sizes, arguments.curves)
    seconds, fits = timed(partial(fit_rectified, sizes, many))
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    report(
        "synthetic curves, rectified, least-squares",
        seconds,
        len(fits),
        input_mib=round(many.nbytes / 2**20),
        peak_memory_mib=round(after / 1024),
        peak_memory_before_mib=round(before / 1024),
    )


def peer(sizes: NDArray[Any], losses: NDArray[np.float64]) -> None:
    """Time `scipy.optimize.least_squares` from random starts on a few curves, and say what 90 would take."""
    from scipy.optimize import least_squares

    rng = np.random.default_rng(0)
    rows = rng.choice(len(losses), N_PEER_CURVES, replace=False)
    low, high = [0, 0, -2, -3], [10, 10, 0.5, 0.5]  # of log B, log D_l, log β, log E
    box = ([-30, -60, -6, -40], [90, 90, 2.1, 10])

    def fit_all() -> list[float]:
        costs = []
        for row in rows:
            log_losses = np.log(losses[row])

            def residuals(p: NDArray[np.float64], log_losses: NDArray[np.float64] = log_losses) -> Any:  # noqa: ANN401
                return np.log(np.exp(p[0]) / (np.exp(p[1]) + sizes ** np.exp(p[2])) + np.exp(p[3])) - log_losses

            starts = rng.uniform(low, high, size=(N_PEER_STARTS, 4))
            costs.append(min(least_squares(residuals, start, bounds=box).cost for start in starts))
        return costs

    seconds, costs = timed(fit_all)
    ours = [fit.objective for fit in fit_rectified(sizes, losses[rows])]
    report(
        f"scipy least_squares, {N_PEER_STARTS} starts, rectified",
        seconds,
        N_PEER_CURVES,
        seconds_for_90_extrapolated=round(seconds / N_PEER_CURVES * 90, 2),
        worst_objective_over_ours=round(float(np.max(np.array(costs) / ours)), 4),
        best_objective_over_ours=round(float(np.min(np.array(costs) / ours)), 4),
    )


def synthetic(sizes: NDArray[Any], n_curves: int) -> NDArray[np.float64]:
    """Return rectified curves with half a percent of noise, shape (n_curves, n)."""
    rng = np.random.default_rng(0)
    beta, size = np.exp(rng.normal(np.log(0.3), 0.5, n_curves)), np.exp(rng.normal(9, 3, n_curves))
    fall, e = np.exp(rng.normal(0, 1, n_curves)), np.exp(rng.normal(-0.5, 0.7, n_curves))
    laws = (
        RectifiedLaw(b=c * t**k, d_l=t**k, beta=k, e=rest).loss(sizes)
        for c, t, k, rest in zip(fall.tolist(), size.tolist(), beta.tolist(), e.tolist(), strict=True)
    )
    exact = np.fromiter(laws, dtype=(np.float64, len(sizes)), count=n_curves)
    return np.asarray(exact * np.exp(rng.normal(0, 0.005, exact.shape)))


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return CPU seconds and the result."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def report(what: str, seconds: float, n_curves: int, **more: object) -> None:
    """Print one JSON line."""
    each = round(seconds / n_curves * 1e6, 1)
    line = {"what": what, "n_curves": n_curves, "cpu_seconds": round(seconds, 3), "microseconds_each": each, **more}
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
