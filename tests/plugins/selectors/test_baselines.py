from __future__ import annotations

import numpy as np

from audition.testing import SpyProblem, power_law, toy_model
from audition_plugins.selectors.model_size import ModelSize
from audition_plugins.selectors.sub_tuning import SubTuning
from audition_plugins.selectors.zero_shot import ZeroShot

RNG = np.random.default_rng(0)
LOSSES = {"late": power_law(20, 0.3, zero_shot=5.0), "early": power_law(4, 0.1, zero_shot=6.0)}


def names(ranking: object) -> list[str]:
    return [row.model for row in ranking.models]  # type: ignore[attr-defined]


def test_sub_tuning_measures_the_largest_size_of_every_candidate_and_nothing_else() -> None:
    problem = SpyProblem(LOSSES)
    ranking = SubTuning().select(problem, RNG)
    assert {(o.model, o.n_samples) for o in problem.receipt} == {("late", 1600), ("early", 1600)}
    assert ranking.models[0].score == -min(loss(1600) for loss in LOSSES.values())


def test_zero_shot_ranks_by_the_loss_without_training() -> None:
    problem = SpyProblem(LOSSES)
    assert names(ZeroShot().select(problem, RNG)) == ["late", "early"]
    assert {o.n_samples for o in problem.receipt} == {0}


def test_model_size_measures_nothing_and_prefers_the_larger() -> None:
    models = [toy_model("small", n_params=10), toy_model("large", n_params=1000)]
    problem = SpyProblem({"small": power_law(4, 0.1), "large": power_law(20, 0.3)}, models=models)
    assert names(ModelSize().select(problem, RNG)) == ["large", "small"]
    assert problem.calls == []
