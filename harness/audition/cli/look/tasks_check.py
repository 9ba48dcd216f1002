"""`audition tasks check`: what is in a task, and what a selection could do with it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any

import typer

from audition.budgets.ladder import require_sizes
from audition.cli import arguments
from audition.cli.session import Session
from audition.cli.show.summary import reading_lines
from audition.cli.show.tables import AsJson, print_json
from audition.errors import UsageError
from audition.text.tables import render

if TYPE_CHECKING:
    from audition.plugins.catalog import Catalog
    from audition.readings.inspection import Inspection, Lengths, Reach, TokenisedTask
    from audition.types import ModelSpec

N_SIZES = 3  #: that tell curves apart (`audition.prediction`); AtS stops at none with fewer than four


def check(
    ctx: typer.Context,
    task: arguments.Task,
    models: Annotated[
        arguments.Names,
        typer.Option(metavar="NAMES", help="Models whose tokenisers to try. Default: those whose weights are here."),
    ] = None,
    recipe: arguments.Recipe = None,
    truncate: arguments.Truncate = None,
    min_size: Annotated[int | None, typer.Option(min=1, help="Smallest subset. Default: the task's.")] = None,
    input_column: arguments.InputColumn = None,
    target_column: arguments.TargetColumn = None,
    prompt: arguments.Prompt = None,
    validation: arguments.Validation = None,
    test: arguments.Test = None,
    delimiter: arguments.Delimiter = None,
    quotes: arguments.Quotes = "auto",
    skip_bad_rows: arguments.SkipBadRows = False,
    plugin: arguments.PluginFiles = None,
    as_json: AsJson = False,
) -> None:
    """Show the rows of TASK, how long they are to each tokeniser, and what a selection could measure."""
    from audition.readings.inspection import inspect
    from audition.recipes.loading import load_recipe
    from audition.recipes.support import require_train_extra

    require_train_extra()
    catalog = ctx.ensure_object(Session).catalog
    opened = catalog.open_task(task, arguments.read_options(ctx))
    chosen = load_recipe(recipe or opened.spec.default_recipe)
    found = inspect(
        opened,
        replace(chosen, truncate=truncate or chosen.truncate),
        _candidates(catalog, models),
        n_sizes=N_SIZES,
        min_size=min_size,
    )
    if as_json:
        return print_json(found)
    return typer.echo("\n\n".join(_sections(found)))


def _candidates(catalog: Catalog, names: arguments.Names) -> tuple[ModelSpec, ...]:
    """Return the models that `names` say, or those whose weights lie on this disk."""
    from audition.checkpoints.candidates import resolve_candidates

    if names:
        return resolve_candidates(names, (), catalog)
    return tuple(offer.entry for offer in catalog.models.values() if offer.entry.download_bytes == 0)


def _sections(found: Inspection) -> list[str]:
    spec = found.task
    sizes = f"{spec.n_train:,} training, {spec.n_validation:,} validation, {spec.n_test:,} test rows"
    sections = ["\n".join([f"{spec.name}: {sizes}", *(reading_lines(found.report) if found.report else ())])]
    sections += [
        f"example {number}\n  input   {e.input!r}\n  target  {e.target!r}" for number, e in enumerate(found.examples, 1)
    ]
    lengths = [*found.lengths, *(lengths for model in found.models for lengths in model.lengths)]
    sections.append(
        f"Lengths (measured on {found.n_sampled:,} training rows)\n" + render([_length_row(row) for row in lengths])
    )
    if found.models:
        limits = f"{found.max_input_tokens} input and {found.max_target_tokens} target tokens"
        rows = [_model_row(model) for model in found.models]
        sections.append(f"Tokenisers, where the recipe cuts training rows to {limits}\n" + render(rows))
    if found.absent:
        sections.append(f"No tokeniser on this machine: {', '.join(found.absent)}")
    sections.append(f"What a selection would measure\n{render([_reach_row(row) for row in found.reach])}")
    return [*sections, *_advice(found)]


def _length_row(lengths: Lengths) -> dict[str, Any]:
    return {
        "of": lengths.of,
        "in": lengths.unit,
        "50 %": lengths.median,
        "90 %": lengths.p90,
        "99 %": lengths.p99,
        "longest": lengths.longest,
    }


def _model_row(model: TokenisedTask) -> dict[str, Any]:
    return {
        "model": model.model,
        "inputs cut": f"{model.truncated_inputs:.1%}",
        "targets cut": f"{model.truncated_targets:.1%}",
        "targets it cannot write": f"{model.lossy_targets:.1%}",
        "rows it refuses": model.n_refused,
        "": "; ".join([*_verdict(model), *model.remarks]),
    }


def _verdict(model: TokenisedTask) -> list[str]:
    """Return the status that the model would have in a selection, if that is not to be tried."""
    if model.n_refused:
        return ["refused"]
    return ["lossy-tokeniser"] if model.is_lossy else []


def _reach_row(reach: Reach) -> dict[str, Any]:
    return {
        "--ratio": str(reach.ratio),
        "sizes": " ".join(map(str, reach.sizes)) or "none",
        "": "enough to tell curves apart" if reach.is_enough else "too few to tell curves apart",
    }


def _advice(found: Inspection) -> list[str]:
    """Return a sentence where none of the ratios shown is small enough to be cheap and large enough to work."""
    if any(reach.is_enough for reach in found.reach):
        return []
    try:
        require_sizes(found.task.n_train or 0, Fraction(1, 8), found.min_size, wanted=N_SIZES)
    except UsageError as error:
        return [str(error)]
    return []
