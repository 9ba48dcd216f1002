"""Sizes as people write and read them. "GB" means GiB, as GPU memory is sold."""

from __future__ import annotations

import re

from audition.errors import UsageError

GIB = 2**30
_UNITS = {"B": 1, "KB": 2**10, "MB": 2**20, "GB": GIB, "TB": 2**40, "KIB": 2**10, "MIB": 2**20, "GIB": GIB}


def parse_bytes(text: str) -> int:
    """Return a size such as "24GB" in bytes.

    Raises:
        UsageError: it is not a positive number with a unit.
    """
    if re.fullmatch(r"\s*[0-9.]+\s*", text):
        raise UsageError(f"a memory size needs a unit, got {text!r}: {text.strip()}GB?")
    match = re.fullmatch(r"([0-9.]+)\s*([KMGT]I?B?|B)", text.strip().upper())
    unit = None if match is None else _UNITS.get(match[2] if match[2].endswith("B") else match[2] + "B")
    try:
        size = 0 if match is None or unit is None else int(float(match[1]) * unit)
    except ValueError:
        size = 0
    if size <= 0:
        raise UsageError(f"a memory size must look like 24GB or 512MB, got {text!r}")
    return size


def exact_bytes(size: int) -> str:
    """Return `size` as text that `parse_bytes` reads back as it is.

    >>> exact_bytes(24 * 2**30), exact_bytes(1000)
    ('24GB', '1000B')
    """
    unit = next(unit for unit in ("TB", "GB", "MB", "KB", "B") if size % _UNITS[unit] == 0)
    return f"{size // _UNITS[unit]}{unit}"


def format_bytes(size: float) -> str:
    """Return `size` in GiB or MiB, three digits or all before the point."""
    number, unit = (size / GIB, "GiB") if size >= GIB else (size / 2**20, "MiB")
    return f"{number:.0f} {unit}" if number >= 100 else f"{number:.3g} {unit}"
