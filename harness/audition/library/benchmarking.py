"""`audition.bench`: selectors against each other, on recorded curves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from os import PathLike
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

from audition.bench import Bench, ModelFilter, Row
from audition.library.progress import Kind
from audition.library.words import Names, Options, load_catalog, names, options
from audition.plugins.catalog import Catalog
from audition.text.charts import Axis, Chart, Series
from audition.types import LossUnit
from audition.types.lazy import LazyModule

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = LazyModule("pandas")


RATIOS = ("1/8", "1/16", "1/32", "1/64", "1/128", "1/256", "1/512")  #: those of the paper
MEMORIES = ("8GB", "16GB", "24GB", "40GB", "80GB")  #: of the leaderboards: what GPUs are sold with


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchResult:
    """How selectors did: one row a task, ratio, stratum and selector."""

    rows: tuple[Row, ...]
    left_out: tuple[str, ...] = ()  #: tasks or selectors that had to be left out, with the reason

    def to_frame(self) -> pd.DataFrame:
        """Return every field of every row; metrics are fractions."""
        return pd.DataFrame([row.to_record() for row in self.rows])

    def plot(self) -> Chart:
        """Return how well each selector's scores follow the truth, by ratio: PearCorr, mean over tasks and strata."""
        found: dict[str, dict[Fraction, list[float]]] = {}
        for row in self.rows:
            if row.quality.pear_corr is not None:
                found.setdefault(row.contestant, {}).setdefault(row.ratio, []).append(row.quality.pear_corr)
        return Chart(
            title="Selectors on recorded curves",
            x=Axis(label="largest share of the training rows", scale="log"),
            y=Axis(label="PearCorr (measured), mean"),
            series=[
                Series(
                    name=name, x=[*map(float, sorted(means))], y=[fmean(means[x]) for x in sorted(means)], mark="line"
                )
                for name, means in found.items()
            ],
        )

    def leaderboards(self) -> dict[str, str]:
        """Return the leaderboards' files by name: Markdown, CSV and JSON.

        Raises:
            UsageError: selectors were judged on different cells, so that their means do not compare.
        """
        from audition.bench import leaderboard, require_same_cells

        require_same_cells(self.rows)
        return leaderboard.files(self.rows)

    def _repr_html_(self) -> str:
        shown = ["task", "ratio", "selector", "stratum", "pear_corr", "rel_acc", "regret", "selected"]
        return self.to_frame()[shown].to_html(index=False, na_rep="")


def bench(
    task: Names = (),
    *,
    ratio: Names | Sequence[Fraction] = (),
    selector: Names = (),
    option: Options = (),
    max_params: Names = (),
    memory: Names = (),
    loss_unit: LossUnit | None = None,
    seed: int = 0,
    with_: Sequence[str | PathLike[str]] = (),
    is_leaderboard: bool = False,
    plugin: Sequence[str | PathLike[str]] = (),
    catalog: Catalog | None = None,
    progress: Kind = "auto",
) -> BenchResult:
    """Judge selectors by how well they would have picked among models whose losses are all recorded.

    Does what `audition bench` does, with its words and defaults.

    >>> result = bench("flan", ratio="1/64", selector="zero-shot,model-size")
    >>> [(row.selector, row.selected) for row in result.rows]
    [('zero-shot', 'facebook/opt-2.7b'), ('model-size', 'facebook/opt-6.7b')]

    Args:
        task: tasks; empty: all with recorded curves at every ratio.
        ratio: largest shares of the training rows; empty: 1/8 to 1/512.
        selector: selectors; empty: all.
        option: of the selectors that take it.
        max_params: strata by published parameter count, such as "1.9e9": fewer than so many.
        memory: strata by GPU memory, such as "24GB": estimated, by recipe paper in bf16.
        loss_unit: where curves are recorded in both.
        seed: for selectors that draw random numbers.
        with_: files of rows that somebody's `audition bench --json` printed.
        is_leaderboard: judge within the memories that leaderboards have, where no strata are asked for.
        plugin: Python files to load as plugins.
        catalog: plugins that are loaded already; None: they are loaded now, and all must load.
        progress: "auto", "bar", "lines" or "none".

    Raises:
        UsageError: a name is unknown, or something else cannot be had as asked.
        PluginError: a plugin did not load: what is missing would be a wrong leaderboard.
    """
    from audition.bench import Bench, add_files, make_contestants, open_recorded_task, recorded_tasks
    from audition.budgets.parsing import parse_ratio

    catalog = catalog or load_catalog(plugin, strict=True)
    ratios = [parse_ratio(text) for text in names(ratio if isinstance(ratio, str) else [*map(str, ratio)]) or RATIOS]
    tasks = [open_recorded_task(catalog, name, loss_unit) for name in names(task)]
    cells = Bench(
        tasks=tasks or recorded_tasks(catalog, ratios, loss_unit),
        ratios=ratios,
        contestants=make_contestants(catalog, names(selector), options(option)),
        strata=_strata(names(max_params), names(memory), is_leaderboard=is_leaderboard),
        seed=seed,
    )
    rows = add_files(_run(cells, progress), [Path(file) for file in with_])
    return BenchResult(rows=tuple(rows), left_out=tuple(cells.left_out()))


def _strata(max_params: Sequence[str], memory: Sequence[str], *, is_leaderboard: bool) -> list[ModelFilter]:
    """Return the strata asked for; else all models, and on leaderboards GPU memories besides."""
    from audition.bench import ALL, memory_filter, size_filter

    if max_params or memory:
        return [*map(size_filter, max_params), *map(memory_filter, memory)]
    return [ALL, *map(memory_filter, MEMORIES)] if is_leaderboard else [ALL]


def _run(bench: Bench, progress: Kind) -> list[Row]:
    """Return all rows; a bar on standard error shows how far it is, where bars are wanted."""
    from rich.console import Console
    from rich.progress import Progress

    from audition.library.progress import shows_bars

    console = Console(stderr=True)
    rows = []
    with Progress(console=console, transient=True, disable=not shows_bars(progress, console)) as bars:
        bar = bars.add_task("", total=len(bench))
        for row in bench.rows():
            rows.append(row)
            bars.update(bar, advance=1, description=f"{row.contestant} on {row.task}, {row.stratum}")
    return rows
