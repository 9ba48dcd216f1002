"""What a caller sees of long work: a live view in a terminal, bars, one line a measurement, or nothing. Private."""

from __future__ import annotations

from audition.library.progress.display import Display, Kind, display_of, shows_bars

__all__ = ["Display", "Kind", "display_of", "shows_bars"]
