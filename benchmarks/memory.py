"""Estimated against tracked memory of a training step, beside the rule of four times the weights.

    python benchmarks/memory.py [--cases 8] [--seed 0] [--published] [--shards N]

Draws random configurations of every architecture (`configurations.py`), tracks our own training step on each
(`tracking.py`), and prints one row a case: the tracked tensor peak (measured), our estimate's deviation, and that of
the rule that `accelerate estimate-memory` prints for training with Adam: four times the weights, whatever the batch.
`--published` takes real configurations of the registry, at their full size, instead: dense ones of up to 400 million
parameters with 8 rows of 256 + 64 tokens. `--shards N` spreads each published model over N devices (each has 8 rows);
for random cases, over two, four or eight.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tabulate import tabulate
from transformers import AutoConfig

import audition_registries
from audition.encoding.pretrained import quiet
from audition.memory import MicroBatch, estimate_step
from audition.text.sizes import format_bytes
from audition.types import Recipe
from configurations import KINDS, SHARDED_KINDS, random_case, random_sharded_case, spec_of
from tracking import tracked_peak

if TYPE_CHECKING:
    from collections.abc import Iterator

    from transformers import PretrainedConfig

LARGEST = 450_000_000  #: parameters of a published model that is tracked
BATCH = MicroBatch(n_rows=8, n_input_tokens=256, n_target_tokens=64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One training step."""

    name: str
    config: PretrainedConfig
    recipe: Recipe
    precision: str
    batch: MicroBatch


def main() -> None:
    """Print the table and its summary."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--cases", type=int, default=8, help="of each architecture")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--published", action="store_true")
    parser.add_argument("--shards", type=int, default=1, help="devices that share a model")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    if options.published:
        questions = _published(options.shards)
    else:
        questions = _random(options.cases, options.seed, is_sharded=options.shards > 1)
    with quiet():
        rows = [_answer(question) for question in questions]
    print(tabulate(rows, headers="keys", tablefmt="github", disable_numparse=True))
    ours = [float(row["ours (estimated)"].rstrip("%")) for row in rows]
    rule = [float(row["4 × weights (rule)"].rstrip("%")) for row in rows]
    for name, found in (("ours", ours), ("4 × weights", rule)):
        within = sum(-5 <= error <= 10 for error in found)
        print(
            f"{name}: {within} of {len(found)} within -5 % and +10 %; lowest {min(found):+.1f} %, "
            f"median {statistics.median(found):+.1f} %, highest {max(found):+.1f} %"
        )


def _answer(question: Question) -> dict[str, str]:
    n_params, peak = tracked_peak(question.config, question.recipe, question.precision, question.batch)
    spec = spec_of(question.config, n_params)
    need = estimate_step(spec, question.recipe, precision=question.precision, micro_batch=question.batch)
    print(question.name, file=sys.stderr)
    return {
        "fine-tuning": question.name,
        "peak (tracked)": format_bytes(peak),
        "ours (estimated)": f"{100 * (need.tensors / peak - 1):+.1f}%",
        "4 × weights (rule)": f"{100 * (4 * 4 * n_params / peak - 1):+.1f}%",
    }


def _random(n_cases: int, seed: int, *, is_sharded: bool) -> Iterator[Question]:
    for kind in SHARDED_KINDS if is_sharded else KINDS:
        rng = random.Random(f"{seed} {kind}")  # noqa: S311 - nothing secret
        for _ in range(n_cases):
            case = random_sharded_case(kind, rng) if is_sharded else random_case(kind, rng)
            yield Question(
                name=case.name,
                config=case.build(),
                recipe=case.recipe,
                precision=case.precision,
                batch=case.batch,
            )


def _published(n_shards: int) -> Iterator[Question]:
    models: list[dict[str, Any]] = json.loads(audition_registries.path("models", "published.json").read_text("utf-8"))
    for model in models:
        if model["n_params"] > LARGEST:
            continue
        config = json.loads(audition_registries.path("models", model["config"]).read_text("utf-8"))
        values = {key: value for key, value in config.items() if key not in ("model_type", "architectures")}
        for precision in ("fp32", "bf16"):
            yield Question(
                name=f"{model['name']} {precision}",
                config=AutoConfig.for_model(config["model_type"], **values),
                recipe=Recipe(
                    name="published",
                    batch_sizes=(BATCH.n_rows * n_shards,),
                    micro_batch_tokens=10**9,
                    n_shards=n_shards,
                ),
                precision=precision,
                batch=BATCH,
            )


if __name__ == "__main__":
    main()
