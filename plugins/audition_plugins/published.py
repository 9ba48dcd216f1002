"""The paper's experiments: its thirty models, which the hub serves, the losses it recorded of them, and its tables."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import audition_registries
from audition import hookimpl
from audition.types import LossCurve, ReproductionEntry
from audition_plugins.cards import read_spec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audition.types import ModelSpec

SOURCE = "Lin et al. 2024, arXiv 2402.02314: test losses, mean of three seeds, three decimals"
TASKS = ("flan", "wmt19", "gigaword")


@hookimpl
def audition_models() -> Iterable[ModelSpec]:
    """Return the published models."""
    cards = json.loads(audition_registries.path("models", "published.json").read_text(encoding="utf-8"))
    return [read_spec(card) for card in cards]


@hookimpl
def audition_curves(task: str) -> Iterable[LossCurve]:
    """Return the recorded losses on one of the paper's tasks, in nats per target token."""
    if task not in TASKS:
        return
    with audition_registries.path("paper", f"losses_{task}.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            model = row.pop("model")
            yield LossCurve(
                model=model,
                task=task,
                loss_unit="nats/token",
                n_samples=tuple(map(int, row)),
                loss=tuple(map(float, row.values())),
                source=SOURCE,
            )


@hookimpl
def audition_reproductions() -> Iterable[ReproductionEntry]:
    """Return the paper's results computed anew."""
    from audition_plugins.reproduction import reproduce

    yield ReproductionEntry(name="paper", make=reproduce, summary="the rectified scaling law, arXiv 2402.02314")
