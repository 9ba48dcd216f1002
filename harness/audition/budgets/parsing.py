"""Budgets as people write them."""

from __future__ import annotations

from fractions import Fraction

from audition.budgets.budget import Budget, Currency, SizeCap, TotalSpend
from audition.errors import UsageError


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
