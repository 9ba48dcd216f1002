from __future__ import annotations

import numpy as np
import pytest

from audition.laws import RectifiedLaw, fit_rectified, fit_relaxed
from audition_plugins.published import TASKS
from worlds.recorded_world import losses

SIZES = np.array([0, *(200 * 2**power for power in range(11))])


def test_an_exact_curve_is_followed_beyond_its_points() -> None:
    law = RectifiedLaw(b=4000.0, d_l=1800.0, beta=0.7, e=0.8)
    (fit,) = fit_relaxed(SIZES, [law.loss(SIZES)])
    assert fit.rmsd < 1e-3
    assert fit.law.loss(1_638_400) == pytest.approx(law.loss(1_638_400), rel=0.01)


@pytest.mark.parametrize("task", TASKS)
def test_it_never_fits_better_than_the_optimum(task: str) -> None:
    sizes, curves = losses(task)
    trained, curves = sizes[1:], curves[:, 1:]
    for relaxed, optimum in zip(fit_relaxed(trained, curves), fit_rectified(trained, curves), strict=True):
        assert relaxed.objective >= optimum.objective * (1 - 1e-6)


def test_the_other_curves_of_a_batch_do_not_matter() -> None:
    sizes, curves = losses("flan")
    together = fit_relaxed(sizes, curves)[3]
    (alone,) = fit_relaxed(sizes, curves[3:4])
    assert alone.law.loss(1e7) == pytest.approx(together.law.loss(1e7), rel=1e-6)


def test_a_flat_curve_is_fitted_by_a_constant() -> None:
    (fit,) = fit_relaxed(SIZES, [np.full(len(SIZES), 2.0)])
    assert fit.law.loss(1e7) == pytest.approx(2.0, rel=1e-3)
