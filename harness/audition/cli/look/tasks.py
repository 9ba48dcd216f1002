"""`audition tasks`: what a selection may be made on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import typer

from audition.cli.arguments import PluginFiles
from audition.cli.lazy import Lazy, NounGroup
from audition.cli.session import Session
from audition.cli.show.tables import AsJson, offers_to_json, print_json, print_table
from audition.tasks.addresses import FOLDER

if TYPE_CHECKING:
    from audition.types import Registered, TaskEntry


class TasksGroup(NounGroup):
    """The commands of `audition tasks`."""

    lazy: ClassVar = {
        "check": Lazy("audition.cli.look.tasks_check:check", "Show what a selection could do with a file.")
    }


app = typer.Typer(cls=TasksGroup, add_completion=False)


@app.callback()
def tasks() -> None:
    """List tasks; check a file of your own."""


@app.command("list")
def list_tasks(ctx: typer.Context, plugin: PluginFiles = None, as_json: AsJson = False) -> None:
    """List tasks, and the files and addresses that can be read."""
    offers = list(ctx.ensure_object(Session).catalog.tasks.values())
    if as_json:
        return print_json(offers_to_json(offers))
    return print_table([_row(offer) for offer in offers], empty="no plugin offers a task", right=("train",))


def _row(offer: Registered[TaskEntry]) -> dict[str, Any]:
    spec = offer.entry.spec
    if spec is None:
        address, description = _address(offer.entry)
        return {"task": address, "train": None, "languages": None, "plugin": offer.plugin, "description": description}
    return {
        "task": spec.name,
        "train": None if spec.n_train is None else f"{spec.n_train:,}",
        "languages": ", ".join(spec.languages),
        "plugin": offer.plugin,
        "description": spec.description,
    }


def _address(entry: TaskEntry) -> tuple[str, str]:
    """Return how to write what `entry` opens, and what that is."""
    if entry.scheme:
        return f"{entry.scheme}:…", "any such address"
    places = ["FOLDER/"] if FOLDER in entry.suffixes else []
    suffixes = [suffix for suffix in entry.suffixes if suffix != FOLDER]
    return ", ".join(["FILE", *places] if suffixes else places), f"your own data: {', '.join(suffixes) or 'folders'}"
