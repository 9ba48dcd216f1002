"""The settings of a selection, all that had to be chosen included: they repeat it."""

from __future__ import annotations

import shlex
from pathlib import Path

import audition
from audition.library.settings.toml import comment, toml_line
from audition.selection.answering.commands import select_words
from audition.selection.config import SelectionConfig
from audition.types import Source

NAME = "audition.toml"  #: of the file in a run folder


def settings_of(config: SelectionConfig, source: Source, folder: Path) -> str:
    """Return the file that makes the same selection again; what is in the ledger is not measured again."""
    head = f"audition select --config {shlex.quote(str(folder / NAME))}"
    lines = [toml_line(word, value) for word, value in select_words(config, source).items()]
    said = f"Repeats this selection where it was run (audition {audition.__version__}):\n  {head}"
    return "\n".join([comment(said), *lines, ""])
