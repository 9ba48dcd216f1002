"""The root command, its global options, and where every other command is."""

from __future__ import annotations

import os
from typing import Annotated, Any, ClassVar

import typer

import audition
from audition.cli.examples import epilog_of
from audition.cli.lazy import Lazy, LazyGroup
from audition.cli.session import Session
from audition.errors import AuditionError

DO, LOOK = "Do", "Look"


class Root(LazyGroup):
    """All commands; what one raises on purpose becomes one line and an exit code."""

    lazy: ClassVar = {
        "init": Lazy("audition.cli.do.init:init", "Look at your data; write the settings to begin with.", DO),
        "select": Lazy("audition.cli.do.select:select", "Rank models on a task by small fine-tunings.", DO),
        "finetune": Lazy("audition.cli.do.finetune:finetune", "Fine-tune one model on a whole task, and save it.", DO),
        "bench": Lazy("audition.cli.do.bench:bench", "Judge selectors against each other on recorded curves.", DO),
        "reproduce": Lazy("audition.cli.do.reproduce:reproduce", "Compute a paper's results anew, beside its own.", DO),
        "fit": Lazy("audition.cli.do.fit:fit", "Fit scaling laws to your own loss curve.", DO),
        "models": Lazy("audition.cli.look.models:app", "List the models that may be fine-tuned.", LOOK),
        "tasks": Lazy("audition.cli.look.tasks:app", "List tasks; check a file of your own.", LOOK),
        "selectors": Lazy("audition.cli.look.selectors:app", "List what turns observations into a ranking.", LOOK),
        "executors": Lazy("audition.cli.look.executors:app", "List where measurements can run.", LOOK),
        "page": Lazy("audition.cli.here.page:page", "Write a run, or a benchmark, as a page of HTML.", LOOK),
        "runs": Lazy("audition.cli.here.runs:app", "List, show and compare what was run here.", LOOK),
        "plugins": Lazy("audition.cli.look.plugins:app", "List plugins, where they come from, and which failed.", LOOK),
        "docs": Lazy("audition.cli.look.docs:docs", "List the documents of this version, or print one.", LOOK),
        "curves": Lazy("audition.cli.here.curves:app", "List and draw the loss curves of a ledger.", LOOK),
        "doctor": Lazy("audition.cli.here.doctor:doctor", "Check devices, ledger, plugins, caches and hub.", LOOK),
    }

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - typer has no stable name for a context
        """Run a command.

        Raises:
            typer.Exit: with code 2 after an error of ours, 130 after Ctrl-C. `AUDITION_DEBUG=1` shows the traceback.
        """
        try:
            return super().invoke(ctx)
        except AuditionError as error:
            if os.environ.get("AUDITION_DEBUG"):
                raise
            typer.echo(f"error: {error}", err=True)
            raise typer.Exit(2) from None
        except KeyboardInterrupt:
            typer.echo("interrupted; finished measurements are kept", err=True)
            raise typer.Exit(130) from None


app = typer.Typer(
    cls=Root,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    epilog=epilog_of(""),
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"audition {audition.__version__}")
        raise typer.Exit


@app.callback()
def root(
    ctx: typer.Context,
    strict_plugins: Annotated[
        bool, typer.Option("--strict-plugins", help="Stop when a plugin fails to load, instead of warning.")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Find out which pre-trained language model to fine-tune, from small fine-tunings and scaling laws."""
    ctx.obj = Session(strict_plugins=strict_plugins or None)
