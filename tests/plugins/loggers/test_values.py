from __future__ import annotations

import pytest

from audition.types import Cost, Observation
from audition_plugins.loggers._values import label, of_observation


@pytest.mark.parametrize(
    ("model", "name"),
    [("Qwen/Qwen2.5-0.5B@main", "Qwen/Qwen2.5-0.5B_main"), ("./my model", "my model"), ("/a=b", "a_b")],
)
def test_names_of_models_are_written_in_letters_that_every_tracker_takes(model: str, name: str) -> None:
    assert label(model) == name


def test_a_failed_measurement_has_seconds_and_no_loss() -> None:
    failed = Observation(model="a", task="t", n_samples=200, status="crashed", cost=Cost(seconds=2.0))
    assert of_observation(failed) == {"seconds/a": 2.0}
