"""`audition init`: what is in somebody's data, and the settings to begin with. Private."""

from __future__ import annotations

from audition.library.starting.findings import Findings, look
from audition.library.starting.written import write_settings

__all__ = ["Findings", "look", "write_settings"]
