"""Audition measures some sizes of some models with one worker a model, as a selection does; a peer is beside it."""

from __future__ import annotations

import json
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from audition.checkpoints import read_spec
from audition.plugins.catalog import Catalog
from audition.plugins.loading import load_plugins
from audition.recipes.loading import load_recipe
from audition.types import MeasurementRequest, Observation, TaskOptions
from audition_plugins.executors.local import LocalExecutor


def main(arguments: dict[str, Any]) -> None:
    """Print the losses by model and size, in nats a token."""
    catalog = Catalog(load_plugins(strict=True))
    task = catalog.open_task("package-synopsis", TaskOptions())
    recipe = replace(load_recipe("quick"), **arguments["recipe"])
    folders, sizes = arguments["folders"], arguments["sizes"]

    def request(folder: str, n_samples: int) -> MeasurementRequest:
        return MeasurementRequest(
            key="",
            model=read_spec(folder, adapter_for=lambda kind: catalog.adapter_for(kind).name),
            folder=folder,
            task=task.spec,
            task_fingerprint=task.fingerprint,
            n_samples=n_samples,
            seed=0,
            recipe=recipe,
            device="cpu",
        )

    executor = LocalExecutor(slots=len(folders), log_dir=Path(tempfile.mkdtemp()))

    def curve(folder: str) -> list[Observation]:
        return [executor.run(request(folder, size), lambda _: None) for size in sizes]

    try:
        with ThreadPoolExecutor(len(folders)) as pool:
            curves = list(pool.map(curve, folders))
    finally:
        executor.close()
    print(json.dumps([[each.loss_per_token for each in found] for found in curves]))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
