from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from audition.selection.answering.advice import Noise, advise, close_calls, recommend, seed_noise
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


FALLING = {200: 2.9, 400: 2.8, 800: 2.7, 1600: 2.6}
SPIKED = {200: 2.9, 400: 2.8, 800: 9.5, 1600: 2.6}
RISING = {200: 2.0, 400: 2.1, 800: 2.2, 1600: 2.3}


def curves(**losses: dict[int, float]) -> list[Observation]:
    return [seen(size, loss, model=model) for model, points in losses.items() for size, loss in points.items()]


def test_one_candidate_has_no_lead() -> None:
    said = recommend([row(1, "a", 2.0), row(None, "b", None)], curves(a=FALLING))
    assert "It is the only candidate that was ranked" in said
    assert "lead" not in said


@pytest.mark.parametrize(
    ("points", "predicted", "why"),
    [
        (SPIKED, 2.0, "one of its measurements (9.5 at 800) is out of line with its others"),
        (RISING, 2.0, "its losses do not fall with more data (2 at 200, 2.3 at 1,600)"),
        (FALLING, 1.2, "its predicted loss is less than half of the lowest measured (2.6)"),
    ],
)
def test_a_winner_in_doubt_is_not_recommended_and_the_next_is_named(
    points: dict[int, float], predicted: float, why: str
) -> None:
    advice = advise([row(1, "odd", predicted), row(2, "even", 2.2)], curves(odd=points, even=FALLING))
    assert advice.model == "even"
    assert advice.sentence == (
        f"No confident recommendation: odd is first, but {why}. "
        "The first without such doubts is even, with a predicted loss of 2.200."
    )


def test_a_fit_without_freedom_is_a_doubt() -> None:
    winner = replace(row(1, "a", 2.0), flags=("no-freedom",))
    advice = advise([winner], curves(a=FALLING))
    assert advice.model is None
    assert "a law with as many parameters as points" in advice.sentence


def test_where_it_can_be_measured_again_the_option_is_named() -> None:
    spiked = advise([row(1, "a", 2.0)], curves(a=SPIKED), can_recheck=True)
    assert "--recheck measures it again" in spiked.sentence
    assert "--recheck" not in advise([row(1, "a", 1.2)], curves(a=FALLING), can_recheck=True).sentence


def test_the_scatter_of_an_odd_curve_is_not_the_noise_of_the_others() -> None:
    assert seed_noise(curves(a=FALLING, b=SPIKED, c=RISING)) == seed_noise(curves(a=FALLING))
    assert seed_noise(curves(b=SPIKED)) is None


def test_equal_scores_are_said_to_be_equal() -> None:
    said = recommend([row(1, "a", 2.0), row(2, "b", 2.0)], [])
    assert "It has the same score as b" in said


@pytest.mark.parametrize(
    ("n_seeds", "inside", "outside"), [(1, 0.0282, 0.0284), (2, 0.0199, 0.0201), (8, 0.0099, 0.0101)]
)
def test_a_difference_is_close_within_two_standard_errors_of_it(n_seeds: int, inside: float, outside: float) -> None:
    # a mean of n has noise 0.01/√n, a difference of two means √2 times that: twice it is 0.0283, 0.02 and 0.01
    rows = [
        RankedModel(rank=place, model=model, status="ok", score=-math.exp(apart), predicted_loss=None)
        for place, (model, apart) in enumerate([("best", 0.0), ("near", inside), ("far", outside)], 1)
    ]
    assert [row.model for row in close_calls(rows, Noise(0.01, "measured"), n_seeds)] == ["near"]


def sure_row(rank: int, model: str, loss: float, spread: float, **fields: Any) -> RankedModel:  # noqa: ANN401
    """Return a row whose interval is `spread` to either side, as a share."""
    interval = (loss / (1 + spread), loss * (1 + spread))
    return RankedModel(
        rank=rank, model=model, status="ok", score=-loss, predicted_loss=loss, interval=interval, **fields
    )


def test_the_sentence_says_how_sure_it_is_and_what_it_may_cost() -> None:
    advice = advise([sure_row(1, "a", 2.0, 0.02), sure_row(2, "b", 2.6, 0.02)], curves(a=FALLING, b=FALLING))
    assert advice.sentence == (
        "Fine-tune a: its predicted loss after full fine-tuning is 2.000 (80 % interval 1.961 to 2.040). It is "
        "within 2 % of the best of these 2 with probability 1.00; on average its loss is less than 0.1% above the best "
        "(estimated)."
    )
    assert advice.certainty is not None
    assert (advice.certainty.model, advice.certainty.level) == ("a", ())


def test_where_the_data_cannot_tell_it_says_so_and_names_who_is_level() -> None:
    rows = [sure_row(place, name, 2.0 + place / 100, 0.2) for place, name in enumerate("abcde", 1)]
    advice = advise(rows, curves(**dict.fromkeys("abcde", FALLING)))
    assert (
        "The data cannot tell yet that there is no better one: it is within 2 % of the best of these 5"
        in advice.sentence
    )
    assert "Level with it: b, c, d, e." in advice.sentence
    assert advice.certainty is not None
    assert advice.certainty.probability < 0.5
    assert "larger than" not in advice.sentence


def test_a_model_that_has_never_seen_such_text_says_no_probability() -> None:
    untrained = replace(seen(0, 6.0, model="a"), loss_per_byte=6.0)
    rows = [sure_row(1, "a", 2.0, 0.1, flags=("unseen",)), sure_row(2, "b", 2.1, 0.1)]
    advice = advise(rows, [untrained, *curves(a=FALLING, b=FALLING)])
    assert advice.model == "a"
    assert advice.certainty is None
    assert "which is not reliable: it had never seen such text" in advice.sentence
    assert advice.sentence.endswith("How sure that is cannot be told.")


def test_a_selector_without_intervals_gets_none_invented() -> None:
    advice = advise([row(1, "a", 1.0), row(2, "b", 2.0)], [seen(200, 1.0, spread=0.01)])
    assert advice.certainty is None
    assert "probability" not in advice.sentence
    assert "how far off predictions are is not known" in advice.sentence


@pytest.mark.parametrize(("d_full", "is_said"), [(400, False), (16 * 400, True), (64 * 400, True)])
def test_a_prediction_far_beyond_what_was_measured_is_said_to_be_so(d_full: int, is_said: bool) -> None:
    largest = max(each.n_samples for each in curves(a=FALLING))
    advice = advise([sure_row(1, "a", 2.0, 0.02)], curves(a=FALLING), d_full=d_full * largest // 400)
    assert (f"for {d_full // 400} times as many examples as were measured" in advice.sentence) is is_said
