"""FLAN as in the paper: the zero-shot, no-option parts of the FLAN collection, whose answers are free text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition.types import TaskOptions, TaskSpec
from audition_plugins.tasks.paper.paper import N_TRAIN, N_VALIDATION, SPARE, PaperTask

if TYPE_CHECKING:
    from audition_plugins.tasks.paper.paper import HubSources

PARTS = ("flan_zsnoopt_data", "t0_zsnoopt_data")
"""Folders of the hub's repository: 27 GB to download. Chain-of-thought and Natural Instructions have no such part."""


def load() -> HubSources:
    """Return a random sample of the training rows; validation and test rows are split off by hash.

    Raises:
        UsageError: the data set cannot be loaded.
    """
    from audition_plugins.tasks.hub import HubAddress, load_splits
    from audition_plugins.tasks.paper.sampling import sample

    splits = load_splits(HubAddress("Open-Orca/FLAN"), data_files={"train": [f"{part}/*" for part in PARTS]})
    n_drawn = int((N_TRAIN + N_VALIDATION + 10_000) * SPARE * 1.25)  # a fifth of what is drawn may be held out
    return {"train": [sample(splits["train"], 0, n_drawn, "Open-Orca/FLAN train")]}


FLAN = PaperTask(
    spec=TaskSpec(
        name="flan",
        description="instructions: zero-shot, no-option parts of the FLAN collection",
        languages=("en",),
        licence="as its sources: see the data set card of Open-Orca/FLAN",
        n_train=N_TRAIN,
        n_validation=N_VALIDATION,
        n_test=10_000,
        tokens_per_example=23 + 12,  # input and target, as published
        citation="Longpre et al. (2023), The Flan Collection, arXiv 2301.13688",
    ),
    prefix="",
    hub_columns=TaskOptions(input_column="inputs", target_column="targets"),
    load=load,
)
