"""Gigaword as in the paper: the first sentence of a news article → its headline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition.types import TaskOptions, TaskSpec
from audition_plugins.tasks.paper.paper import N_TRAIN, N_VALIDATION, SPARE, PaperTask

if TYPE_CHECKING:
    from audition_plugins.tasks.paper.paper import HubSources

PREFIX = "Generate a summary: "
N_TEST = 8_000  #: more than the 1,951 rows of the hub's test split


def load() -> HubSources:
    """Return random samples: training rows, and two parts of the hub's large validation split to validate and test on.

    Raises:
        UsageError: the data set cannot be loaded.
    """
    from audition_plugins.tasks.hub import HubAddress, load_splits
    from audition_plugins.tasks.paper.sampling import sample

    splits = load_splits(HubAddress("Harvard/gigaword", revision="refs/convert/parquet"))
    held_out, label = splits["validation"], "Harvard/gigaword validation"
    n_test, n_validation = int(N_TEST * SPARE), int(N_VALIDATION * SPARE)
    return {
        "train": [sample(splits["train"], 0, int(N_TRAIN * SPARE), "Harvard/gigaword train")],
        "validation": [sample(held_out, n_test, n_validation, label)],
        "test": [sample(held_out, 0, n_test, label)],
    }


GIGAWORD = PaperTask(
    spec=TaskSpec(
        name="gigaword",
        description="summarisation: headlines of Annotated English Gigaword",
        languages=("en",),
        licence="see the data set card of Harvard/gigaword",
        n_train=N_TRAIN,
        n_validation=N_VALIDATION,
        n_test=N_TEST,
        tokens_per_example=36 + 8,  # input and target, as published
        citation="Rush, Chopra and Weston (2015), A Neural Attention Model for Abstractive Sentence Summarization",
    ),
    prefix=PREFIX,
    hub_columns=TaskOptions(prompt=f"{PREFIX}{{document}}", target_column="summary"),
    load=load,
)
