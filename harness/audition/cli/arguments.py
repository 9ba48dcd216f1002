"""Arguments that several commands take, declared once."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Annotated, Any, Literal

import typer

from audition.cli.completing import completes
from audition.cli.session import Session
from audition.library.words import task_options
from audition.types import TaskOptions


def _add_plugin_files(ctx: typer.Context, value: list[str] | None) -> None:
    ctx.ensure_object(Session).plugin_files += value or ()


#: headings under which `--help` groups what a command takes
COMPARED, MEASURED, TRAINED = "What to compare", "How much to measure", "How it trains"
READ, PLACED, OUTPUT = "Reading rows", "Where it runs", "Output"
Names = list[str] | None  #: a repeatable option; each may hold several names with commas between
#: of every command that loads plugins: the session gets the files, the command itself nothing
PluginFiles = Annotated[
    Names,
    typer.Option(
        "--plugin",
        metavar="FILE",
        callback=_add_plugin_files,
        expose_value=False,
        rich_help_panel=PLACED,
        help="Python file to load as a plugin, for this command only. Repeat.",
    ),
]
Task = Annotated[
    str,
    typer.Argument(
        help="A listed task, a file or folder of rows, or hf:org/name[:config].", autocompletion=completes("tasks")
    ),
]
InputColumn = Annotated[str | None, typer.Option(help="Column of the inputs.", rich_help_panel=READ)]
TargetColumn = Annotated[str | None, typer.Option(help="Column of the targets.", rich_help_panel=READ)]
Prompt = Annotated[str | None, typer.Option(help="Template over columns: 'Translate: {en}'.", rich_help_panel=READ)]
Validation = Annotated[
    str | None, typer.Option(help="File of validation rows. Default: a tenth.", rich_help_panel=READ)
]
Test = Annotated[str | None, typer.Option(help="File of test rows. Default: a tenth.", rich_help_panel=READ)]
Delimiter = Annotated[
    str | None,
    typer.Option(help="Between fields: ';', '|', tab. Default: by the suffix.", rich_help_panel=READ),
]
Quotes = Annotated[
    Literal["auto", "none", "double"],
    typer.Option(help="Quotation marks: text (none) or quotes (double).", rich_help_panel=READ),
]
SkipBadRows = Annotated[
    bool,
    typer.Option("--skip-bad-rows", help="Count bad rows instead of stopping at one.", rich_help_panel=READ),
]
Recipe = Annotated[
    str | None,
    typer.Option(
        help="standard, one-rate, quick, paper, or ./my.toml. Default: the task's.",
        rich_help_panel=TRAINED,
    ),
]
Truncate = Annotated[
    Literal["start", "end"] | None,
    typer.Option(help="Where long prompts are cut. Default: the recipe's, the end.", rich_help_panel=TRAINED),
]
TrainOn = Annotated[
    Literal["last", "all-assistant"] | None,
    typer.Option(
        help="Answers of a conversation that are learned. Default: the recipe's, the last.", rich_help_panel=TRAINED
    ),
]
Device = Annotated[
    str, typer.Option(help="auto, cpu, cuda (every GPU), cuda:1, or cuda:0,cuda:2.", rich_help_panel=PLACED)
]
Ledger = Annotated[
    str, typer.Option(help="File or database URL that keeps finished measurements.", rich_help_panel=PLACED)
]
Executor = Annotated[
    str,
    typer.Option(
        help="Where measurements run; `audition executors` lists them.",
        rich_help_panel=PLACED,
        autocompletion=completes("executors"),
    ),
]
ExecutorOption = Annotated[
    Names, typer.Option(metavar="NAME=VALUE", help="Option of the executor. Repeat.", rich_help_panel=PLACED)
]
Timeout = Annotated[float | None, typer.Option(min=1, help="Seconds one measurement may take.", rich_help_panel=PLACED)]
Wide = Annotated[bool, typer.Option("--wide", help="Tables with every column, however wide.", rich_help_panel=OUTPUT)]
LogTo = Annotated[
    Names,
    typer.Option(
        "--log-to",
        metavar="NAMES",
        help="Also log to mlflow, wandb, tensorboard or trackio. Repeat.",
        rich_help_panel=OUTPUT,
    ),
]
RankLossy = Annotated[
    bool,
    typer.Option(
        "--rank-lossy", help="Rank models whose tokeniser cannot write the targets, too.", rich_help_panel=COMPARED
    ),
]


def words_of(ctx: typer.Context, function: Callable[..., object], **renamed: str) -> dict[str, Any]:
    """Return the arguments of a command that `function` takes, too, and what the session has loaded.

    Args:
        ctx: of the command.
        function: of `audition.library`; a word that was not given is its default.
        renamed: words of the command that are called otherwise there.
    """
    taken = signature(function).parameters
    given = {renamed.get(name, name): value for name, value in ctx.params.items() if value is not None}
    words = {name: value for name, value in given.items() if name in taken}
    return {**words, "catalog": ctx.ensure_object(Session).catalog}


def read_options(ctx: typer.Context) -> TaskOptions:
    """Return how the rows of a task are read, from the arguments of a command that say so."""
    return task_options(**{name: ctx.params[name] for name in signature(task_options).parameters})
