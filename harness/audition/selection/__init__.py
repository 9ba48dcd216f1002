"""Turn a configuration into a report. Private, but for `Report` and `Stratum`."""

from __future__ import annotations

from audition.types import Report, Stratum

__all__ = [
    "Report",
    "Stratum",
]
