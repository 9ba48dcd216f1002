"""Every kind of tokeniser that audition knows of passes the tests that it offers to others."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from audition.testing.tokenising import TokeniserConformance
from audition.testing.tokenising.kinds import TOKENISER_KINDS, build_tokenised

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return a function that builds each kind once."""
    return cache(lambda kind: build_tokenised(kind, tmp_path_factory.mktemp("kinds") / kind))


@pytest.mark.parametrize("kind", sorted(TOKENISER_KINDS))
class TestEveryKind(TokeniserConformance):
    @pytest.fixture(autouse=True)
    def _declare(self, kind: str) -> None:
        self.keeps_white_space = TOKENISER_KINDS[kind].keeps_white_space
        self.takes_specials = TOKENISER_KINDS[kind].takes_specials

    @pytest.fixture
    def checkpoint(self, kind: str, folder: Callable[[str], Path]) -> Path:
        return folder(kind)
