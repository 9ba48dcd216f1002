"""Budgets as people write them."""

from __future__ import annotations

import math
import re
from fractions import Fraction

from audition.budgets.budget import Budget, Currency, SizeCap, TimeLimit, TotalSpend
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
    """Return `text` ("1/16", "0.0625" or "6.25%") as an exact fraction in (0, 1].

    Raises:
        UsageError: it is not a number, or outside (0, 1].
    """
    number = text.strip().removesuffix("%").rstrip()
    try:
        ratio = Fraction(number) / (100 if text.strip().endswith("%") else 1)
    except (ValueError, ZeroDivisionError):
        raise UsageError(f"a ratio must be a fraction such as 1/16 or 10%, got {text!r}") from None
    if not 0 < ratio <= 1:
        raise UsageError(f"a ratio must be above 0 and at most 1, got {text}")
    return ratio


#: by unit: the currency, and how much of it one is
_UNITS: dict[str, tuple[Currency, float]] = {
    "samples": ("samples", 1.0),
    "flops": ("flops", 1.0),
    "s": ("seconds", 1.0),
    "seconds": ("seconds", 1.0),
    "min": ("seconds", 60.0),
    "minutes": ("seconds", 60.0),
    "h": ("seconds", 3600.0),
    "hours": ("seconds", 3600.0),
}


def parse_within(text: str) -> TimeLimit:
    """Return `text` ("20min", "2h", "8GPUh") as a limit on the time a selection takes.

    Raises:
        UsageError: the unit or the number is not understood.
    """
    said = text.strip().lower()
    is_of_devices = "gpu" in said
    try:
        amount, currency = parse_spend(said.replace("gpu", "", 1))
    except UsageError:
        amount, currency = 0.0, "samples"
    if currency != "seconds":
        raise UsageError(f"a time must be such as 20min, 2h, or 8GPUh of all devices together, got {text!r}")
    return TimeLimit(amount, is_of_devices)


def parse_spend(text: str) -> tuple[float, Currency]:
    """Return `text` ("20000samples", "1e15flops", "600s", "10min", "2h") as an amount and its currency.

    Raises:
        UsageError: the unit or the number is not understood.
    """
    match = re.fullmatch(r"([0-9.]+(?:e[+-]?[0-9]+)?)\s*([a-z]+)", text.strip().lower())
    currency, factor = _UNITS.get(match[2], (None, 0.0)) if match else (None, 0.0)
    try:
        amount = float(match[1]) * factor if match else 0.0
    except ValueError:
        amount = 0.0
    if currency is None or not 0.0 < amount < math.inf:
        raise UsageError(
            f"a spending limit must be an amount such as 20000samples, 1e15flops, 600s, 10min or 2h, got {text!r}"
        )
    return amount, currency
