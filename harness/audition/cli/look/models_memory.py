"""`audition models --memory`: which listed models can be fine-tuned on GPUs of these sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from audition.cli.show.tables import print_json, print_table
from audition.library.memory_planning import cards, verdict_of
from audition.memory import estimate_memory, fit
from audition.recipes.loading import GPU_PRECISION, load_recipe
from audition.text.sizes import format_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audition.cli.arguments import Names
    from audition.types import ModelSpec


def show_memory(models: Sequence[ModelSpec], memory: Names, recipe_name: str, *, as_json: bool) -> None:
    """Print one row a model: what it needs as the recipe says, and for each budget the least lossy setting that fits.

    Raises:
        UsageError: a budget is no size, or there is no such recipe.
    """
    recipe, budgets = load_recipe(recipe_name), cards(memory or ())
    rows = []
    for model in models:
        need = estimate_memory(model, recipe, precision=GPU_PRECISION)
        found = {budget: fit(model, recipe, budget, precision=GPU_PRECISION) for budget in budgets}
        rows.append((model.name, need, found))
    if as_json:
        return print_json(
            [
                {
                    "model": name,
                    "needs": need,
                    "fits": {str(budget): None if each is None else each for budget, each in found.items()},
                    "label": "estimated",
                }
                for name, need, found in rows
            ]
        )
    print_table(
        [
            {
                "model": name,
                "needs": "unknown" if need is None else format_bytes(need.total),
                **{f"within {format_bytes(budget)}": verdict_of(each) for budget, each in found.items()},
            }
            for name, need, found in rows
        ],
        empty="no model matches",
        right=("needs",),
    )
    return typer.echo(
        f"Estimated, for recipe {recipe.name} in {GPU_PRECISION}; `audition models plan MODEL` explains one."
    )
