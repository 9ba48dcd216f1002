"""Budgets: what a selector may spend, and the subset sizes that follow from it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, Protocol

from audition.errors import BudgetExceeded, UsageError

if TYPE_CHECKING:
    from audition.types import Cost

Currency = Literal["samples", "flops", "seconds"]


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


def parse_budget(ratio: str, spend: str | None) -> Budget:
    """Return the budget that `--ratio` and `--spend` ask for.

    Raises:
        UsageError: either cannot be understood.
    """
    if spend is None:
        return SizeCap(parse_ratio(ratio))
    limit, currency = parse_spend(spend)
    return TotalSpend(limit, currency, parse_ratio(ratio))


def parse_ratio(text: str) -> Fraction:
    """Return `text` ("1/16" or "0.0625") as an exact fraction in (0, 1].

    Raises:
        UsageError: it is not a number, or outside (0, 1].
    """
    try:
        ratio = Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise UsageError(f"a ratio must be a fraction such as 1/16, got {text!r}") from None
    if not 0 < ratio <= 1:
        raise UsageError(f"a ratio must be above 0 and at most 1, got {text}")
    return ratio


def parse_spend(text: str) -> tuple[float, Currency]:
    """Return `text` ("20000samples", "1e15flops", "600s") as an amount and its currency.

    Raises:
        UsageError: the unit or the number is not understood.
    """
    units: dict[str, Currency] = {"samples": "samples", "flops": "flops", "seconds": "seconds", "s": "seconds"}
    for unit, currency in units.items():
        number = text.removesuffix(unit).strip()
        if number != text:
            try:
                amount = float(number)
            except ValueError:
                break
            if amount > 0:
                return amount, currency
    raise UsageError(f"a spending limit must be an amount such as 20000samples, 1e15flops or 600s, got {text!r}")


def ladder(d_full: int, fraction: Fraction, min_size: int) -> tuple[int, ...]:
    """Return the sizes a selection may measure, largest first: `floor(γ·D_full)` and its floor-halves."""
    sizes = []
    size = int(fraction * d_full)
    while size >= max(1, min_size):
        sizes.append(size)
        size //= 2
    return tuple(sizes)


def require_sizes(d_full: int, fraction: Fraction, min_size: int, *, wanted: int) -> tuple[int, ...]:
    """Return the ladder, or say which ratio would give `wanted` sizes.

    Raises:
        UsageError: the data set is too small for `wanted` sizes at this ratio.
    """
    sizes = ladder(d_full, fraction, min_size)
    if len(sizes) >= wanted:
        return sizes
    problem = (
        f"{fraction} of {d_full:,} training rows gives {len(sizes)} subset sizes of at least {min_size}; "
        f"the selector wants {wanted}."
    )
    proposal = next(
        (
            f
            for f in (Fraction(1, 2**power) for power in range(12, -1, -1))
            if len(ladder(d_full, f, min_size)) >= wanted
        ),
        None,
    )
    if proposal is not None:
        raise UsageError(f"{problem} Try --ratio {proposal}")
    rows = min_size * 2 ** (wanted - 1)
    raise UsageError(f"{problem} No ratio does: it takes {rows:,} training rows, or --min-size below {min_size}")
