"""`audition finetune`: what the user came for, a fine-tuned model."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from audition.budgets.budget import SizeCap
from audition.cli import arguments
from audition.cli.session import Session
from audition.cli.show.tables import AsJson, print_json
from audition.errors import UsageError
from audition.selection.config import SelectionConfig

if TYPE_CHECKING:
    from audition.types import Observation


def finetune(
    ctx: typer.Context,
    model: Annotated[str, typer.Argument(help="A listed model, hub id or path.")],
    task: arguments.Task,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the fine-tuned model.")],
    learning_rate: Annotated[
        float | None, typer.Option(min=0, help="Default: what a selection found, else the recipe's.")
    ] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Default: likewise.")] = None,
    recipe: arguments.Recipe = None,
    truncate: arguments.Truncate = None,
    train_on: arguments.TrainOn = None,
    device: arguments.Device = "auto",
    seed: Annotated[int, typer.Option(min=0, help="Of the order of examples.")] = 0,
    rank_lossy: arguments.RankLossy = False,
    metric: Annotated[
        Literal["rouge", "chrf"] | None,
        typer.Option(help="Of generated text. Default: the task's, or chrf where ROUGE does not see the script."),
    ] = None,
    input_column: arguments.InputColumn = None,
    target_column: arguments.TargetColumn = None,
    prompt: arguments.Prompt = None,
    validation: arguments.Validation = None,
    test: arguments.Test = None,
    delimiter: arguments.Delimiter = None,
    quotes: arguments.Quotes = "auto",
    skip_bad_rows: arguments.SkipBadRows = False,
    ledger: arguments.Ledger = arguments.DEFAULT_LEDGER,
    plugin: arguments.PluginFiles = None,
    as_json: AsJson = False,
) -> None:
    """Fine-tune MODEL on all training rows of TASK; save it with a card and its evaluation."""
    from audition.cli.show.display import Display
    from audition.finetuning.finetuning import check_output, open_finetuning
    from audition.measuring.ledger import Ledger

    check_output(output)
    config = SelectionConfig(
        task=task,
        task_options=arguments.task_options(ctx),
        models=(model,),
        budget=SizeCap(Fraction(1)),
        recipe=recipe,
        truncate=truncate,
        train_on=train_on,
        device=device,
        seed=seed,
        rank_lossy=rank_lossy,
        metric=metric,
    )
    catalog = ctx.ensure_object(Session).catalog
    with Display("nats/byte") as display:
        finetuning = open_finetuning(
            config,
            catalog,
            Ledger(ledger),
            learning_rate=learning_rate,
            batch_size=batch_size,
            on_progress=display.step,
        )
        typer.echo(finetuning.describe(), err=True)
        try:
            observation = finetuning.run(output)
        except KeyboardInterrupt:
            typer.echo(
                f"interrupted: {output} was not written, and this fine-tuning starts anew next time; what selections "
                f"measured is kept in {ledger}",
                err=True,
            )
            raise typer.Exit(130) from None
        finally:
            finetuning.losses.cancel()
    if observation.status != "ok":
        raise UsageError(f"{model}: fine-tuning ended {observation.status}: {observation.message}")
    _show(observation, output, as_json=as_json)


def _show(observation: Observation, output: Path, *, as_json: bool) -> None:
    from audition.finetuning.finetuning import read_evaluation

    evaluation = read_evaluation(output)
    if as_json:
        return print_json(evaluation)
    typer.echo(
        f"Test loss (measured): {observation.loss_per_byte:.4f} nats/byte, {observation.loss_per_token:.4f} nats/token"
    )
    if evaluation.get("generation_error"):
        typer.echo(f"Nothing was generated: {evaluation['generation_error']}")
    metrics = ", ".join(f"{name} {value:.1f}" for name, value in evaluation["metrics"].items())
    reason = f" ({evaluation['metric_reason']})" if evaluation.get("metric_reason") else ""
    typer.echo(f"On {evaluation['n_generated']} generated test examples (measured): {metrics}{reason}")
    typer.echo(f"Saved: {output} (model, README.md, evaluation.json)")
    return None
