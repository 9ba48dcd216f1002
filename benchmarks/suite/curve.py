"""One candidate's curve against `transformers.Trainer`, for every family, a random model of 10 M and one of 124 M."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audition.checkpoints import read_spec
from audition.encoding.pairs import IGNORED
from audition.plugins.catalog import Catalog
from audition.plugins.loading import load_plugins
from audition.recipes.loading import load_recipe
from audition.types import TaskOptions
from suite.measuring import Row, Run, Scale, run, script

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

GOAL = 2.5
FAMILIES = ("opt-1.4m", "phi-0.7m", "bart-0.9m", "t5-0.5m", "mt5-0.5m", "switch-1.4m")
SHAPES: dict[str, dict[str, int]] = {
    "random GPT-2 of 10 M": {"n_embd": 256, "n_layer": 8, "n_head": 8, "vocab_size": 16000},
    "random GPT-2 of 124 M": {"n_embd": 768, "n_layer": 12, "n_head": 12, "n_positions": 1024, "vocab_size": 50257},
}


@dataclass(frozen=True)
class Case:
    """Models, one a worker, and the sizes that each is measured at."""

    name: str
    folders: tuple[str, ...]
    sizes: tuple[int, ...]
    n_validation: int = 300
    n_test: int = 500

    @cached_property
    def recipe(self) -> dict[str, Any]:
        """Return what the recipe "quick" is changed in."""
        return {"n_validation": self.n_validation, "n_test": self.n_test}


def measure(scale: Scale) -> Iterator[Row]:
    """Yield one row a case: CPU seconds of all processes, losses beside."""
    with tempfile.TemporaryDirectory() as name:
        for case, repeats in cases(scale, Path(name)):
            yield row(case, repeats, Path(name))


def cases(scale: Scale, folder: Path) -> Iterator[tuple[Case, int]]:
    """Yield the cases and how often each is measured."""
    zoo = {name.removeprefix("tiny/"): offer.entry for name, offer in catalog().models.items() if "tiny/" in name}
    if scale == "smoke":
        yield Case("gpt2-0.4m", (zoo["gpt2-0.4m"].checkpoint,), (8,), n_validation=4, n_test=4), 1
        return
    yield Case("gpt2-0.4m, four sizes", (zoo["gpt2-0.4m"].checkpoint,), (400, 200, 100, 50)), 3
    for name in FAMILIES:
        yield Case(f"{name}, two sizes", (zoo[name].checkpoint,), (200, 50)), 2
    pair = tuple(zoo[name].checkpoint for name in ("gpt2-0.4m", "bart-0.9m"))
    yield Case("gpt2-0.4m and bart-0.9m, two workers", pair, (200, 50)), 2
    for name, shape in SHAPES.items():
        random = random_model(folder / name.replace(" ", "-"), shape, zoo["gpt2-0.4m"].checkpoint)
        sizes, n = ((100, 50), 50) if "10 M" in name else ((16,), 16)
        yield Case(name, (random,), sizes, n_validation=n, n_test=n), 2


def row(case: Case, repeats: int, folder: Path) -> Row:
    """Measure ours and the peer's in turn."""
    ours, peers = [], []
    for _ in range(repeats):
        ours.append(run(script("peers/ours_curve.py", folders=case.folders, sizes=case.sizes, recipe=case.recipe)))
        peers.append([trainer(model, case, folder) for model in case.folders])
    losses = ours[-1].answer[0]
    theirs = peers[-1][0].answer["losses"]
    return Row(
        benchmark="curve",
        case=f"{case.name}: {', '.join(map(str, case.sizes))} examples",
        quantity="CPU seconds",
        ours=tuple(each.cpu_seconds for each in ours),
        peer=tuple(sum(one.answer["cpu_seconds"] for one in each) for each in peers),
        peer_name=f"transformers.Trainer {version('transformers')}",
        goal=GOAL,
        note=f"nats a token at {case.sizes[0]} examples: {losses[0]:.4f}, theirs {theirs[0]:.4f}",
        more={
            "loss": losses,
            "loss_of_peer": theirs,
            "wall_seconds": [each.wall_seconds for each in ours],
        },
    )


def trainer(model: str, case: Case, folder: Path) -> Run:
    """Run the peer on the very tokens that audition's adapter makes, made beforehand."""
    spec = read_spec(model, adapter_for=lambda kind: catalog().adapter_for(kind).name)
    recipe = load_recipe("quick").with_learning_rates(spec, "package-synopsis")
    return run(
        script(
            "peers/trainer_curve.py",
            folder=model,
            rows=str(rows_of(model, case, folder)),
            sizes=case.sizes,
            output=str(folder / "trainer"),
            is_seq2seq=spec.architecture != "decoder-only",
            recipe={
                "epochs": recipe.epochs,
                "batch_size": recipe.batch_sizes[0],
                "learning_rate": recipe.learning_rates[0],
                "weight_decay": recipe.weight_decay,
                "warmup_ratio": recipe.warmup_ratio,
            },
        )
    )


def rows_of(model: str, case: Case, folder: Path) -> Path:
    """Return the file of the tokenised rows, written once."""
    path = folder / f"{Path(model).name}-{max(case.sizes)}-{case.n_test}.json"
    if not path.exists():
        path.write_text(json.dumps(tokenised(model, case)), encoding="utf-8")
    return path


def tokenised(model: str, case: Case) -> dict[str, list[dict[str, list[int]]]]:
    """Return the rows of all splits as transformers wants them; held-out ones sorted by length."""
    recipe = load_recipe("quick")
    spec = read_spec(model, adapter_for=lambda kind: catalog().adapter_for(kind).name)
    adapter = catalog().adapter(spec.adapter).load(spec, model)
    task = catalog().open_task("package-synopsis", TaskOptions())
    is_causal = spec.architecture == "decoder-only"

    def rows(examples: Sequence[Any], max_target_tokens: int | None) -> list[dict[str, list[int]]]:
        made = []
        for example in examples:
            pair: Any = adapter.encode(
                example, max_input_tokens=recipe.max_input_tokens, max_target_tokens=max_target_tokens
            )
            if is_causal:  # transformers shifts labels itself
                made.append({"input_ids": [*pair.input_ids, pair.labels[-1]], "labels": [IGNORED, *pair.labels]})
            else:
                made.append({"input_ids": [*pair.input_ids], "labels": [one for one in pair.labels if one != IGNORED]})
        return made

    def longest_first(made: list[dict[str, list[int]]]) -> list[dict[str, list[int]]]:
        return sorted(made, key=lambda row: -len(row["input_ids"]))

    return {
        "train": rows(task.train(max(case.sizes), 0), recipe.max_target_tokens),
        "validation": longest_first(rows(task.validation(case.n_validation), None)),
        "test": longest_first(rows(task.test(case.n_test), None)),
    }


def random_model(folder: Path, shape: dict[str, int], donor: str) -> str:
    """Write a GPT-2 of random weights with the tokeniser of `donor`, and return its folder."""
    import transformers

    config: Any = transformers.AutoConfig.from_pretrained(donor)
    for name, value in shape.items():
        setattr(config, name, value)
    auto: Any = transformers.AutoModelForCausalLM
    auto.from_config(config).save_pretrained(folder)
    transformers.AutoTokenizer.from_pretrained(donor).save_pretrained(folder)
    return str(folder)


_CATALOGS: list[Catalog] = []


def catalog() -> Catalog:
    """Return what all plugins offer, loaded once."""
    if not _CATALOGS:
        _CATALOGS.append(Catalog(load_plugins(strict=True)))
    return _CATALOGS[0]
