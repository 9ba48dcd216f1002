from __future__ import annotations

from audition.testing import SpyProblem
from audition_plugins.selectors.zero_shot import ZeroShot
from worlds.ranked_names import LOSSES, RNG, names


def test_zero_shot_ranks_by_the_loss_without_training() -> None:
    problem = SpyProblem(LOSSES)
    assert names(ZeroShot().select(problem, RNG)) == ["late", "early"]
    assert {o.n_samples for o in problem.receipt} == {0}
