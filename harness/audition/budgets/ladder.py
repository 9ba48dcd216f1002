"""The subset sizes that a budget admits."""

from __future__ import annotations

from fractions import Fraction

from audition.errors import UsageError


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
