from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audition.laws import RectifiedLaw

# the range of the paper's own fits: losses of a few nats, transitions from tens to millions of examples
LAWS = st.builds(
    lambda fall, size, beta, e: RectifiedLaw(b=fall * size**beta, d_l=size**beta, beta=beta, e=e),
    fall=st.floats(0.1, 10),
    size=st.floats(10, 1e6),
    beta=st.floats(0.1, 2),
    e=st.floats(0.05, 3),
)


@given(LAWS)
def test_without_data_the_loss_is_finite(law: RectifiedLaw) -> None:
    assert law.loss(0) == pytest.approx(law.b / law.d_l + law.e)


@given(LAWS)
def test_with_infinite_data_it_is_e(law: RectifiedLaw) -> None:
    assert law.loss(1e300) == pytest.approx(law.e)


@given(LAWS)
def test_more_data_is_never_worse(law: RectifiedLaw) -> None:
    losses = law.loss(np.array([0, *np.geomspace(1, 1e9, 60)]))
    assert (np.diff(losses) <= 0).all()
    assert losses[-1] < losses[0]


@given(LAWS)
def test_the_phase_transition_is_where_the_log_log_slope_is_steepest(law: RectifiedLaw) -> None:
    transition = law.phase_transition()
    assert transition is not None
    step = 0.01 / law.beta  # in log size
    x = math.log(transition) + step * np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    log_loss = np.log(law.loss(np.exp(x)) / law.e)
    before, at, after = np.diff(log_loss, n=2)  # second differences: the slope falls, then rises
    assert before < 0 < after
    assert abs(at) < 0.05 * min(-before, after)


@pytest.mark.parametrize("field", ["b", "d_l", "beta", "e"])
def test_a_law_that_lacks_a_part_has_no_phase_transition(field: str) -> None:
    parts = {"b": 10.0, "d_l": 5.0, "beta": 0.4, "e": 1.0}
    assert RectifiedLaw(**parts).phase_transition() is not None
    assert RectifiedLaw(**(parts | {field: 0.0})).phase_transition() is None


def test_a_transition_beyond_any_number_is_none() -> None:
    assert RectifiedLaw(b=1e10, d_l=1e10, beta=0.005, e=1e-10).phase_transition() is None


def test_without_pre_learned_data_the_zero_shot_loss_is_infinite() -> None:
    assert RectifiedLaw(b=10.0, d_l=0.0, beta=0.4, e=1.0).loss(0) == math.inf
