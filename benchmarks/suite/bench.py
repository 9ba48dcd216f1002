"""The benchmark on recorded curves: the paper's, and ten thousand synthetic candidates."""

from __future__ import annotations

import resource
import time
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from audition.bench import ALL, Bench, make_contestants, recorded_tasks
from audition.bench.recorded_tasks import RecordedTask
from audition.measuring.recorded import spec_of
from audition.plugins.catalog import Catalog
from audition.plugins.loading import load_plugins
from audition.types import LossCurve
from suite.laws import synthetic
from suite.measuring import Row, Scale

if TYPE_CHECKING:
    from collections.abc import Iterator

RATIOS = tuple(Fraction(1, 2**power) for power in range(3, 10))
SEARCHED = ("our-fit",)  #: a search of its own for every curve, on purpose: not at this scale
CLOSED_FORM = ("ats", "ats-family", "sub-tuning", "zero-shot", "model-size")  #: the others search, or weigh a bank
SECONDS, MIB = 60.0, 2048.0  #: goals of ten thousand candidates


def measure(scale: Scale) -> Iterator[Row]:
    """Yield the whole benchmark of the paper, then the synthetic one by selector."""
    catalog = Catalog(load_plugins(strict=True))
    contestants = [each for each in make_contestants(catalog) if each.name not in SEARCHED]
    paper = recorded_tasks(catalog, RATIOS)
    repeats = 3 if scale == "full" else 1
    few = contestants if scale == "full" else [each for each in contestants if each.name == CLOSED_FORM[0]]
    yield Row(
        benchmark="bench",
        case=f"the paper: 3 tasks × 7 ratios × {len(few)} selectors, 30 models each",
        quantity="CPU seconds",
        ours=tuple(_seconds(Bench(tasks=paper, ratios=RATIOS, contestants=few, strata=[ALL])) for _ in range(repeats)),
    )
    n_models = 10_000 if scale == "full" else 20
    task = synthetic_task(n_models)
    total = 0.0
    for contestant in few:
        spent = _seconds(Bench(tasks=[task], ratios=RATIOS, contestants=[contestant], strata=[ALL]))
        total += spent if contestant.name in CLOSED_FORM else 0.0
        yield Row(
            benchmark="bench",
            case=f"{n_models:,} synthetic candidates × 7 ratios, {contestant.name}",
            quantity="CPU seconds",
            ours=(spent,),
        )
    yield Row(
        benchmark="bench",
        case=f"{n_models:,} synthetic candidates × 7 ratios, all that are closed-form",
        quantity="CPU seconds",
        ours=(total,),
        goal=SECONDS,
    )
    yield Row(
        benchmark="bench",
        case=f"{n_models:,} synthetic candidates × 7 ratios, all",
        quantity="MiB at the peak of the process",
        ours=(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,),
        goal=MIB,
    )


def synthetic_task(n_models: int) -> RecordedTask:
    """Return a task whose curves follow the rectified law, with half a percent of noise."""
    sizes = np.array([200 * 2**power for power in range(14)])
    losses = synthetic(sizes, n_models)
    curves = tuple(
        LossCurve(
            model=f"synthetic/{number}",
            task="synthetic",
            loss_unit="nats/token",
            n_samples=tuple(sizes.tolist()),
            loss=tuple(row),
            source="drawn from the rectified law",
        )
        for number, row in enumerate(losses.tolist())
    )
    return RecordedTask(name="synthetic", models=tuple(map(spec_of, curves)), curves=curves, spec=None)


def _seconds(bench: Bench) -> float:
    started = time.process_time()
    for _ in bench.rows():
        pass
    return time.process_time() - started
