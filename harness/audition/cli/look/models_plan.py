"""`audition models plan`: the memory that fine-tuning a model needs, by component, and what would make it fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from audition import library
from audition.cli import arguments
from audition.cli.arguments import Names, PluginFiles, words_of
from audition.cli.show.tables import AsJson, print_json
from audition.library.memory_planning import Precision
from audition.text.sizes import format_bytes
from audition.text.tables import render

if TYPE_CHECKING:
    from audition.memory import MicroBatch
    from audition.types import Recipe


def plan_models(
    ctx: typer.Context,
    models: Annotated[list[str], typer.Argument(help="Listed names, patterns, hub ids or ./folders.")],
    recipe: Annotated[str, typer.Option(help="standard, one-rate, quick, paper, or ./my.toml.")] = "paper",
    task: Annotated[
        str | None, typer.Option(help="Take the lengths of this task. Default: the recipe's limits.")
    ] = None,
    memory: Annotated[Names, typer.Option(help="GPU sizes to try: 8GB,24GB.", metavar="SIZES")] = None,
    precision: Annotated[
        Precision, typer.Option(help="What the GPU computes in, where the recipe says auto.")
    ] = "bf16",
    input_column: arguments.InputColumn = None,
    target_column: arguments.TargetColumn = None,
    prompt: arguments.Prompt = None,
    validation: arguments.Validation = None,
    test: arguments.Test = None,
    delimiter: arguments.Delimiter = None,
    quotes: arguments.Quotes = "auto",
    skip_bad_rows: arguments.SkipBadRows = False,
    plugin: PluginFiles = None,
    as_json: AsJson = False,
) -> None:
    """Estimate the memory that fine-tuning needs, by component, and say which setting fits which GPU.

    Needs no weights, no GPU and, for listed models, no network. Every figure is an estimate.
    """
    found = library.plan_memory(**words_of(ctx, library.plan_memory))
    if as_json:
        return print_json(found.to_json())
    typer.echo(
        f"Recipe {found.recipe.name}, {found.recipe.method}, {found.precision}, micro-batch "
        f"{_shown(found.micro_batch)}{_of_each(found.recipe)}. All figures are estimated."
    )
    for model in found.models:
        typer.echo(f"\n{model.model}")
        typer.echo(_components(model.components) if model.components else "  its size is unknown")
        typer.echo("\n".join(f"  {format_bytes(card.budget_bytes):>8}  {card.verdict}" for card in model.cards))
    return None


def _components(need: dict[str, int]) -> str:
    named = {"context": "CUDA context and reserve (by formula)"}
    rows = [
        {"component": named.get(name, name), "bytes": format_bytes(size), "share": f"{size / need['total']:.0%}"}
        for name, size in need.items()
        if name not in ("tensors", "total")
    ]
    rows.append({"component": "peak", "bytes": format_bytes(need["total"]), "share": ""})
    return render(rows, right=("bytes", "share"))


def _of_each(recipe: Recipe) -> str:
    return f", each of {recipe.n_shards} GPUs that share the model" if recipe.n_shards > 1 else ""


def _shown(batch: MicroBatch) -> str:
    return f"{batch.n_rows} × ({batch.n_input_tokens} + {batch.n_target_tokens} tokens)"
