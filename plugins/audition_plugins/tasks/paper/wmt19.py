"""WMT19 as in the paper: English → Chinese; the hub's zh-en validation split, newstest2018, is the test set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition.types import TaskOptions, TaskSpec
from audition_plugins.tasks.paper.paper import N_TRAIN, N_VALIDATION, SPARE, PaperTask

if TYPE_CHECKING:
    from audition_plugins.tasks.paper.paper import HubSources

PREFIX = "Translate to Chinese: "


def load() -> HubSources:
    """Return a random sample of the training rows, and the hub's validation split as the test split.

    Raises:
        UsageError: the data set cannot be loaded.
    """
    from audition_plugins.tasks.hub import HubAddress, load_splits
    from audition_plugins.tasks.paper.sampling import sample, whole

    splits = load_splits(HubAddress("wmt/wmt19", "zh-en"))
    n_drawn = int((N_TRAIN + N_VALIDATION) * SPARE)
    return {
        "train": [sample(splits["train"], 0, n_drawn, "wmt/wmt19 train")],
        "test": [whole(splits["validation"], "wmt/wmt19 validation")],
    }


WMT19 = PaperTask(
    spec=TaskSpec(
        name="wmt19",
        description="translation: English to Chinese of WMT19",
        metric="chrf",
        languages=("en", "zh"),
        licence="for research: see https://www.statmt.org/wmt19/translation-task.html",
        n_train=N_TRAIN,
        n_validation=N_VALIDATION,
        n_test=3_981,
        tokens_per_example=32 + 40,  # input and target, as published
        citation="Barrault et al. (2019), Findings of the 2019 Conference on Machine Translation (WMT19)",
    ),
    prefix=PREFIX,
    hub_columns=TaskOptions(prompt=f"{PREFIX}{{translation.en}}", target_column="translation.zh"),
    load=load,
)
