from __future__ import annotations

import math

import numpy as np
import pytest

from audition.prediction.arrays import Curves
from audition.prediction.bank import WIDE_NOISES, CurveBank

SIZES = (50, 100, 200, 400)
FULL = 6400
BANK = CurveBank(n_draws=60, seed=3)
LOSSES = [
    [2.31, 2.2, 2.07, 1.98],
    [1.9, 1.89, 1.885, 1.87],
    [3.0, 2.4, 2.1, 1.6],
]
ZERO_SHOT = [2.4, math.nan, 7.0]


def curves(rows: list[list[float]], zero_shot: list[float]) -> Curves:
    return Curves(n_samples=np.array(SIZES, dtype=float), log_loss=np.log(rows), log_zero_shot=np.log(zero_shot))


def by_hand(losses: list[float], zero_shot: float) -> tuple[float, float]:
    """Return mean and deviation as docs/decisions/0014-guarded.md has them, one draw and one noise at a time."""
    rng = np.random.default_rng(3)
    beta = np.exp(rng.normal(math.log(0.3), 0.7, 60))
    onset = rng.normal(math.log(5000), 3.5, 60)
    floor = 1 / (1 + np.exp(-rng.normal(-1, 1.2, 60)))
    y = np.log(losses)
    u = np.array([1 + math.log2(size / SIZES[0]) for size in SIZES])
    u_full = 1 + math.log2(FULL / SIZES[0])
    c = np.eye(4) + np.minimum(u[:, None], u[None, :])
    k, one = np.minimum(u, u_full), np.ones(4)
    inverse = np.linalg.inv(c)
    precision = inverse - np.outer(inverse @ one, one @ inverse) / (one @ inverse @ one)
    a = inverse @ k + inverse @ one * (1 - one @ inverse @ k) / (one @ inverse @ one)
    kriging = u_full - k @ inverse @ k + (1 - one @ inverse @ k) ** 2 / (one @ inverse @ one)
    weights, predictions, variances = [], [], []
    for b, t, r in zip(beta, onset, floor, strict=True):

        def log_loss(size: float, b: float = b, t: float = t, r: float = r) -> float:
            def s(x: float) -> float:
                return -math.log1p(math.exp(b * (x - t)))

            return math.log(r + (1 - r) * math.exp((s(math.log(size)) if size else 0.0) - s(math.log(200))))

        f = np.array([log_loss(size) for size in SIZES])
        for noise in WIDE_NOISES:
            log_weight = -(y - f) @ precision @ (y - f) / (2 * noise**2) - 3 * math.log(noise)
            if not math.isnan(zero_shot):
                d = (math.log(zero_shot) - y[0]) - (log_loss(0) - f[0])
                log_weight += math.log(2.5 * math.exp(-12.5 * d**2) + 0.15)
            weights.append(log_weight)
            predictions.append(a @ y + log_loss(FULL) - a @ f)
            variances.append(noise**2 * (kriging + 1))
    w = np.exp(np.array(weights) - max(weights))
    w /= w.sum()
    mean = float(w @ predictions)
    return mean, math.sqrt(float(w @ np.square(predictions)) - mean**2 + float(w @ variances))


def test_the_batched_posterior_is_the_one_written_down() -> None:
    found = BANK.predict(curves(LOSSES, ZERO_SHOT), FULL)
    for place, (losses, zero_shot) in enumerate(zip(LOSSES, ZERO_SHOT, strict=True)):
        mean, std = by_hand(losses, zero_shot)
        assert found.mean[place] == pytest.approx(mean, abs=1e-9)
        assert found.std[place] == pytest.approx(std, abs=1e-7)


def test_a_loss_in_another_unit_is_predicted_in_that_unit() -> None:
    tokens = [[loss * 3.7 for loss in row] for row in LOSSES]
    zero_shot = [loss * 3.7 for loss in ZERO_SHOT]
    one, other = BANK.predict(curves(LOSSES, ZERO_SHOT), FULL), BANK.predict(curves(tokens, zero_shot), FULL)
    assert np.allclose(other.mean - one.mean, math.log(3.7), atol=1e-9)
    assert np.allclose(other.std, one.std, atol=1e-9)


def test_further_away_is_less_sure() -> None:
    near, far = (CurveBank().predict(curves(LOSSES, ZERO_SHOT), full) for full in (800, 102_400))
    assert (far.std > near.std).all()


def test_one_measurement_is_predicted_by_what_curves_usually_do() -> None:
    alone = Curves(n_samples=np.array([400.0]), log_loss=np.log([[2.0]]), log_zero_shot=np.array([math.nan]))
    found = CurveBank().predict(alone, FULL)
    assert math.log(2.0) - 1.5 < found.mean[0] < math.log(2.0)
    assert found.std[0] > 0.1
