"""`audition models`: what may be fine-tuned."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import typer

from audition.cli.arguments import Names, PluginFiles
from audition.cli.lazy import Lazy, NounGroup
from audition.cli.session import Session
from audition.cli.show.tables import AsJson, offers_to_json, print_json, print_table
from audition.errors import unknown_name

if TYPE_CHECKING:
    from audition.plugins.catalog import Catalog
    from audition.types import ModelSpec, Registered


class _Models(NounGroup):
    """`list` here, `plan` in a file of its own."""

    lazy: ClassVar = {"plan": Lazy("audition.cli.look.models_plan:plan_models", "Estimate what fine-tuning needs.")}


app = typer.Typer(cls=_Models, add_completion=False)


@app.callback()
def models() -> None:
    """List the models that may be fine-tuned."""


@app.command("list")
def list_models(
    ctx: typer.Context,
    pattern: Annotated[str, typer.Argument(help="Only names that match, such as 'gpt2*'.")] = "*",
    family: Annotated[str | None, typer.Option(help="Only models of this family.")] = None,
    memory: Annotated[
        Names,
        typer.Option(
            help="GPU sizes, such as 24GB: say which models fit, by the paper's recipe in bf16.", metavar="SIZES"
        ),
    ] = None,
    recipe: Annotated[str, typer.Option(help="Recipe that has to fit, with --memory.")] = "paper",
    plugin: PluginFiles = None,
    as_json: AsJson = False,
) -> None:
    """List models with their size, licence and origin, or with what fits the memory of a GPU."""
    offers = _matching(ctx.ensure_object(Session).catalog, pattern, family)
    if memory:
        from audition.cli.look.models_memory import show_memory

        return show_memory([offer.entry for offer in offers], memory, recipe, as_json=as_json)
    if as_json:
        return print_json(offers_to_json(offers))
    rows = [_row(offer) for offer in offers]
    return print_table(rows, empty=f"no model matches {pattern!r}", right=("parameters", "as published"))


def _matching(catalog: Catalog, pattern: str, family: str | None) -> list[Registered[ModelSpec]]:
    offers = list(catalog.models.values())
    families = {offer.entry.family for offer in offers}
    if family is not None and family not in families:
        raise unknown_name("model family", family, families)
    return [
        offer for offer in offers if fnmatchcase(offer.entry.name, pattern) and family in (None, offer.entry.family)
    ]


def _row(offer: Registered[ModelSpec]) -> dict[str, Any]:
    spec = offer.entry
    return {
        "model": spec.name,
        "family": spec.family,
        "adapter": spec.adapter,
        "architecture": spec.architecture,
        "parameters": _count(spec.n_params),
        "as published": _count(spec.n_params_published),
        "licence": spec.licence + (" (gated)" if spec.is_gated else ""),
        "plugin": offer.plugin,
    }


def _count(n_params: int | None) -> str | None:
    """Return a number of parameters as people say it: 124.4M."""
    if n_params is None:
        return None
    size, unit = (n_params / 1e9, "B") if n_params >= 1e9 else (n_params / 1e6, "M")
    return f"{size:.3g}{unit}" if size >= 100 else f"{size:.2f}{unit}"
