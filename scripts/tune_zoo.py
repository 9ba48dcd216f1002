"""Find the fine-tuning learning rates of exported zoo models and write them into their cards.

``python scripts/tune_zoo.py``: for each model and embedded task, 200 training examples are learned at each rate, the
loss on the validation split chooses, and the test split tells what the pre-training is worth: the loss before, after,
and after the same fine-tuning of random weights, which get their own best rate.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ.update(OMP_NUM_THREADS="1", RAYON_NUM_THREADS="1", TOKENIZERS_PARALLELISM="false")

import torch
from transformers import AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase
from transformers.utils import logging

from audition.plugins.catalog import Catalog
from audition.plugins.loading import load_plugins
from zoo.architectures import build_config, build_model
from zoo.export import load_shipped, read_card, write_card
from zoo.finetuning import TaskSlices, fine_tune, loss_per_byte, read_slices
from zoo.specs import read_specs

if TYPE_CHECKING:
    from collections.abc import Sequence

RATES = (3e-4, 1e-3, 3e-3, 1e-2)  #: ascending; those after the first that makes things worse are not tried
_SIZES = (200, 200, 300)  #: rows to train, to choose the rate, to report
_SEED = 1
_TASKS = ("package-synopsis", "wordnet-instructions", "office-help-en-zh")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    options = _parser().parse_args(arguments)
    torch.set_num_threads(1)
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]  # the library leaves it untyped
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # the library leaves it untyped
    catalog = Catalog(load_plugins())
    slices = [read_slices(catalog.open_task(name), _SIZES) for name in options.tasks.split(",")]
    folders = [options.zoo / model.name for model in read_specs()]
    names = options.models.split(",") if options.models else [folder.name for folder in folders if folder.is_dir()]
    for folder in folders:
        if folder.name in names:
            tune(folder, slices)
    return 0


def tune(folder: Path, slices: Sequence[TaskSlices]) -> None:
    """Tune one model and rewrite its card."""
    tokeniser = AutoTokenizer.from_pretrained(folder)
    shipped = load_shipped(folder)
    model = next(model for model in read_specs() if model.name == folder.name)
    untrained = build_model(model, build_config(model), _SEED)
    card = read_card(folder)
    for task in slices:
        found = _tune_task(shipped, untrained, tokeniser, task)
        card.setdefault("fine_tuning", {})[task.name] = found
        sys.stderr.write(f"{folder.name} {task.name}: {json.dumps(found)}\n")
    card["learning_rates"] = _summarise(card["fine_tuning"])
    write_card(folder, card)


def _tune_task(
    shipped: PreTrainedModel, untrained: PreTrainedModel, tokeniser: PreTrainedTokenizerBase, task: TaskSlices
) -> dict[str, Any]:
    rate, losses, after = _best(shipped, tokeniser, task)
    _, _, random_after = _best(untrained, tokeniser, task)
    return {
        "loss_unit": "nats/byte",
        "n_samples": len(task.train),
        "learning_rate": rate,
        "validation": losses,
        "zero_shot": round(loss_per_byte(shipped, tokeniser, task.test), 4),
        "fine_tuned": after,
        "random_fine_tuned": random_after,
    }


def _best(
    network: PreTrainedModel, tokeniser: PreTrainedTokenizerBase, task: TaskSlices
) -> tuple[float, dict[str, float], float]:
    """Return the rate with the lowest validation loss, the losses of those tried, and the best one's test loss."""
    losses: dict[str, float] = {}
    chosen, best = RATES[0], network
    for rate in RATES:
        candidate = copy.deepcopy(network)
        fine_tune(candidate, tokeniser, task.train, rate, _SEED)
        losses[f"{rate:g}"] = round(loss_per_byte(candidate, tokeniser, task.validation), 4)
        if losses[f"{rate:g}"] > min(losses.values()):
            break
        chosen, best = rate, candidate
    return chosen, losses, round(loss_per_byte(best, tokeniser, task.test), 4)


def _summarise(found: dict[str, dict[str, Any]]) -> dict[str, float]:
    """Return the lowest of the tasks' rates as ``*``, safe on a task nobody has tried, and each task's own."""
    general: float = min(entry["learning_rate"] for entry in found.values())
    own = {task: entry["learning_rate"] for task, entry in found.items() if entry["learning_rate"] != general}
    return {"*": general, **own}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tasks", default=",".join(_TASKS), help="comma-separated names of listed tasks")
    parser.add_argument("--zoo", type=Path, default=Path("registries/audition_registries/zoo"))
    parser.add_argument("--models", help="comma-separated names; all exported ones by default")
    return parser


if __name__ == "__main__":
    sys.exit(main())
