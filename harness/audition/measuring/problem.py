"""The metered selection problem: a selector sees no loss that it has not paid for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from types import MappingProxyType
from typing import Protocol, TypeVar

from audition.budgets.budget import Budget
from audition.errors import BudgetExceeded
from audition.types import Cost, LossUnit, ModelSpec, Observation, Point

T = TypeVar("T")


class LossSource(Protocol):
    """Where losses come from: live fine-tuning or recorded curves."""

    @property
    def slots(self) -> int:
        """Return how many points can be obtained at once; 0: all take no time, so that threads are of no use."""

    def planned(self, point: Point) -> Cost:
        """Return what `obtain(point)` will cost, at most."""

    def obtain(self, point: Point) -> Observation:
        """Return the observation, with `loss` in the problem's unit; blocks, is thread-safe."""

    def cancel(self) -> None:
        """Abandon what is running: every blocked `obtain` ends soon, with an error."""


class MeteredProblem:
    """A task, its candidates and a budget. Implements `SelectionProblem`."""

    def __init__(
        self,
        *,
        candidates: tuple[ModelSpec, ...],
        sizes: tuple[int, ...],
        d_full: int,
        loss_unit: LossUnit,
        budget: Budget,
        losses: LossSource,
        own_sizes: Mapping[str, tuple[int, ...]] = MappingProxyType({}),
    ) -> None:
        self.candidates = candidates
        self.sizes = sizes  #: largest first
        self.d_full = d_full
        self.loss_unit: LossUnit = loss_unit
        self._budget = budget
        self._losses = losses
        self._own_sizes = own_sizes  #: of candidates that have others than `sizes`, largest first
        self._allowed = {
            Point(model.name, size) for model in candidates for size in (*sizes, *self.sizes_of(model.name), 0)
        }
        self._lock = Lock()
        self._obtained: dict[Point, Future[Observation]] = {}
        self._planned: dict[Point, Cost] = {}  # of points that are being measured
        self._spent = Cost()  # on all others: a running sum, since a selector may ask point by point

    def sizes_of(self, model: str) -> tuple[int, ...]:
        """Return the sizes that `model` has within the budget, largest first: `sizes`, unless its own are others."""
        return self._own_sizes.get(model) or self.sizes

    def measure(self, points: Iterable[Point]) -> tuple[Observation, ...]:
        """Return one observation a point, in order; blocks, is thread-safe, repeats are free.

        Raises:
            BudgetExceeded: a size, or all of it together, is beyond the budget; nothing of this call was measured.
        """
        wanted = tuple(Point(*point) for point in points)
        new = self._reserve(wanted)
        if len(new) > 1:
            self._in_threads(self._obtain, new)
        else:
            for point in new:
                self._obtain(point)
        return tuple(self._obtained[point].result() for point in wanted)

    def for_each(self, function: Callable[[ModelSpec], T]) -> tuple[T, ...]:
        """Return `function(candidate)` for every candidate, in order, on as many threads as there are slots."""
        return self._in_threads(function, self.candidates)

    @property
    def receipt(self) -> tuple[Observation, ...]:
        """Return every observation that was paid for, by candidate and then by size, largest first."""
        place = {model.name: number for number, model in enumerate(self.candidates)}
        paid = [future.result() for future in self._obtained.values() if future.done() and not future.exception()]
        return tuple(sorted(paid, key=lambda observation: (place[observation.model], -observation.n_samples)))

    def _reserve(self, wanted: tuple[Point, ...]) -> tuple[Point, ...]:
        """Charge the plan for what is new, or raise and charge nothing."""
        for point in wanted:
            if point not in self._allowed:
                raise BudgetExceeded(
                    f"{point.model!r} may be measured at sizes {self.sizes} and 0, not at {point.n_samples}"
                    if point.model in {model.name for model in self.candidates}
                    else f"{point.model!r} is not a candidate"
                )
        with self._lock:
            new = tuple(point for point in dict.fromkeys(wanted) if point not in self._obtained)
            planned = {point: self._losses.planned(point) for point in new}
            if new:
                self._budget.check(sum([*self._planned.values(), *planned.values()], self._spent))
            self._planned.update(planned)
            self._obtained.update((point, Future()) for point in new)
        return new

    def _obtain(self, point: Point) -> None:
        future = self._obtained[point]
        try:
            observation = self._losses.obtain(point)
        except BaseException as error:
            future.set_exception(error)
            raise
        with self._lock:
            del self._planned[point]
            self._spent += observation.cost
        future.set_result(observation)

    def _in_threads(self, function: Callable[..., T], items: Iterable[object]) -> tuple[T, ...]:
        if not self._losses.slots:
            return tuple(map(function, items))
        with ThreadPoolExecutor(max_workers=self._losses.slots) as pool:
            futures = [pool.submit(function, item) for item in items]
            try:
                return tuple(future.result() for future in futures)
            except BaseException:  # an interrupt as much as an error: nobody will read the rest
                for future in futures:
                    future.cancel()
                self._losses.cancel()
                raise
