from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audition.testing import (
    TOY_SELECTOR,
    SelectorConformance,
)

if TYPE_CHECKING:
    from audition.types import SelectorEntry


class TestToySelector(SelectorConformance):
    @pytest.fixture
    def entry(self) -> SelectorEntry:
        return TOY_SELECTOR
