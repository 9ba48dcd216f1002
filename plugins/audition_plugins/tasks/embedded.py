"""The tasks that ship with audition: real text, nothing to download."""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING

from audition.types import TaskSpec
from audition_registries import path

if TYPE_CHECKING:
    from pathlib import Path

    from audition.types import TaskOptions
    from audition_plugins.tasks.store.arrow_task import ArrowTask

PREFIXES = {"package-synopsis": "Generate a summary: ", "office-help-en-zh": "Translate to Chinese: "}
"""The paper's prompts for the same kinds of tasks; wordnet-instructions are prompts already."""


@cache
def embedded_specs() -> tuple[TaskSpec, ...]:
    """Return what the tasks are; their rows are not read."""
    cards = json.loads(path("tasks", "tasks.json").read_text(encoding="utf-8"))
    return tuple(
        TaskSpec(
            name=card["name"],
            description=card["description"],
            metric=card["metric"],
            languages=tuple(card["languages"]),
            licence=card["licence"],
            n_train=card["n_train"],
            n_validation=card["n_validation"],
            n_test=card["n_test"],
            default_recipe="quick",
            min_size=50,
            citation=card["citation"],
        )
        for card in cards
    )


def open_embedded(name: str, options: TaskOptions) -> ArrowTask:
    """Open a shipped task; its splits are one file each, and no two share a source."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    from audition.tasks import SPLITS
    from audition_plugins.tasks.store.arrow_task import ArrowTask
    from audition_plugins.tasks.store.rows import Rows

    files = [path("tasks", name, f"{split}.parquet") for split in SPLITS]
    tables = [pq.read_table(file, columns=["input", "target"]) for file in files]
    starts = np.cumsum([0, *(table.num_rows for table in tables)])
    prefix = PREFIXES.get(name, "")
    return ArrowTask(
        spec=next(spec for spec in embedded_specs() if spec.name == name),
        fingerprint=_fingerprint(files, prefix),
        rows=Rows(pa.concat_tables(tables)),
        splits={split: np.arange(starts[i], starts[i + 1]) for i, split in enumerate(SPLITS)},
        prefix=prefix,
    )


def _fingerprint(files: list[Path], prefix: str) -> str:
    digest = sha256(f"embedded 1|{prefix}".encode())
    for file in files:
        digest.update(sha256(file.read_bytes()).digest())
    return digest.hexdigest()
