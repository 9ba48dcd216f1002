"""From a user's config to a report."""

from __future__ import annotations

from audition.types import Report, Stratum

__all__ = [
    "Report",
    "Stratum",
]
