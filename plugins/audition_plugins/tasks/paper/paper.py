"""The three tasks of the paper: a local copy where there is one, else the hub."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from audition.types import TaskOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from audition.tasks import SplitName
    from audition.types import TaskSpec
    from audition_plugins.tasks.readers.sources import Source
    from audition_plugins.tasks.store.arrow_task import ArrowTask

N_TRAIN = 1_638_400  #: D_full of all three
N_VALIDATION = 2_000  #: the paper does not say how many; ours
SPARE = 1.05  #: rows drawn for each one needed, since duplicates and malformed rows fall out

HubSources: TypeAlias = "dict[SplitName, Sequence[Source]]"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperTask:
    """A task of the paper: how its rows are read from a local copy (columns input, target) and from the hub."""

    spec: TaskSpec
    prefix: str  #: prompt, before the input
    hub_columns: TaskOptions  #: columns and prompt of the hub's schema
    load: Callable[[], HubSources]  #: download, or find in the hub's cache

    def open(self, name: str, options: TaskOptions) -> ArrowTask:
        """Open `AUDITION_DATA/<name>` if it is there, else the hub's data set. `options` must be the default ones.

        Raises:
            UsageError: neither can be opened, or what is wrong with the rows.
        """
        from audition.tasks import SplitLimits
        from audition_plugins.tasks.readers.folders import find_files
        from audition_plugins.tasks.store.arrow_task import open_sources

        limits = SplitLimits(train=N_TRAIN, validation=N_VALIDATION, test=self.spec.n_test)
        folder = local_copy(name)
        if folder is None:
            hub_columns = replace(self.hub_columns, skip_bad_rows=True)  # web text: empty translations, and so on
            return open_sources(self.spec, self.load(), hub_columns, limits)
        return open_sources(self.spec, find_files(folder, str(folder)), self.local_columns, limits)

    @property
    def local_columns(self) -> TaskOptions:
        """Return how a local copy is read: the prompt before its column input, and its column target."""
        return TaskOptions(prompt=f"{self.prefix}{{input}}", target_column="target")


def local_copy(name: str) -> Path | None:
    """Return the folder `AUDITION_DATA/<name>`, or None if the variable is not set or has no such folder."""
    root = os.environ.get("AUDITION_DATA")
    folder = Path(root) / name if root else None
    return folder if folder is not None and folder.is_dir() else None
