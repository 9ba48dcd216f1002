"""What the checks of a selector share: how one is made and asked, and how rankings are compared."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pytest

from audition.plugins.factories import make_selector
from audition.testing.promises import require
from audition.testing.spy import SpyProblem
from audition.types import NOT_A_NUMBER, RankedModel, Ranking, SelectorEntry
from audition.types.protocols import Selector


class SelectorChecks:
    """A selector under test."""

    options: Mapping[str, Any] = {}  #: as texts could give them; a selector works without any
    rounding = 1e-9  #: relative difference of two scores that count as the same: a sum depends on its order

    @pytest.fixture
    def entry(self) -> SelectorEntry:
        """Return the selector under test."""
        raise NotImplementedError("give the selector under test: a fixture 'entry' that returns its SelectorEntry")

    def make(self, entry: SelectorEntry) -> Selector:
        """Return a fresh selector, made as `audition select --option name=value` makes it."""
        return make_selector(entry, [f"{name}={value}" for name, value in self.options.items()])

    def select(self, entry: SelectorEntry, problem: SpyProblem) -> Ranking:
        """Return the ranking of a fresh selector; the generators of the whole process are where they always were."""
        reset_global_randomness(0)
        return self.make(entry).select(problem, np.random.default_rng(0))

    def require_same(self, first: Ranking, other: Ranking, what: str) -> None:
        """Require equal rows, of the candidates that both rankings have."""
        one, two = ({row.model: row for row in ranking.models} for ranking in (first, other))
        is_same = all(_is_same(one[name], two[name], self.rounding) for name in one.keys() & two.keys())
        require(is_same, f"{what}: {shown(first)} became {shown(other)}")


def reset_global_randomness(seed: int) -> None:
    """Set the generators that no selector should draw from."""
    random.seed(seed)
    np.random.seed(seed)


def require_all_once(ranking: Ranking, names: Iterable[str]) -> None:
    """Require that the ranking has every candidate once, and nothing else."""
    got, wanted = sorted(row.model for row in ranking.models), sorted(names)
    missing, extra = (
        sorted(set(wanted) - set(got)),
        sorted({name for name in got if got.count(name) > 1 or name not in wanted}),
    )
    require(not missing, f"{', '.join(map(repr, missing))} did not come back")
    require(not extra, f"{', '.join(map(repr, extra))} came back too often")


def is_finite_or_none(number: float | None) -> bool:
    """Return whether a report may show the number."""
    return number is None or math.isfinite(number)


def unfit_numbers(rows: Iterable[RankedModel]) -> tuple[str, ...]:
    """Return what of the rows no report can show: scores that are, or were, NaN or infinite, and such predictions."""
    return tuple(
        what
        for row in rows
        for what, is_fit in (
            (f"{row.model!r} has score {row.score!r}", is_finite_or_none(row.score)),
            (f"{row.model!r} has a score that is NaN or infinite", NOT_A_NUMBER not in row.notes),
            (f"{row.model!r} has predicted loss {row.predicted_loss!r}", is_finite_or_none(row.predicted_loss)),
        )
        if not is_fit
    )


def shown(ranking: Ranking) -> str:
    """Return a ranking in few words."""
    rows = [f"{row.model} {'-' if row.score is None else format(row.score, '.6g')}" for row in ranking.models]
    return f"({', '.join(rows)})"


def _is_same(one: RankedModel, two: RankedModel, rounding: float) -> bool:
    is_close = _is_close(one.score, two.score, rounding) and _is_close(one.predicted_loss, two.predicted_loss, rounding)
    return is_close and (one.rank, one.status) == (two.rank, two.status)


def _is_close(one: float | None, two: float | None, rounding: float) -> bool:
    if one is None or two is None:
        return one is two
    return math.isclose(one, two, rel_tol=rounding)
