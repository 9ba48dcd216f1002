from __future__ import annotations

from audition.testing import SpyProblem
from audition_plugins.selectors.sub_tuning import SubTuning
from worlds.ranked_names import LOSSES, RNG


def test_sub_tuning_measures_the_largest_size_of_every_candidate_and_nothing_else() -> None:
    problem = SpyProblem(LOSSES)
    ranking = SubTuning().select(problem, RNG)
    assert {(o.model, o.n_samples) for o in problem.receipt} == {("late", 1600), ("early", 1600)}
    assert ranking.models[0].score == -min(loss(1600) for loss in LOSSES.values())
