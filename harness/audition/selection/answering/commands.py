"""Commands that a selection recommends, quoted for a shell."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from audition.selection.config import DEFAULT_SELECTOR, DEFAULT_SPENDER
from audition.text import codec
from audition.types import TaskOptions

if TYPE_CHECKING:
    from audition.selection.config import SelectionConfig
    from audition.types.results.certainties import NextStep


def select_command(config: SelectionConfig, step: NextStep) -> str:
    """Return the command that measures the candidates of a next step twice as far; what is known is not repeated."""
    words = ["audition", "select", config.task, "--models", ",".join(step.models)]
    words += ["--ratio", step.ratio]
    words += ["--selector", config.selector] if config.selector not in (DEFAULT_SELECTOR, DEFAULT_SPENDER) else []
    for option in config.selector_options:
        words += ["--option", option]
    words += ["--seeds", str(config.n_seeds)] if config.n_seeds > 1 else []
    words += ["--seed", str(config.seed)] if config.seed else []
    return shlex.join([*words, *setting_words(config)])


def setting_words(config: SelectionConfig) -> list[str]:
    """Return the words that make another command read and train as this selection did."""
    words = ["--recipe", config.recipe] if config.recipe is not None else []
    usual = codec.to_json(TaskOptions())
    for name, value in codec.to_json(config.task_options).items():
        if value != usual[name]:
            words += [f"--{name.replace('_', '-')}", *([] if value is True else [value])]
    for name, value in (("truncate", config.truncate), ("train-on", config.train_on)):
        words += [f"--{name}", value] if value else []
    return words
