"""What tests of several rooms share of ranked names."""

from __future__ import annotations

import numpy as np

from audition.testing import power_law

RNG = np.random.default_rng(0)


LOSSES = {"late": power_law(20, 0.3, zero_shot=5.0), "early": power_law(4, 0.1, zero_shot=6.0)}


def names(ranking: object) -> list[str]:
    return [row.model for row in ranking.models]  # type: ignore[attr-defined]
