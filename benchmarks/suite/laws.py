"""Law fitting against SciPy curve by curve, in time and in what it finds; and many curves in bounded memory."""

from __future__ import annotations

import resource
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from audition.laws import RectifiedLaw, fit_rectified
from audition_plugins.published import TASKS, audition_curves
from suite.measuring import Row, Scale

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

N_STARTS = 10  #: random ones a curve, of the peer
GOAL = 300


def measure(scale: Scale) -> Iterator[Row]:
    """Yield the paper's curves beside SciPy, then growing numbers of synthetic ones."""
    curves = [curve for task in TASKS for curve in audition_curves(task)]
    sizes, losses = np.array(curves[0].n_samples[1:]), np.array([curve.loss[1:] for curve in curves])
    fit_rectified(sizes, losses[:2])  # first calls load LAPACK
    repeats, n_peer = (3, 6) if scale == "full" else (1, 1)
    rows = np.random.default_rng(0).choice(len(losses), n_peer, replace=False)
    ours, peers, worse = [], [], 0.0
    for seed in range(repeats):
        seconds, _ = timed(lambda: fit_rectified(sizes, losses))
        ours.append(seconds / len(losses))
        seconds, costs = timed(lambda seed=seed: [scipy_fit(sizes, losses[row], seed) for row in rows])
        peers.append(seconds / n_peer)
        objectives = np.array([fit.objective for fit in fit_rectified(sizes, losses[rows])])
        worse = max(worse, float(np.max(objectives / np.array(costs))))
    yield Row(
        benchmark="laws",
        case=f"the paper's {len(losses)} curves, rectified law",
        quantity="CPU seconds a curve",
        ours=tuple(ours),
        peer=tuple(peers),
        peer_name=f"scipy.optimize.least_squares, {N_STARTS} starts, on {n_peer} of the curves",
        goal=GOAL,
        note=f"our squared error is at most {worse:.4f} times theirs",
    )
    for n_curves in (1_000, 10_000, 100_000) if scale == "full" else (100,):
        many = synthetic(sizes, n_curves)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        seconds, _ = timed(lambda many=many: fit_rectified(sizes, many))
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        yield Row(
            benchmark="laws",
            case=f"{n_curves:,} synthetic curves, rectified law",
            quantity="CPU seconds a curve",
            ours=(seconds / n_curves,),
            note=f"{seconds:.1f} s in all; peak memory {after / 1024:.0f} MiB, {before / 1024:.0f} before",
        )


def scipy_fit(sizes: NDArray[Any], losses: NDArray[np.float64], seed: int) -> float:
    """Return the least cost of `scipy.optimize.least_squares` from random starts."""
    from scipy.optimize import least_squares

    low, high = [0, 0, -2, -3], [10, 10, 0.5, 0.5]  # of log B, log D_l, log β, log E
    box = ([-30, -60, -6, -40], [90, 90, 2.1, 10])
    log_losses = np.log(losses)

    def residuals(p: NDArray[np.float64]) -> Any:  # noqa: ANN401 - an array
        return np.log(np.exp(p[0]) / (np.exp(p[1]) + sizes ** np.exp(p[2])) + np.exp(p[3])) - log_losses

    starts = np.random.default_rng(seed).uniform(low, high, size=(N_STARTS, 4))
    return float(min(least_squares(residuals, start, bounds=box).cost for start in starts))


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


def timed(work: Any) -> tuple[float, Any]:  # noqa: ANN401 - whatever it returns
    """Return CPU seconds and the result."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result
