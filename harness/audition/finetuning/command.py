"""The command that fine-tunes what a selection found."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from audition.finetuning.settings import settings_for
from audition.selection.answering.commands import setting_words
from audition.text import codec
from audition.types import Recipe

if TYPE_CHECKING:
    from audition.selection.config import SelectionConfig
    from audition.types import Report


def finetune_command(report: Report, config: SelectionConfig) -> str | None:
    """Return the command that fine-tunes what is recommended with the settings found, or None if nothing is."""
    best = report.recommended
    if best is None:
        return None
    words = ["audition", "finetune", best, config.task]
    recipe = codec.from_json(Recipe, report.provenance["recipe"]) if "recipe" in report.provenance else Recipe(name="")
    found = settings_for(report.strata[-1].measured, best, report.d_full, recipe)
    if found is not None:
        words += ["--learning-rate", f"{found.learning_rate:g}", "--batch-size", str(found.batch_size)]
    words += setting_words(config)
    return shlex.join([*words, "--output", f"tuned/{Path(best).name.partition('@')[0]}"])
