"""A small world for tests: a few models with recorded curves, and a metered problem over them."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from audition.budget import SizeCap
from audition.problem import MeteredProblem
from audition.recorded import RecordedLosses
from audition.types import LossCurve, ModelSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from audition.budget import Budget

SIZES = (1600, 800, 400, 200)
D_FULL = 12_800


def model(name: str, n_params: int = 1000) -> ModelSpec:
    return ModelSpec(
        name=name,
        family=name,
        adapter="toy",
        checkpoint=name,
        architecture="decoder-only",
        licence="MIT",
        n_params=n_params,
    )


def curve(name: str, loss: Callable[[int], float], sizes: tuple[int, ...] = SIZES) -> LossCurve:
    n_samples = (0, *sorted(sizes))
    return LossCurve(
        model=name,
        task="toy",
        loss_unit="nats/token",
        n_samples=n_samples,
        loss=tuple(loss(n) for n in n_samples),
        source="written for this test",
    )


def problem_of(
    losses: Mapping[str, Callable[[int], float]],
    *,
    sizes: tuple[int, ...] = SIZES,
    budget: Budget = SizeCap(Fraction(1)),  # noqa: B008 - frozen
) -> MeteredProblem:
    return MeteredProblem(
        candidates=tuple(model(name) for name in losses),
        sizes=sizes,
        d_full=D_FULL,
        loss_unit="nats/token",
        budget=budget,
        losses=RecordedLosses([curve(name, loss, sizes) for name, loss in losses.items()]),
    )


def power_law(scale: float, exponent: float, zero_shot: float = 9.0) -> Callable[[int], float]:
    """A curve that is a straight line in log-log coordinates."""
    return lambda n: scale * n**-exponent if n else zero_shot
