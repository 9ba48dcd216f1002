"""What tests of several rooms share of task files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from audition_plugins.tasks.store.arrow_task import ArrowTask


def write_parquet(path: Path, rows: list[dict[str, Any]]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist(rows), path)


def every_pair(task: ArrowTask) -> dict[str, str]:
    views = (task.train(task.spec.n_train or 0, seed=0), task.validation(), task.test())
    return {example.input: example.target for view in views for example in view}
