"""How far a selection is: what it measured of its plan, what that cost, and how long the rest takes."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from threading import RLock
from time import monotonic
from typing import TYPE_CHECKING

from audition.budgets.budget import Budget, TotalSpend
from audition.text.durations import format_duration
from audition.types import Cost, Point

if TYPE_CHECKING:
    from audition.selection.plan import Plan
    from audition.types import Observation
    from audition.types import Progress as Step

PRIOR = 0.1  #: of the plan: so much of it counts as measured just as planned, lest the first measurement decide alone
LEAST_LEFT = 0.1  #: of the estimate: it counts down between two measurements, but not to nothing


class Headway:
    """Counts what is measured against a plan. Thread-safe."""

    def __init__(self, plan: Plan, budget: Budget, clock: Callable[[], float] = monotonic) -> None:
        self.plan = plan
        self.n_total = plan.n_measurements
        self.n_done = 0  #: of the plan; those that the ledger had, too
        self.n_known = 0  #: of all, those that the ledger had
        self.n_new = 0  #: of all, those that were made now, beyond the plan too
        self.paid = Cost()  #: for what was made now
        self.found: dict[str, list[Observation]] = {model.model: [] for model in plan.models}
        self.running: dict[Point, Step] = {}
        self._budget = budget
        self._charged = Cost()  # what the ledger had is charged, too (decision 0001)
        self._planned = {
            Point(model.model, size): _each(seconds, plan.n_seeds if size else 1)
            for model in plan.models
            for size, seconds in zip(model.sizes, model.seconds or (None,) * len(model.sizes), strict=True)
        }
        self._open = {point: plan.n_seeds if point.n_samples else 1 for point in self._planned}
        self._ended: set[str] = set()  # candidates that failed: nothing more is asked of them
        self._measured, self._as_planned = 0.0, 0.0  # device seconds of the same measurements
        self._clock = clock
        self._started = self._latest = clock()
        self._lock = RLock()

    def step(self, step: Step) -> None:
        """Note how far a running measurement is."""
        with self._lock:
            self.running[Point(step.model, step.n_samples)] = step

    def observed(self, observation: Observation, is_known: bool) -> None:
        """Count one measurement, of one seed."""
        point = Point(observation.model, observation.n_samples)
        with self._lock:
            self.running.pop(point, None)
            self.found.setdefault(observation.model, []).append(observation)
            if self._open.get(point):
                self._open[point] -= 1
                self.n_done += 1
            if observation.loss is None and observation.n_samples:
                self._ended.add(observation.model)
            self._charged += observation.cost
            if is_known:
                self.n_known += 1
            else:
                self.n_new += 1
                self.paid += observation.cost
                self._compare(observation, self._planned.get(point))
            self._latest = self._clock()

    def _compare(self, observation: Observation, planned: float | None) -> None:
        """Note how long it took beside how long it should have taken: by the clock where that is known."""
        if observation.wall_seconds is not None:
            took: float | None = observation.wall_seconds * self.plan.n_shards
        else:
            seconds = observation.cost.seconds
            took = None if seconds is None else seconds * self.plan.crowding
        if planned and took is not None:
            self._measured += took
            self._as_planned += planned

    @property
    def seconds_left(self) -> float | None:
        """Return the estimated time by the clock until all that is planned is measured; None: unknown.

        It is the plan's time of what is outstanding, times measured / planned so far, over the slots.
        """
        with self._lock:
            rest = [
                None if (seconds := self._planned[point]) is None else n_open * seconds
                for point, n_open in self._open.items()
                if n_open and point.model not in self._ended
            ]
            known = [each for each in rest if each is not None]
            if not self.plan.is_calibrated or len(known) != len(rest):
                return None
            prior = PRIOR * (self.plan.cost.seconds or 0.0)
            corrected = (self._measured + prior * self.plan.crowding) / ((self._as_planned + prior) or 1.0)
            slots = max(1, min(self.plan.slots, sum(each > 0 for each in known)))
            left = sum(known) * corrected / slots / self.plan.n_shards
            return max(left - (self._clock() - self._latest), LEAST_LEFT * left)

    @property
    def mark(self) -> str:
        """Return how far it is, for the head of a line: "12/60, about 14 min left"."""
        return f"{self.n_done}/{self._most}{self.n_total}{self._left}"

    @property
    def headline(self) -> str:
        """Return how far it is: "12 of 60 measurements, about 14 min left"."""
        return f"{self.n_done:,} of {self._most}{self.n_total:,} measurements{self._left}"

    @property
    def closing(self) -> str:
        """Return what was done in the end."""
        n_all = self.n_known + self.n_new
        known = f", {self.n_known:,} of them from the ledger" if self.n_known else ""
        took = format_duration(self._clock() - self._started)
        return f"{n_all:,} measurement{'' if n_all == 1 else 's'}{known}, in {took}"

    @property
    def spent(self) -> str:
        """Return what was spent, and of how much."""
        if isinstance(self._budget, TotalSpend):
            amounts = {
                "samples": self._charged.n_samples,
                "flops": self._charged.flops,
                "seconds": self._charged.seconds,
            }
            name = self._budget.currency
            unit = {"samples": " samples", "flops": " FLOPs", "seconds": " of compute"}[name]
            return f"spent {_amount(amounts[name], name)} of {_amount(self._budget.limit, name)}{unit}"
        said = f"spent {format_duration(self.paid.seconds)}"
        planned = self.plan.cost.seconds if self.plan.is_calibrated else None
        return f"{said} of compute" if planned is None else f"{said} of {format_duration(planned)} of compute (planned)"

    @property
    def throughput(self) -> str:
        """Return how many examples were trained on a second, by the clock; "" before anything was."""
        elapsed = self._clock() - self._started
        n_trained = self.paid.samples_processed
        return f"{n_trained / elapsed:,.0f} examples/s" if n_trained and elapsed > 0 else ""

    def n_sizes_done(self, model: str) -> int:
        """Return at how many sizes `model` was measured."""
        return len({each.n_samples for each in self.found.get(model, ())})

    def latest(self, model: str) -> Observation | None:
        """Return the latest loss of `model` after training, or else without it."""
        found = [each for each in list(self.found.get(model, ())) if each.loss is not None]
        trained = [each for each in found if each.n_samples]
        last = trained or found
        return last[-1] if last else None

    @property
    def _most(self) -> str:
        return "at most " if self.plan.may_end_early else ""

    @property
    def _left(self) -> str:
        left = self.seconds_left
        return "" if left is None or self.n_done >= self.n_total else f", about {roughly(left)} left"


def roughly(seconds: float) -> str:
    """Return a time no finer than an estimate is: steps of 5 s, whole minutes from one on, of 10 from an hour on."""
    if seconds < 55:
        return f"{max(5, 5 * ceil(seconds / 5))} s"
    step = 60 if seconds < 3570 else 600
    return format_duration(step * max(1, round(seconds / step)))


def _each(seconds: float | None, n: int) -> float | None:
    return None if seconds is None else seconds / n


def _amount(amount: float | None, currency: str) -> str:
    if amount is None:
        return "an unknown part"
    if currency == "seconds":
        return format_duration(amount)
    return f"{amount:,.0f}" if currency == "samples" else f"{amount:.2g}"
