"""The command that fine-tunes what a selection found."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from audition.finetuning.settings import settings_for
from audition.selection.answering.commands import setting_words
from audition.selection.config import ONE_RATE
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
    recipe = codec.from_json(Recipe, report.provenance["recipe"]) if "recipe" in report.provenance else Recipe(name="")
    found = settings_for(report.strata[-1].measured, best, report.d_full, recipe)
    if config.recipe == ONE_RATE:  # nothing was searched for want of time: the fine-tuning searches
        found, config = None, replace(config, recipe=None)
    return command_for(
        best,
        config,
        Path("tuned") / Path(best).name.partition("@")[0],
        learning_rate=None if found is None else found.learning_rate,
        batch_size=None if found is None else found.batch_size,
    )


def command_for(
    model: str, config: SelectionConfig, output: Path, *, learning_rate: float | None, batch_size: int | None
) -> str:
    """Return the command that fine-tunes `model` so, quoted for a shell."""
    words = ["audition", "finetune", model, config.task]
    words += [] if learning_rate is None else ["--learning-rate", f"{learning_rate:g}"]
    words += [] if batch_size is None else ["--batch-size", str(batch_size)]
    words += ["--seed", str(config.seed)] if config.seed else []
    words += ["--rank-lossy"] if config.rank_lossy else []
    words += ["--metric", config.metric] if config.metric else []
    return shlex.join([*words, *setting_words(config), "--output", str(output)])
