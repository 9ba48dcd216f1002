"""Budgets: what a selector may spend."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, Protocol

from audition.errors import BudgetExceeded
from audition.text.durations import format_duration

if TYPE_CHECKING:
    from audition.types import Cost

Currency = Literal["samples", "flops", "seconds"]


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """How long everything may take on this machine, by the plan: it decides how large the subsets are."""

    seconds: float
    is_of_devices: bool = False  #: summed over the devices ("8GPUh"), not by the clock on the wall

    def __str__(self) -> str:
        return format_duration(self.seconds) + (" of all devices together" if self.is_of_devices else "")


class Budget(Protocol):
    """What a selector may spend."""

    @property
    def fraction(self) -> Fraction:
        """Return γ: no single measurement may use more than `floor(γ·D_full)` examples."""

    def check(self, spent: Cost) -> None:
        """Raise BudgetExceeded if the budget does not pay for `spent`."""


@dataclass(frozen=True, slots=True)
class SizeCap:
    """The paper's budget: no single measurement larger than `floor(γ·D_full)`; how many there are is free."""

    fraction: Fraction

    def check(self, spent: Cost) -> None:
        """Do nothing: the cap is in the sizes."""

    def __str__(self) -> str:
        return f"{self.fraction} of the training set"


@dataclass(frozen=True, slots=True)
class TotalSpend:
    """A limit on what all measurements of all candidates cost together."""

    limit: float
    currency: Currency
    fraction: Fraction = Fraction(1)

    def check(self, spent: Cost) -> None:
        """Raise BudgetExceeded if `spent` is over the limit, or cannot be known to be within it."""
        amount = {"samples": spent.n_samples, "flops": spent.flops, "seconds": spent.seconds}[self.currency]
        if amount is None:
            raise BudgetExceeded(
                f"the budget is {self}; what a model of unknown size costs in {self.currency} is unknown too: exclude "
                "it, fetch its checkpoint before, or limit samples"
            )
        if amount > self.limit:
            raise BudgetExceeded(f"the budget is {self}; this would bring it to {amount:.6g}")

    def __str__(self) -> str:
        return f"{self.limit:.6g} {self.currency} in all, {self.fraction} of the training set at once"

    @property
    def as_written(self) -> str:
        """Return the limit as `--spend` takes it."""
        return f"{self.limit!r}{self.currency}"
