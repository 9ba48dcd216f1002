"""A whole selection against a plain script that fine-tunes every model at every size with Trainer.

One model of each family of the zoo: the plain script takes minutes as it is.
"""

from __future__ import annotations

import json
import math
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from audition.encoding.pairs import IGNORED
from audition.types import TaskOptions
from suite.curve import FAMILIES, Case, catalog, rows_of, trainer
from suite.measuring import Row, Scale, run

if TYPE_CHECKING:
    from collections.abc import Iterator

GOAL = 3
TASK, RATIO, SIZES = "package-synopsis", "1/64", (400, 200, 100, 50)


def measure(scale: Scale) -> Iterator[Row]:
    """Yield CPU seconds of both, and of ours again from the ledger that has everything."""
    names = [f"tiny/{each}" for each in ("gpt2-0.4m", *FAMILIES)]
    ratio, sizes = (RATIO, SIZES) if scale == "full" else ("1/256", (100, 50, 25, 12))
    names = names if scale == "full" else ["tiny/t5-0.5m"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours = run(select(folder, names, ratio, sizes[-1], "run"), folder=folder)
        again = run(select(folder, names, ratio, sizes[-1], "again"), folder=folder)
        dry = run([*select(folder, names, ratio, sizes[-1], "dry"), "--dry-run"], folder=folder)
        peer, losses = 0.0, {}
        for each in names:
            model = catalog().models[each].entry.checkpoint
            case = Case(each, (model,), sizes)
            answer = trainer(model, case, folder).answer
            peer += answer["cpu_seconds"]
            tokens = tokens_a_byte(rows_of(model, case, folder), case.n_test)
            losses[each] = [loss * tokens for loss in answer["losses"]]
        report = json.loads((folder / "run" / "report.json").read_text(encoding="utf-8"))
    ranking = report["strata"][-1]["ranking"]
    winner, theirs = ranking[0]["model"], plain_winner(losses, sizes)
    what = f"{len(names)} models of the zoo on {TASK} at {ratio}"
    yield Row(
        benchmark="selection",
        case=what,
        quantity="CPU seconds",
        ours=(ours.cpu_seconds,),
        peer=(peer,),
        peer_name=f"transformers.Trainer {version('transformers')}, every model at {', '.join(map(str, sizes))}",
        goal=GOAL,
        note=f"winner: {winner}; by a line through the logarithms of their losses a byte: {theirs}",
        more={"losses_of_peer": losses},
    )
    yield Row(
        benchmark="selection", case=f"{what}: again, from the ledger", quantity="CPU seconds", ours=(again.cpu_seconds,)
    )
    yield Row(
        benchmark="selection",
        case=f"{what}: --dry-run, the ledger has everything",
        quantity="CPU seconds",
        ours=(dry.cpu_seconds,),
        goal=1.5,
    )


def select(folder: Path, names: list[str], ratio: str, min_size: int, output: str) -> list[str]:
    """Return the command, which writes to a folder of its own and shares the ledger."""
    command = [sys.executable, "-m", "audition", "select", TASK, "--models", ",".join(names), "--ratio", ratio]
    command += ["--min-size", str(min_size)]
    return [*command, "--ledger", str(folder / "ledger.db"), "--output", str(folder / output), "--json"]


def tokens_a_byte(rows: Path, n_test: int) -> float:
    """Return the target tokens of the test split for each of its bytes: tokenisers compare by the byte."""
    test = json.loads(rows.read_text(encoding="utf-8"))["test"]
    n_tokens = sum(label != IGNORED for row in test for label in row["labels"])
    task = catalog().open_task(TASK, TaskOptions())
    n_bytes = sum(len(example.target.encode()) for example in task.test(n_test))
    return float(n_tokens / n_bytes)


def plain_winner(losses: dict[str, list[float]], sizes: tuple[int, ...]) -> str:
    """Return the model whose line through log loss over log size is lowest at the full size."""
    full = math.log(catalog().open_task(TASK, TaskOptions()).spec.n_train or 1)
    x = [math.log(size) for size in sizes]

    def predicted(y: list[float]) -> float:
        mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
        slope = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True)) / sum((a - mean_x) ** 2 for a in x)
        return mean_y + slope * (full - mean_x)

    return min(losses, key=lambda name: predicted([math.log(loss) for loss in losses[name]]))
