"""Open a ledger to look at it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audition.measuring.ledger import Ledger


def open_ledger(url: str) -> Ledger | None:
    """Return the ledger, or None if there is none: looking makes none."""
    from audition.measuring.ledger import Ledger

    return Ledger(url) if "://" in url or Path(url).exists() else None
