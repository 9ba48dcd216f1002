from __future__ import annotations

from audition.testing import SpyProblem, power_law, toy_model
from audition_plugins.selectors.model_size import ModelSize
from worlds.ranked_names import RNG, names


def test_model_size_measures_nothing_and_prefers_the_larger() -> None:
    models = [toy_model("small", n_params=10), toy_model("large", n_params=1000)]
    problem = SpyProblem({"small": power_law(4, 0.1), "large": power_law(20, 0.3)}, models=models)
    assert names(ModelSize().select(problem, RNG)) == ["large", "small"]
    assert problem.calls == []
