"""`audition finetune`: fine-tune one model on a whole task, and save it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from audition import library
from audition.cli import arguments
from audition.cli.arguments import words_of
from audition.cli.completing import completes
from audition.cli.settings import Config
from audition.cli.show.tables import AsJson, print_json
from audition.finetuning.expected import sentence
from audition.library.progress import Display
from audition.library.words import DEFAULT_LEDGER

if TYPE_CHECKING:
    from audition.library import FinetunedModel


def finetune(
    ctx: typer.Context,
    model: Annotated[str, typer.Argument(help="A listed model, hub id or path.", autocompletion=completes("models"))],
    task: arguments.Task,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder for the fine-tuned model.", rich_help_panel=arguments.OUTPUT)
    ],
    learning_rate: Annotated[
        float | None,
        typer.Option(
            min=0, help="Default: what a selection found, else the recipe's.", rich_help_panel=arguments.TRAINED
        ),
    ] = None,
    batch_size: Annotated[
        int | None, typer.Option(min=1, help="Default: likewise.", rich_help_panel=arguments.TRAINED)
    ] = None,
    recipe: arguments.Recipe = None,
    truncate: arguments.Truncate = None,
    train_on: arguments.TrainOn = None,
    device: arguments.Device = "auto",
    executor: arguments.Executor = "local",
    executor_option: arguments.ExecutorOption = None,
    timeout: arguments.Timeout = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the order of examples.", rich_help_panel=arguments.TRAINED)] = 0,
    rank_lossy: arguments.RankLossy = False,
    metric: Annotated[
        Literal["rouge", "chrf"] | None,
        typer.Option(
            help="Of generated text. Default: the task's, or chrf where ROUGE does not see the script.",
            rich_help_panel=arguments.OUTPUT,
        ),
    ] = None,
    input_column: arguments.InputColumn = None,
    target_column: arguments.TargetColumn = None,
    prompt: arguments.Prompt = None,
    validation: arguments.Validation = None,
    test: arguments.Test = None,
    delimiter: arguments.Delimiter = None,
    quotes: arguments.Quotes = "auto",
    skip_bad_rows: arguments.SkipBadRows = False,
    log_to: arguments.LogTo = None,
    ledger: arguments.Ledger = DEFAULT_LEDGER,
    plugin: arguments.PluginFiles = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Fine-tune MODEL on all training rows of TASK; save it with a card and its evaluation."""
    try:
        found = library.finetune(**words_of(ctx, library.finetune), progress=ScreenDisplay("auto", "nats/byte"))
    except KeyboardInterrupt:
        typer.echo(
            f"interrupted: {output} was not written, and this fine-tuning starts anew next time; what selections "
            f"measured is kept in {ledger}",
            err=True,
        )
        raise typer.Exit(130) from None
    if as_json:
        print_json(found.evaluation)
    else:
        _show(found)


class ScreenDisplay(Display):
    """Prints what is fine-tuned, and how."""

    def described(self, what: str) -> None:
        """Print it to standard error."""
        typer.echo(what, err=True)


def _show(found: FinetunedModel) -> None:
    observation, evaluation = found.observation, found.evaluation
    typer.echo(
        f"Test loss (measured): {observation.loss_per_byte:.4f} nats/byte, {observation.loss_per_token:.4f} nats/token"
    )
    if evaluation.get("generation_error"):
        typer.echo(f"Nothing was generated: {evaluation['generation_error']}")
    if evaluation.get("prediction"):
        typer.echo(sentence(evaluation["prediction"]))
    metrics = ", ".join(f"{name} {value:.1f}" for name, value in evaluation["metrics"].items())
    reason = f" ({evaluation['metric_reason']})" if evaluation.get("metric_reason") else ""
    typer.echo(f"On {evaluation['n_generated']} generated test examples (measured): {metrics}{reason}")
    typer.echo(f"Saved: {found.folder} (model, README.md, evaluation.json)")
