"""Where the repository's files are, for tests that hold them against the code."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
