"""Arguments that several commands take, declared once."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, Literal

import typer

from audition.cli.session import Session
from audition.errors import UsageError
from audition.types import TaskOptions


def _add_plugin_files(ctx: typer.Context, value: list[str] | None) -> None:
    ctx.ensure_object(Session).plugin_files += value or ()


_DELIMITERS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}
DEFAULT_LEDGER = ".audition/ledger.db"
Names = list[str] | None  #: a repeatable option; each may hold several names with commas between
#: of every command that loads plugins: the session gets the files, the command itself nothing
PluginFiles = Annotated[
    Names,
    typer.Option(
        "--plugin",
        metavar="FILE",
        callback=_add_plugin_files,
        expose_value=False,
        help="Python file to load as a plugin, for this command only. Repeat.",
    ),
]
Task = Annotated[str, typer.Argument(help="A listed task, a file or folder of rows, or hf:org/name[:config].")]
InputColumn = Annotated[str | None, typer.Option(help="Column of the inputs.", rich_help_panel="Reading rows")]
TargetColumn = Annotated[str | None, typer.Option(help="Column of the targets.", rich_help_panel="Reading rows")]
Prompt = Annotated[
    str | None, typer.Option(help="Template over columns: 'Translate: {en}'.", rich_help_panel="Reading rows")
]
Validation = Annotated[
    str | None, typer.Option(help="File of validation rows. Default: a tenth.", rich_help_panel="Reading rows")
]
Test = Annotated[str | None, typer.Option(help="File of test rows. Default: a tenth.", rich_help_panel="Reading rows")]
Delimiter = Annotated[
    str | None,
    typer.Option(help="Between fields: ';', '|', tab. Default: by the suffix.", rich_help_panel="Reading rows"),
]
Quotes = Annotated[
    Literal["auto", "none", "double"],
    typer.Option(help="Quotation marks: text (none) or quotes (double).", rich_help_panel="Reading rows"),
]
SkipBadRows = Annotated[
    bool,
    typer.Option("--skip-bad-rows", help="Count bad rows instead of stopping at one.", rich_help_panel="Reading rows"),
]
Recipe = Annotated[str | None, typer.Option(help="quick, paper, or ./my.toml. Default: the task's.")]
Truncate = Annotated[
    Literal["start", "end"] | None, typer.Option(help="Where long prompts are cut. Default: the recipe's, the end.")
]
TrainOn = Annotated[
    Literal["last", "all-assistant"] | None,
    typer.Option(help="Answers of a conversation that are learned. Default: the recipe's, the last."),
]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda (every GPU), cuda:1, or cuda:0,cuda:2.")]
Ledger = Annotated[str, typer.Option(help="File or database URL that keeps finished measurements.")]
RankLossy = Annotated[
    bool, typer.Option("--rank-lossy", help="Rank models whose tokeniser cannot write the targets, too.")
]


def task_options(ctx: typer.Context) -> TaskOptions:
    """Return how the rows of a task are read, from the arguments of a command that say so.

    Raises:
        UsageError: the delimiter is no single character.
    """
    given = {field.name: ctx.params[field.name] for field in fields(TaskOptions)}
    return TaskOptions(**{**given, "delimiter": _delimiter(given["delimiter"])})


def _delimiter(text: str | None) -> str | None:
    found = _DELIMITERS.get((text or "").lower(), text)
    if found is not None and (len(found) != 1 or found in '"\r\n'):
        raise UsageError(f"a delimiter must be one character, or {', '.join(_DELIMITERS)}, got {text!r}")
    return found
