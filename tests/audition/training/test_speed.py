from __future__ import annotations

import pytest

from audition.testing.toy import ToyTask
from worlds.toy_candidates import n_tokens
from worlds.toy_requests import ask, candidate, numbers


def test_calibration_changes_no_result() -> None:
    toy = candidate()
    calibration = toy.calibrate(ask(8))
    assert calibration.seconds_per_training_token > 0
    assert calibration.seconds_per_evaluated_token > 0
    assert calibration.tokens_per_example == pytest.approx(n_tokens(toy, ToyTask().train(128, 0)) / 128)
    assert numbers(toy.measure(ask(50))) == numbers(candidate().measure(ask(50)))
