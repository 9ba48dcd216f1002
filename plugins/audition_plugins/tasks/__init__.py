"""The tasks that come with audition: three of the paper, three that ship with it, and whatever lies in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition import hookimpl
from audition.types import TaskEntry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from audition.protocols import TaskLoader
    from audition.types import TaskOptions


@hookimpl
def audition_tasks() -> Iterable[TaskEntry]:
    """Return the tasks; nothing is read, and neither datasets nor pyarrow is imported, before one is opened."""
    from audition_plugins.tasks.embedded import embedded_specs, open_embedded
    from audition_plugins.tasks.paper.flan import FLAN
    from audition_plugins.tasks.paper.gigaword import GIGAWORD
    from audition_plugins.tasks.paper.wmt19 import WMT19
    from audition_plugins.tasks.readers.sources import SUFFIXES

    for spec in embedded_specs():
        yield TaskEntry(name=spec.name, open=open_embedded, spec=spec)
    for task in (FLAN, WMT19, GIGAWORD):
        yield TaskEntry(name=task.spec.name, open=task.open, spec=task.spec)
    yield TaskEntry(name="files", open=_open_path, peek=_peek_path, suffixes=(*SUFFIXES, "/"))
    yield TaskEntry(name="hub", open=_open_hub, scheme="hf")


def _open_path(address: str, options: TaskOptions) -> TaskLoader:
    from audition_plugins.tasks.files import open_path

    return open_path(address, options)


def _peek_path(address: str, options: TaskOptions) -> Mapping[str, Iterable[Mapping[str, object] | str]]:
    from audition_plugins.tasks.files import peek_path

    return peek_path(address, options)


def _open_hub(address: str, options: TaskOptions) -> TaskLoader:
    from audition_plugins.tasks.hub import open_hub

    return open_hub(address, options)
