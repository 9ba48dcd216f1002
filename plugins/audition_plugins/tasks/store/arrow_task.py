"""A task whose rows lie in an Arrow file that is mapped into memory, not read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from audition.tasks import SPLITS, SplitLimits, require_rows, subset_order
from audition.types import Example, Turn
from audition_plugins.tasks.store.cache import cache_folder
from audition_plugins.tasks.store.ingest import ingest
from audition_plugins.tasks.store.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from audition.tasks import ReadReport, SplitName
    from audition.types import TaskOptions, TaskSpec
    from audition_plugins.tasks.readers.sources import Source

_BATCH = 1000  #: rows decoded at once while iterating


class Examples(Sequence[Example]):
    """Some rows of a mapped data set, in a given order, made into examples when asked for."""

    def __init__(self, rows: Rows, indices: NDArray[np.intp], *, prefix: str = "") -> None:
        self._rows = rows
        self._indices = indices
        self._prefix = prefix

    def __len__(self) -> int:
        return len(self._indices)

    @overload
    def __getitem__(self, index: int) -> Example: ...
    @overload
    def __getitem__(self, index: slice) -> Examples: ...
    def __getitem__(self, index: int | slice) -> Example | Examples:
        if isinstance(index, slice):
            return Examples(self._rows, self._indices[index], prefix=self._prefix)
        return self._example(*self._rows.take([self._indices[index]]))

    def __iter__(self) -> Iterator[Example]:
        for start in range(0, len(self), _BATCH):
            yield from map(self._example, self._rows.take(self._indices[start : start + _BATCH]))

    def _example(self, row: dict[str, Any]) -> Example:
        turns = tuple(
            Turn(role=turn["role"], content=turn["content"], extra=turn.get("extra") or "")
            for turn in row.get("turns") or ()
        )
        tools = row.get("tools") or ""
        return Example(input=self._prefix + row["input"], target=row["target"], turns=turns, tools=tools)


class ArrowTask:
    """An opened task over one data set and the row numbers of its splits. Implements `TaskLoader`."""

    def __init__(
        self,
        *,
        spec: TaskSpec,
        fingerprint: str,
        rows: Rows,
        splits: Mapping[SplitName, NDArray[np.intp]],
        report: ReadReport | None = None,
        prefix: str = "",
    ) -> None:
        n_train, n_validation, n_test = (len(splits[name]) for name in SPLITS)
        self.spec = replace(spec, n_train=n_train, n_validation=n_validation, n_test=n_test)
        self.fingerprint = fingerprint
        self.report = report
        self._rows = rows
        self._splits = splits
        self._prefix = prefix

    def train(self, n_samples: int, seed: int) -> Examples:
        """Return the first `n_samples` training examples in the order that `seed` fixes: subsets are nested."""
        train = self._splits["train"]
        require_rows(self.spec.name, n_samples, len(train))
        return self._view(train[subset_order(len(train), seed)[:n_samples]])

    def validation(self, n_samples: int | None = None) -> Examples:
        """Return the first `n_samples` validation examples, or all."""
        return self._view(self._splits["validation"][:n_samples])

    def test(self, n_samples: int | None = None) -> Examples:
        """Return the first `n_samples` test examples, or all."""
        return self._view(self._splits["test"][:n_samples])

    def _view(self, indices: NDArray[np.intp]) -> Examples:
        return Examples(self._rows, indices, prefix=self._prefix)


def open_sources(
    spec: TaskSpec,
    sources: Mapping[SplitName, Sequence[Source]],
    options: TaskOptions,
    limits: SplitLimits | None = None,
) -> ArrowTask:
    """Return the task that `sources` make, read with `options`; reads them only if the cache does not hold them.

    Raises:
        UsageError: what is wrong with them, with its place.
    """
    fingerprint, report = ingest(spec.name, sources, options, limits or SplitLimits())
    folder = cache_folder() / fingerprint
    return ArrowTask(
        spec=spec,
        fingerprint=fingerprint,
        rows=Rows.mapped(folder / "rows.arrow"),
        splits={name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in SPLITS},
        report=report,
    )
