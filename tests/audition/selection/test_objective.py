from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from audition.errors import UsageError
from audition.selection.objective import ByError, carries, loss_agreement, require_objective
from audition.selection.objective import test_noise as noise_of
from audition.testing import SpyProblem
from audition.testing.toy import ToyTask
from audition.types import Observation, RankedModel
from audition_plugins.selectors.guarded import Guarded

if TYPE_CHECKING:
    from collections.abc import Sequence

SIZES = (50, 100, 200, 400)


def observed(model: str, errors: Sequence[float], losses: Sequence[float] = (4, 3, 2, 1)) -> list[Observation]:
    return [
        Observation(model=model, task="t", n_samples=size, loss=error, error=error, loss_per_byte=loss)
        for size, error, loss in zip(SIZES, errors, losses, strict=True)
    ]


def test_errors_are_extrapolated_where_half_of_the_candidates_fall() -> None:
    falling, flat = observed("a", (0.9, 0.7, 0.6, 0.5)), observed("b", (1.0, 1.0, 1.0, 1.0))
    assert carries(falling)
    assert carries([*falling, *flat])
    assert not carries(flat)
    assert not carries([*falling[:2]]), "two points have no curve"
    assert not carries([])


def test_where_they_do_not_fall_the_measured_error_ranks() -> None:
    class Receipt:
        def __init__(self, inner: SpyProblem) -> None:
            self.inner = inner
            self.receipt: list[Observation] = []

        def __getattr__(self, name: str) -> object:
            return getattr(self.inner, name)

        def measure(self, points: object) -> object:
            found = self.inner.measure(points)  # type: ignore[arg-type]  # as they came
            self.receipt.extend(found)
            return found

    flat = {"a": lambda n: 0.5 + n / 1e6, "b": lambda n: 0.4 + n / 1e6}
    ranking = ByError(Guarded()).select(Receipt(SpyProblem(flat)), np.random.default_rng(0))  # type: ignore[arg-type]  # likewise
    assert [row.model for row in ranking.models] == ["b", "a"]
    assert all(row.predicted_loss is None for row in ranking.models)
    assert "ranked by what was measured at" in ranking.models[0].notes[0]


def test_it_declares_what_its_selector_does() -> None:
    by_error = ByError(Guarded())
    assert by_error.min_sizes == Guarded.min_sizes
    assert by_error.plan((200, 100)) == (200, 100, 0)
    assert "Guarded" in repr(by_error)


def test_the_orders_by_loss_and_by_error_agree_as_spearman_has_it() -> None:
    one = observed("a", (1, 1, 1, 0.1), (9, 9, 9, 1)) + observed("b", (1, 1, 1, 0.2), (9, 9, 9, 2))
    assert loss_agreement([*one, *observed("c", (1, 1, 1, 0.3), (9, 9, 9, 3))]) == pytest.approx(1)
    assert loss_agreement([*one, *observed("c", (1, 1, 1, 0.05), (9, 9, 9, 3))]) == pytest.approx(-0.5)
    assert loss_agreement(one) is None, "two candidates have no order to speak of"


def test_the_noise_of_an_error_is_that_of_so_many_examples() -> None:
    row = RankedModel(rank=1, model="a", status="ok", score=-0.32, predicted_loss=None)
    noise = noise_of([row])
    assert noise is not None
    draws = np.random.default_rng(0).binomial(200, 0.32, 100_000) / 200
    assert noise.std == pytest.approx(draws.std() / 0.32, rel=0.01)
    assert noise.of == "the noise of 200 test examples"


def test_labels_are_wanted_where_they_are_judged() -> None:
    require_objective("accuracy", ToyTask())
    require_objective("bleu", ToyTask(), {"bleu": "of a plugin"})
    with pytest.raises(UsageError, match="no objective called 'bleu'. Known: accuracy, chrf"):
        require_objective("bleu", ToyTask())
