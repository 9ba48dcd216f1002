from __future__ import annotations

import math

import pytest

from audition.advice import Noise, close_calls, recommend, seed_noise
from audition.types import Observation, RankedModel


def row(rank: int | None, model: str, loss: float | None) -> RankedModel:
    score = None if loss is None else -loss
    return RankedModel(rank=rank, model=model, status="ok", score=score, predicted_loss=loss)


def seen(n_samples: int, loss: float, spread: float | None = None, model: str = "a") -> Observation:
    seeds = (0,) if spread is None else (0, 1, 2)
    return Observation(model=model, task="toy", n_samples=n_samples, loss=loss, spread=spread, seeds=seeds)


def test_noise_is_measured_where_there_are_several_seeds() -> None:
    noise = seed_noise([seen(200, 2.0, spread=0.02), seen(400, 1.0, spread=0.01)])
    assert noise is not None
    assert noise is not None
    assert noise.label == "measured"
    assert noise.std == pytest.approx(0.01)


def test_noise_is_estimated_from_the_scatter_about_the_line_with_one_seed() -> None:
    wobble = (1, -1, -1, 1)  # orthogonal to constant and slope, so that it is all residual
    points = [seen(100 * 2**i, math.exp(0.01 * w - 0.2 * i)) for i, w in enumerate(wobble)]
    noise = seed_noise(points)
    assert noise is not None
    assert noise is not None
    assert noise.label == "estimated"
    assert noise.std == pytest.approx(0.01 * math.sqrt(4 / 2))


def test_noise_is_unknown_from_one_point_a_candidate() -> None:
    assert seed_noise([seen(200, 2.0), seen(200, 1.0, model="b")]) is None


def test_only_candidates_within_two_standard_errors_are_close() -> None:
    ranking = [row(1, "a", 1.0), row(2, "b", 1.02), row(3, "c", 1.04), row(None, "d", None)]
    assert [close.model for close in close_calls(ranking, Noise(0.01, "measured"), n_seeds=1)] == ["b"]


def test_the_sentence_says_when_it_is_too_close_to_call() -> None:
    measured = [seen(200, 1.0, spread=0.01)]
    close = recommend([row(1, "a", 1.0), row(2, "b", 1.001)], measured)
    assert close.startswith("Fine-tune a: its predicted loss")
    assert "Too close to call against b" in close
    assert "Too close" not in recommend([row(1, "a", 1.0), row(2, "b", 2.0)], measured)


def test_the_sentence_admits_that_nothing_could_be_ranked() -> None:
    assert recommend([row(None, "a", None)], []).startswith("No candidate could be ranked")
