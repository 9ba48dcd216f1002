from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import least_squares

from audition.errors import UsageError
from audition.laws import Fit, RectifiedLaw, VanillaLaw, fit_rectified, fit_vanilla, fit_vanilla_at_random, fitting
from worlds.recorded_world import CURVES, all_losses, published

TABLE_3 = {(row["task"], row["model"]): row for row in published("table3_rmsd")}
SIZES = np.array([200 * 2**power for power in range(14)])
WORST = 0.0004  # the published values are rounded to 0.0001, and so are the losses they were fitted to, to 0.001


@cache
def rectified_fits() -> dict[tuple[str, str], Fit[RectifiedLaw]]:
    return dict(zip(CURVES, fit_rectified(*all_losses()), strict=True))


@cache
def vanilla_fits() -> dict[tuple[str, str], Fit[VanillaLaw]]:
    return dict(zip(CURVES, fit_vanilla(*all_losses(), objective="huber"), strict=True))


@pytest.mark.parametrize("curve", CURVES, ids=" ".join)
def test_the_rectified_law_fits_as_well_as_in_table_3(curve: tuple[str, str]) -> None:
    assert rectified_fits()[curve].rmsd <= float(TABLE_3[curve]["rectified"]) + WORST


@pytest.mark.parametrize(
    ("curve", "optimum"), [(("wmt19", "facebook/opt-2.7b"), 0.0100), (("wmt19", "facebook/opt-6.7b"), 0.0025)]
)
def test_it_fits_plainly_better_where_the_published_fit_missed_the_optimum(
    curve: tuple[str, str], optimum: float
) -> None:
    """Table 3 has 0.0229 and 0.0073 there."""
    assert rectified_fits()[curve].rmsd == pytest.approx(optimum, abs=0.0001)
    assert rectified_fits()[curve].rmsd < 0.5 * float(TABLE_3[curve]["rectified"])


def test_the_rectified_law_fits_four_times_better_than_the_vanilla_law() -> None:
    """Table 3's means are 0.0080, least squares, and 0.0367, Huber."""
    assert np.mean([fit.rmsd for fit in rectified_fits().values()]) <= 0.0078
    assert np.mean([fit.rmsd for fit in vanilla_fits().values()]) <= 0.0372


# a better Huber objective may have a larger RMSD: at these optima it is 0.006 to 0.012 above Table 3
DEEPER = {("wmt19", "microsoft/phi-2"), ("wmt19", "facebook/bart-large-cnn"), ("wmt19", "facebook/bart-large")}


@pytest.mark.parametrize("curve", [curve for curve in CURVES if curve not in DEEPER], ids=" ".join)
def test_the_vanilla_law_fits_as_well_as_in_table_3(curve: tuple[str, str]) -> None:
    assert vanilla_fits()[curve].rmsd <= float(TABLE_3[curve]["vanilla"]) + 0.0006


@pytest.mark.parametrize("row", range(0, 90, 9))
def test_two_hundred_random_starts_find_no_better_vanilla_fit(row: int) -> None:
    sizes, losses = all_losses()
    (random,) = fit_vanilla_at_random(sizes, losses[row : row + 1], [np.random.default_rng(row)], n_starts=200)
    assert vanilla_fits()[CURVES[row]].objective <= random.objective * (1 + 1e-4)


@pytest.mark.parametrize("row", [0, 40, 80])
def test_scipy_finds_no_better_rectified_fit(row: int) -> None:
    """Another optimiser and another parametrisation, from twelve random starts."""
    sizes, losses = all_losses()
    log_losses = np.log(losses[row])

    def residuals(p: np.ndarray) -> np.ndarray:
        law = np.exp(p[0]) / (np.exp(p[1]) + sizes ** np.exp(p[2])) + np.exp(p[3])
        return np.asarray(np.log(law) - log_losses)

    rng = np.random.default_rng(row)
    starts = rng.uniform([0, 0, -2, -3], [10, 10, 0.5, 0.5], size=(12, 4))
    box = ([-20, -20, -5, -30], [80, 80, 2, 5])
    found = min(least_squares(residuals, start, bounds=box, max_nfev=300).cost for start in starts)
    assert rectified_fits()[CURVES[row]].objective <= found * (1 + 1e-6)


@settings(max_examples=40, deadline=None)
@given(fall=st.floats(0.5, 5), size=st.floats(1e3, 1e5), beta=st.floats(0.3, 1.2), e=st.floats(0.2, 2))
def test_the_parameters_of_an_exact_curve_are_recovered(fall: float, size: float, beta: float, e: float) -> None:
    law = RectifiedLaw(b=fall * size**beta, d_l=size**beta, beta=beta, e=e)
    for objective in ("least-squares", "huber"):
        (fit,) = fit_rectified(SIZES, [law.loss(SIZES)], objective=objective)
        assert fit.rmsd < 1e-5
        assert (fit.law.beta, fit.law.e) == pytest.approx((beta, e), rel=0.02)
        assert fit.law.phase_transition() == pytest.approx(law.phase_transition(), rel=0.02)


