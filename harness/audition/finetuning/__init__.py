"""Fine-tune the winner on everything, with the settings that the selection found. Private."""

from __future__ import annotations

from audition.finetuning.finetuning import Finetuning, open_finetuning
from audition.finetuning.settings import Settings

__all__ = [
    "Finetuning",
    "Settings",
    "open_finetuning",
]
