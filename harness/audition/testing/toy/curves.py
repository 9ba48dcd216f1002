"""Curves made of formulas: what a recorded selection or a test of a selector can start from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from audition.testing.toy.task import TOY_TASK
from audition.types import LossCurve

LossOf: TypeAlias = Callable[[int], float]  #: a loss by subset size; 0 is zero-shot

SIZES = (1600, 800, 400, 200)  #: subsets that a toy problem may measure, largest first
D_FULL = 12_800  #: of a toy problem: three doublings beyond what may be measured


def power_law(scale: float, exponent: float, zero_shot: float = 9.0) -> LossOf:
    """Return the loss by subset size of a curve that is a straight line in log-log coordinates."""
    return lambda n_samples: scale * n_samples**-exponent if n_samples else zero_shot


def bent(scale: float, exponent: float, below: int, level: float) -> LossOf:
    """Return a line down to `below` examples and a plateau under it: the pre-power phase."""
    return lambda n_samples: scale * n_samples**-exponent if n_samples >= below else level


def toy_curve(model: str, loss: LossOf, sizes: Iterable[int] = SIZES, *, task: str = TOY_TASK.name) -> LossCurve:
    """Return the recorded curve of `model`, zero-shot loss included."""
    n_samples = (0, *sorted(sizes))
    return LossCurve(
        model=model,
        task=task,
        loss_unit="nats/token",
        n_samples=n_samples,
        loss=tuple(loss(n) for n in n_samples),
        source="a formula",
    )


#: by model: which is ahead changes between the smallest subset and the full training set
TOY_LOSSES: dict[str, LossOf] = {
    "toy/late": power_law(20, 0.3, zero_shot=5.0),
    "toy/early": power_law(4, 0.05, zero_shot=6.0),
    "toy/slow": bent(12, 0.2, 400, 4.1),
    "toy/poor": power_law(30, 0.25, zero_shot=8.0),
}
TOY_CURVES = tuple(toy_curve(model, loss, (*SIZES, D_FULL)) for model, loss in TOY_LOSSES.items())
