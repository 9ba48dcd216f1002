"""`audition plugins new`: a plugin's distribution to begin with, which passes its own tests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audition.cli.session import Session
from audition.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audition.plugins.catalog import Catalog
    from audition.plugins.scaffolding import Kind


def new(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="Of the distribution: my-idea, or audition-my-idea.")],
    adapter: Annotated[bool, typer.Option("--adapter", help="Code that loads a model family.")] = False,
    model: Annotated[bool, typer.Option("--model", help="Models of the hub or of a folder.")] = False,
    task: Annotated[bool, typer.Option("--task", help="Pairs of text with fixed splits.")] = False,
    selector: Annotated[bool, typer.Option("--selector", help="What ranks models.")] = False,
    executor: Annotated[bool, typer.Option("--executor", help="Where measurements run.")] = False,
    output: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder to make. Default: ./NAME.")] = None,
) -> None:
    """Write a distribution called NAME with a plugin of one kind, its tests, a README and a CI file.

    The tests hold the plugin to the promises of its kind, and pass as they are. Change the module; keep them passing.
    """
    from audition.plugins.scaffolding import PluginNames, write_plugin

    kind = _one({"adapter": adapter, "model": model, "task": task, "selector": selector, "executor": executor})
    names = PluginNames.of(name, taken=_taken(ctx.ensure_object(Session).catalog, kind))
    folder = Path(name) if output is None else output
    typer.echo("\n".join(map(str, write_plugin(names, kind, folder))))
    typer.echo(f'\nTry it:\n  cd {folder} && pip install -e ".[test]" && pytest')


def _one(wanted: Mapping[Kind, bool]) -> Kind:
    """Return the one kind that is wanted.

    Raises:
        UsageError: none is, or several are.
    """
    kinds = [kind for kind, is_wanted in wanted.items() if is_wanted]
    if len(kinds) != 1:
        got = " and ".join(f"--{kind}" for kind in kinds) or "none"
        raise UsageError(f"a new plugin is of one kind: --{', --'.join(wanted)}; got {got}")
    return kinds[0]


def _taken(catalog: Catalog, kind: Kind) -> set[str]:
    """Return the names of plugins, and of what is offered of this kind."""
    offered: dict[Kind, set[str]] = {
        "adapter": set(catalog.adapters) | {t for offer in catalog.adapters.values() for t in offer.entry.model_types},
        "selector": {name for offer in catalog.selectors.values() for name in (offer.entry.name, *offer.entry.aliases)},
        "executor": set(catalog.executors),
    }
    return {record.name for record in catalog.plugins.records} | offered.get(kind, set())
