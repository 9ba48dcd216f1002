"""Times as people read them."""

from __future__ import annotations


def format_duration(seconds: float | None) -> str:
    """Return a time as "42 s", "3 min 5 s", "20 min", "2 h 10 min" or "unknown time"."""
    if seconds is None:
        return "unknown time"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    large, small, names = (*divmod(whole, 60), "min s") if whole < 3600 else (*divmod(whole // 60, 60), "h min")
    first, second = names.split()
    return f"{large} {first} {small} {second}" if small else f"{large} {first}"
