"""The command that fine-tunes what a selection found."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from audition.finetuning.settings import largest_settings
from audition.text import codec
from audition.types import TaskOptions

if TYPE_CHECKING:
    from audition.selection.config import SelectionConfig
    from audition.types import Report


def finetune_command(report: Report, config: SelectionConfig) -> str | None:
    """Return the command that fine-tunes what is recommended with the settings found, or None if nothing is."""
    best = report.recommended
    if best is None:
        return None
    words = ["audition", "finetune", best, config.task]
    found = largest_settings(report.strata[-1].measured, best)
    if found is not None:
        words += ["--learning-rate", f"{found.learning_rate:g}", "--batch-size", str(found.batch_size)]
    if config.recipe is not None:
        words += ["--recipe", config.recipe]
    usual = codec.to_json(TaskOptions())
    for name, value in codec.to_json(config.task_options).items():
        if value != usual[name]:
            words += [f"--{name.replace('_', '-')}", *([] if value is True else [value])]
    for name, value in (("truncate", config.truncate), ("train-on", config.train_on)):
        words += [f"--{name}", value] if value else []
    return shlex.join([*words, "--output", f"tuned/{Path(best).name.partition('@')[0]}"])