@settings(max_examples=40, deadline=None)
@given(alpha=st.floats(0.3, 2), beta=st.floats(0.2, 0.8), b=st.floats(5, 50), e=st.floats(0.2, 2))
def test_an_exact_vanilla_curve_is_followed_far_beyond_its_points(
    alpha: float, beta: float, b: float, e: float
) -> None:
    law = VanillaLaw(alpha=alpha, beta=beta, b=b, e=e)
    (fit,) = fit_vanilla(SIZES, [law.loss(SIZES)])
    assert fit.rmsd < 1e-4
    assert fit.law.loss(1e8) == pytest.approx(law.loss(1e8), rel=0.02)


def test_an_outlier_does_not_move_a_huber_fit() -> None:
    law = RectifiedLaw(b=4000.0, d_l=1800.0, beta=0.7, e=0.8)
    losses = law.loss(SIZES)
    losses[5] *= 1.5
    (huber,), (squares,) = fit_rectified(SIZES, [losses], objective="huber"), fit_rectified(SIZES, [losses])
    assert huber.law.loss(1e8) == pytest.approx(law.loss(1e8), rel=1e-3)
    assert squares.law.loss(1e8) != pytest.approx(law.loss(1e8), rel=1e-2)


def test_the_reported_rmsd_and_objective_are_those_of_the_reported_law() -> None:
    sizes, losses = all_losses()
    for (fit, vanilla), curve in zip(
        zip(fit_rectified(sizes, losses), fit_vanilla(sizes, losses), strict=True), losses, strict=True
    ):
        for one in (fit, vanilla):
            residuals = np.log(one.law.loss(sizes)) - np.log(curve)
            assert one.rmsd == pytest.approx(math.sqrt((residuals**2).mean()), rel=1e-9)
            assert one.objective == pytest.approx((residuals**2).sum() / 2, rel=1e-9)


def test_chunks_do_not_change_a_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = rectified_fits().values()
    monkeypatch.setattr(fitting, "CHUNK", 7)
    for fit, chunked in zip(whole, fit_rectified(*all_losses()), strict=True):
        assert chunked.objective == pytest.approx(fit.objective, rel=1e-9)
        assert chunked.law.loss(1e7) == pytest.approx(fit.law.loss(1e7), rel=1e-4)


def test_the_unit_of_the_loss_does_not_matter() -> None:
    sizes, losses = all_losses()
    for per_token, per_byte in zip(fit_rectified(sizes, losses[:5]), fit_rectified(sizes, losses[:5] / 4), strict=True):
        assert per_byte.rmsd == pytest.approx(per_token.rmsd, rel=1e-9)
        assert per_byte.law.loss(1e7) == pytest.approx(per_token.law.loss(1e7) / 4, rel=1e-6)


def test_a_curve_that_rises_is_fitted_by_a_constant() -> None:
    (fit,) = fit_rectified(SIZES, [np.linspace(1, 2, 14)])
    assert fit.law.loss(SIZES[0]) == pytest.approx(fit.law.loss(SIZES[-1]), rel=1e-6)
    assert fit.law.loss(1000) == pytest.approx(np.exp(np.log(np.linspace(1, 2, 14)).mean()), rel=1e-3)


def test_the_zero_shot_loss_may_be_a_point_of_the_rectified_law() -> None:
    law = RectifiedLaw(b=4000.0, d_l=1800.0, beta=0.7, e=0.8)
    sizes = np.array([0, *SIZES[:5]])
    (fit,) = fit_rectified(sizes, [law.loss(sizes)])
    assert fit.law.loss(0) == pytest.approx(law.loss(0), rel=1e-4)


@pytest.mark.parametrize(
    ("sizes", "losses", "message"),
    [
        ([1, 2, 4], [[3.0, 2.0, 1.0]], "has 4 parameters and needs as many different sizes, got 3"),
        ([1, 2, 4, 4], [[3.0, 2.0, 1.0, 1.0]], "needs as many different sizes, got 3"),
        ([1, 2, 4, 8], [[3.0, 2.0, 0.0, 1.0]], "must be positive and finite, got 0.0 at size 4 of curve 0"),
        ([1, 2, 4, 8], [[3.0, 2.0, 1.5, math.nan]], "got nan at size 8"),
        ([-1, 2, 4, 8], [[3.0, 2.0, 1.5, 1.0]], "must be .* and finite, got .-1.0"),
        ([1, 2, 4, 8], [3.0, 2.0, 1.5, 1.0], "losses of shape .m, n., got .4,. and .4,."),
    ],
)
def test_what_cannot_be_fitted_is_refused(sizes: list[int], losses: list[list[float]], message: str) -> None:
    for fit in (fit_rectified, fit_vanilla):
        with pytest.raises(UsageError, match=message):
            fit(sizes, losses)


def test_the_vanilla_law_refuses_the_zero_shot_loss() -> None:
    with pytest.raises(UsageError, match="vanilla law is fitted to must be above 0"):
        fit_vanilla([0, 1, 2, 4], [[3.0, 2.0, 1.5, 1.0]])


def test_no_curves_have_no_fits() -> None:
    assert fit_rectified(SIZES, np.empty((0, 14))) == ()
    assert fit_vanilla(SIZES, np.empty((0, 14))) == ()
    assert fit_vanilla_at_random(SIZES, np.empty((0, 14)), []) == ()


def test_random_starts_take_one_generator_a_curve() -> None:
    with pytest.raises(UsageError, match="take one generator a curve, got 0 for 90"):
        fit_vanilla_at_random(*all_losses(), [])
