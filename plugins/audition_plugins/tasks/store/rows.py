"""Rows of an Arrow table, decoded when asked for: a mapped file stays on the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray


class Rows:
    """Rows by number. What they are taken from may be larger than any one Arrow array."""

    def __init__(self, table: pa.Table) -> None:
        self._batches = [batch for batch in table.to_batches() if batch.num_rows]
        self._ends = np.cumsum([batch.num_rows for batch in self._batches])

    @classmethod
    def mapped(cls, path: Path) -> Rows:
        """Return the rows of an Arrow stream file, which is mapped into memory and not read."""
        return cls(pa.ipc.open_stream(pa.memory_map(str(path))).read_all())

    def take(self, numbers: Sequence[int] | NDArray[np.intp]) -> list[dict[str, Any]]:
        """Return the rows of these numbers, in their order."""
        wanted = np.asarray(numbers, dtype=np.intp)
        places = np.searchsorted(self._ends, wanted, side="right")
        found: list[dict[str, Any]] = [{}] * len(wanted)
        for place in np.unique(places):
            of_batch = np.flatnonzero(places == place)
            batch = self._batches[place]
            inside = wanted[of_batch] - (self._ends[place] - batch.num_rows)
            for target, row in zip(of_batch, batch.take(pa.array(inside)).to_pylist(), strict=True):
                found[target] = row
        return found
