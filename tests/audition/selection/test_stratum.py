from __future__ import annotations

import math

import pytest

from audition.errors import PluginError
from audition.selection.answering.advice import advise
from audition.selection.stratum import check_ranking, does_not_fit, select_stratum
from audition.testing import SpyProblem, power_law, toy_model
from audition.types import RankedModel, Ranking, Score

MODELS = (toy_model("toy/one"), toy_model("toy/two"))


def ranking_of(*names: str) -> Ranking:
    return Ranking.from_scores(Score(model=name, score=1.0) for name in names)


@pytest.mark.parametrize("names", [("toy/one",), ("toy/one", "toy/one"), ("toy/one", "toy/two", "toy/three")])
def test_a_ranking_that_lacks_repeats_or_adds_a_candidate_is_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(PluginError, match="must rank every candidate once"):
        check_ranking(ranking_of(*names), MODELS)


def test_the_order_in_which_candidates_are_ranked_is_the_selectors() -> None:
    check_ranking(ranking_of("toy/two", "toy/one"), MODELS)


def test_a_number_that_a_selector_built_its_ranking_with_and_is_none_ranks_nobody() -> None:
    class Odd:
        def select(self, problem: object, rng: object) -> Ranking:
            rows = [("toy/one", math.nan), ("toy/two", -1.0)]
            return Ranking(
                models=tuple(
                    RankedModel(rank=place, model=model, status="ok", score=score, predicted_loss=None)
                    for place, (model, score) in enumerate(rows, 1)
                )
            )

    problem = SpyProblem({"toy/one": power_law(30.0, 0.3), "toy/two": power_law(40.0, 0.3)})
    stratum = select_stratum(problem, Odd(), seed=0)
    assert [(row.model, row.rank) for row in stratum.ranking] == [("toy/two", 1), ("toy/one", None)]


def test_what_is_too_large_says_so_and_what_is_unknown_is_not_said_to_be() -> None:
    assert does_not_fit(MODELS[0], "needs 3 GiB").status == "does-not-fit"
    unknown = does_not_fit(MODELS[0], "size unknown: not compared with the memory budget")
    assert (unknown.status, unknown.rank) == ("ok", None)


@pytest.mark.parametrize(
    "interval", [(-1.0, 2.0), (0.0, 2.0), (2.0, 3.0), (0.5, 0.9), (math.nan, 2.0), (0.5, math.inf)]
)
@pytest.mark.parametrize("is_built_by_hand", [True, False])
def test_what_does_not_hold_its_loss_is_no_interval(interval: tuple[float, float], is_built_by_hand: bool) -> None:
    class Odd:
        def select(self, problem: object, rng: object) -> Ranking:
            if not is_built_by_hand:
                return Ranking.from_scores(
                    Score(model=model.name, score=-1.0, predicted_loss=1.0, interval=interval, error_one_back=math.nan)
                    for model in MODELS
                )
            return Ranking(
                models=tuple(
                    RankedModel(
                        rank=place, model=model.name, status="ok", score=-1.0, predicted_loss=1.0, interval=interval
                    )
                    for place, model in enumerate(MODELS, 1)
                )
            )

    problem = SpyProblem({"toy/one": power_law(30.0, 0.3), "toy/two": power_law(40.0, 0.3)})
    stratum = select_stratum(problem, Odd(), seed=0)
    assert [(row.interval, row.error_one_back, row.predicted_loss) for row in stratum.ranking] == [
        (None, None, 1.0)
    ] * 2
    assert advise(stratum.ranking, stratum.measured).certainty is None
