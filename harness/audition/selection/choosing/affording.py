"""How much a selection measures: the largest subsets that a time, or a limit on everything together, pays for.

What the ledger has is charged like the rest (decision 0001), so that the same command chooses the same again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audition.budgets.budget import Budget, SizeCap, TimeLimit, TotalSpend
from audition.budgets.ladder import ladder
from audition.errors import BudgetExceeded
from audition.selection.plan import time_on
from audition.types import Cost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from fractions import Fraction

ENOUGH_SIZES = 4  #: that a curve should have, where there are rows enough
_DOUBLINGS = 24  #: of a training set, at most: 400 million rows, from 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What measuring costs here."""

    n_train: int
    min_size: int
    fewest: int  #: sizes without which the selector makes no sense
    most: Fraction  #: share of the rows that may be chosen
    costs: Callable[[tuple[int, ...]], Sequence[Cost]]  #: of measuring a ladder, by candidate, at most
    slots: int
    n_shards: int

    def ladders(self, enough: int = ENOUGH_SIZES) -> Iterator[tuple[Fraction, tuple[int, ...]]]:
        """Yield shares of the rows and their sizes, the largest share first, as long as a curve has sizes enough."""
        fullest = len(ladder(self.n_train, self.most, self.min_size))
        fewest = max(self.fewest, min(enough, fullest))
        for doublings in range(_DOUBLINGS):
            share = self.most / 2**doublings
            sizes = ladder(self.n_train, share, self.min_size)
            if len(sizes) < fewest:
                return
            yield share, sizes

    def n_unknown(self, sizes: tuple[int, ...]) -> int:
        """Return of how many candidates nobody knows how long a ladder takes."""
        return sum(cost.seconds is None for cost in self.costs(sizes))

    def seconds(self, sizes: tuple[int, ...], *, is_of_devices: bool) -> float | None:
        """Return how long a ladder takes, on an idle machine; None: that is not known of any candidate."""
        known = [cost.seconds for cost in self.costs(sizes) if cost.seconds]
        if not known:
            return None
        return sum(known) if is_of_devices else time_on(self.slots, known) / self.n_shards


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share of the rows that a time pays for, and what the next larger one takes."""

    fraction: Fraction
    sizes: tuple[int, ...]
    seconds: float
    n_unknown: int = 0  #: candidates whose time nobody knows, which is not counted
    larger: Fraction | None = None  #: None: it is all that there is
    seconds_of_larger: float | None = None


def within(limit: TimeLimit, terms: Terms) -> Share | None:
    """Return the largest share that takes no longer; None: none does, or nobody's time is known."""
    larger: tuple[Fraction, float] | None = None
    for fraction, sizes in terms.ladders():
        seconds = terms.seconds(sizes, is_of_devices=limit.is_of_devices)
        if seconds is None:
            return None
        if seconds <= limit.seconds:
            next_one = larger or (None, None)
            return Share(
                fraction=fraction,
                sizes=sizes,
                seconds=seconds,
                n_unknown=terms.n_unknown(sizes),
                larger=next_one[0],
                seconds_of_larger=next_one[1],
            )
        larger = fraction, seconds
    return None


def least(limit: TimeLimit, terms: Terms) -> float | None:
    """Return the seconds that the smallest ladder takes; None: unknown."""
    *_, (_, sizes) = terms.ladders()
    return terms.seconds(sizes, is_of_devices=limit.is_of_devices)


def within_spend(budget: TotalSpend, terms: Terms) -> TotalSpend:
    """Return the budget with the largest share of the rows for which it pays all that may be asked, or the smallest."""
    chosen = budget.fraction
    for fraction, sizes in terms.ladders(enough=1):  # a short curve of everybody says more than a long one of some
        chosen = fraction
        try:
            budget.check(sum(terms.costs(sizes), Cost()))
        except BudgetExceeded:
            continue
        break
    return TotalSpend(budget.limit, budget.currency, chosen)


def with_fraction(budget: Budget, fraction: Fraction) -> Budget:
    """Return the budget with another share of the rows as its largest."""
    if isinstance(budget, TotalSpend):
        return TotalSpend(budget.limit, budget.currency, fraction)
    return SizeCap(fraction)
