"""A selection problem that remembers what it was asked, for tests of selectors. Torch-free."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from threading import Barrier, BrokenBarrierError, Lock

from audition.budgets.budget import Budget, SizeCap
from audition.errors import BudgetExceeded
from audition.measuring.problem import MeteredProblem
from audition.measuring.recorded import RecordedLosses
from audition.testing.toy.curves import D_FULL, SIZES, TOY_LOSSES, LossOf, toy_curve
from audition.testing.toy.model import toy_model
from audition.types import LossCurve, ModelSpec, Observation, Point, Status

_OVERLAP_SECONDS = 0.05


class SpyProblem(MeteredProblem):
    """The metered problem that every selector gets, over losses made by formulas.

    Attributes:
        calls: the points of every call of `measure`, in the order they came, repeats and refused ones included.
        refused: those calls that asked for more than the budget pays for.
    """

    def __init__(
        self,
        losses: Mapping[str, LossOf] = TOY_LOSSES,
        *,
        models: Iterable[ModelSpec] | None = None,
        sizes: tuple[int, ...] = SIZES,
        d_full: int = D_FULL,
        budget: Budget = SizeCap(Fraction(1)),  # noqa: B008 - frozen
        failing: Mapping[Point, Status] | None = None,
        slots: int = 1,
    ) -> None:
        """Make a problem.

        Args:
            losses: loss by subset size, by model; there is one for every size, whether it may be measured or not.
            models: the candidates; None: a toy model for every name in `losses`, each a family of its own.
            sizes: what may be measured besides 0, largest first.
            d_full: at which the loss is to be predicted.
            budget: what pays for it; the default pays for every size.
            failing: points whose measurement fails, and how.
            slots: how many measurements run at once; with more than one the first few really overlap.
        """
        beyond = [size for size in _doublings(max(sizes, default=1), d_full) if size not in sizes]
        curves = [toy_curve(name, loss, (*sizes, *beyond)) for name, loss in losses.items()]
        super().__init__(
            candidates=tuple(map(toy_model, losses) if models is None else models),
            sizes=sizes,
            d_full=d_full,
            loss_unit="nats/token",
            budget=budget,
            losses=_SpyLosses(curves, failing or {}, slots),
        )
        self.calls: list[tuple[Point, ...]] = []
        self.refused: list[tuple[Point, ...]] = []
        self._calls_lock = Lock()

    def measure(self, points: Iterable[Point]) -> tuple[Observation, ...]:
        """Return one observation a point, and remember the call.

        Raises:
            BudgetExceeded: as `MeteredProblem.measure`.
        """
        wanted = tuple(points)
        with self._calls_lock:
            self.calls.append(wanted)
        try:
            return super().measure(wanted)
        except BudgetExceeded:
            with self._calls_lock:
                self.refused.append(wanted)
            raise

    def sizes_measured(self, model: str) -> tuple[int, ...]:
        """Return the sizes of `model` on the receipt, largest first."""
        return tuple(observation.n_samples for observation in self.receipt if observation.model == model)


class _SpyLosses(RecordedLosses):
    """Recorded losses of which some fail, and which may be obtained by several threads at once."""

    def __init__(self, curves: Sequence[LossCurve], failing: Mapping[Point, Status], slots: int) -> None:
        super().__init__(curves)
        self.slots = slots
        self._failing = failing
        self._others = Barrier(slots)

    def obtain(self, point: Point) -> Observation:
        try:
            self._others.wait(_OVERLAP_SECONDS)
        except BrokenBarrierError:
            self._others.abort()  # nobody else came: from now on nobody waits
        observation = super().obtain(point)
        if point not in self._failing:
            return observation
        return replace(
            observation,
            status=self._failing[point],
            message=f"{point.model} at {point.n_samples}: a failure on purpose",
            loss=None,
            loss_per_token=None,
            loss_per_byte=None,
        )


def _doublings(first: int, last: int) -> list[int]:
    """Return `first`, its doublings below `last`, and `last`."""
    sizes = [first]
    while sizes[-1] * 2 < last:
        sizes.append(sizes[-1] * 2)
    return [*sizes, last]
