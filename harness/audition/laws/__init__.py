"""Laws of loss against the number of training examples."""

from __future__ import annotations

from audition.laws.line import LogLogLine

__all__ = ["LogLogLine"]
