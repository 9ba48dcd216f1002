from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audition.testing import (
    TOY_CURVES,
    TOY_TASK,
    CurvesConformance,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audition.types import LossCurve


class TestToyCurves(CurvesConformance):
    @pytest.fixture
    def task(self) -> str:
        return TOY_TASK.name

    @pytest.fixture
    def curves(self, task: str) -> Sequence[LossCurve]:
        return TOY_CURVES
