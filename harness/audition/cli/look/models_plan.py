"""`audition models plan`: the memory that fine-tuning a model needs, by component, and what would make it fit."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from audition.cli.arguments import Names, PluginFiles
from audition.cli.session import Session
from audition.cli.show.tables import AsJson, print_json
from audition.memory import MicroBatch, estimate_memory, fit, largest_micro_batch, shards_needed, sharing
from audition.tasks.lengths import lengths_of
from audition.text.sizes import format_bytes, parse_bytes
from audition.text.tables import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audition.memory import Fit
    from audition.types import MemoryEstimate, ModelSpec, Recipe


CARDS = "8GB,16GB,24GB,48GB,80GB"  #: what is asked about when nobody says
Precision = Literal["bf16", "fp32"]


def plan_models(
    ctx: typer.Context,
    models: Annotated[list[str], typer.Argument(help="Listed names, patterns, hub ids or ./folders.")],
    recipe: Annotated[str, typer.Option(help="quick, paper, or ./my.toml.")] = "paper",
    task: Annotated[
        str | None, typer.Option(help="Take the lengths of this task. Default: the recipe's limits.")
    ] = None,
    memory: Annotated[Names, typer.Option(help="GPU sizes to try: 8GB,24GB.")] = None,
    precision: Annotated[
        Precision, typer.Option(help="What the GPU computes in, where the recipe says auto.")
    ] = "bf16",
    plugin: PluginFiles = None,
    as_json: AsJson = False,
) -> None:
    """Estimate the memory that fine-tuning needs, by component, and say which setting fits which GPU.

    Needs no weights, no GPU and, for listed models, no network. Every figure is an estimate.
    """
    from audition.checkpoints.candidates import resolve_candidates
    from audition.recipes.loading import load_recipe

    catalog = ctx.ensure_object(Session).catalog
    candidates = resolve_candidates(models, (), catalog)
    wanted = load_recipe(recipe)
    lengths = lengths_of(catalog.open_task(task)) if task else []
    chosen = precision if wanted.precision == "auto" else wanted.precision
    budgets = budgets_of(memory)
    plans = [_plan(model, wanted, chosen, lengths, budgets) for model in candidates]
    if as_json:
        return print_json({"recipe": wanted, "precision": chosen, "label": "estimated", "models": plans})
    batch = largest_micro_batch(wanted, lengths)
    typer.echo(
        f"Recipe {wanted.name}, {wanted.method}, {chosen}, micro-batch {_shown(batch)}"
        f"{_of_each(wanted)}. All figures are estimated."
    )
    for plan in plans:
        typer.echo(f"\n{plan['model']}")
        typer.echo(_components(plan["estimate"]) if plan["estimate"] else "  its size is unknown")
        typer.echo("\n".join(f"  {row['budget']:>8}  {row['verdict']}" for row in plan["fits"]))
    return None


def budgets_of(memory: Names) -> list[int]:
    """Return the GPU sizes in bytes that an option names, ascending, or the usual cards.

    Raises:
        UsageError: one is no size.
    """
    return sorted({parse_bytes(size) for text in memory or [CARDS] for size in text.split(",")})


def verdict_of(found: Fit | None) -> str:
    """Return a fit in words, with its need."""
    return "size unknown" if found is None else f"{found.verdict} ({format_bytes(found.estimate.total)})"


def _plan(
    model: ModelSpec, recipe: Recipe, precision: str, lengths: Sequence[tuple[int, int]], budgets: Sequence[int]
) -> dict[str, Any]:
    batch = largest_micro_batch(recipe, lengths)
    need = estimate_memory(model, recipe, precision=precision, micro_batch=batch)
    found = {budget: _fit(model, recipe, precision, lengths, budget) for budget in budgets}
    return {
        "model": model.name,
        "micro_batch": batch,
        "estimate": None if need is None else {**_bytes(need), "tensors": need.tensors, "total": need.total},
        "fits": [
            {
                "budget": format_bytes(budget),
                "budget_bytes": budget,
                "verdict": verdict_of(each) + sharing(shared),
                "changes": [] if each is None else each.changes,
                "is_lossless": None if each is None else each.is_lossless,
                "total": None if each is None else each.estimate.total,
                "fits": None if each is None else each.recipe is not None,
                "shards_needed": shared,
            }
            for budget, (each, shared) in found.items()
        ],
    }


def _fit(
    model: ModelSpec, recipe: Recipe, precision: str, lengths: Sequence[tuple[int, int]], budget: int
) -> tuple[Fit | None, int | None]:
    """Return the setting that fits, and how many such GPUs could share the model where that one would cost accuracy."""
    found = fit(model, recipe, budget, precision=precision, lengths=lengths)
    if found is None or found.is_lossless:
        return found, None
    return found, shards_needed(model, recipe, budget, precision=precision, lengths=lengths)


def _bytes(need: MemoryEstimate) -> dict[str, int]:
    return {field.name: getattr(need, field.name) for field in fields(need)}


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
