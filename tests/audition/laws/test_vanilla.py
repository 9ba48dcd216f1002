from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audition.laws import VanillaLaw

LAWS = st.builds(
    VanillaLaw, alpha=st.floats(0.1, 3), beta=st.floats(0.05, 1.5), b=st.floats(0.1, 50), e=st.floats(0.01, 3)
)


@given(LAWS)
def test_with_infinite_data_the_loss_is_e_to_the_alpha(law: VanillaLaw) -> None:
    assert law.loss(1e300) == pytest.approx(law.e**law.alpha)


@given(LAWS)
def test_the_log_log_slope_never_steepens(law: VanillaLaw) -> None:
    """Theorem 3.1 of the paper: this law has no pre-power phase."""
    slopes = np.diff(np.log(law.loss(np.geomspace(1, 1e9, 60))))
    assert (slopes <= 0).all()
    assert (np.diff(slopes) >= -1e-12).all()


def test_without_data_the_loss_is_infinite() -> None:
    assert VanillaLaw(alpha=1, beta=0.3, b=10, e=1).loss(0) == math.inf
