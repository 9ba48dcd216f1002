"""What the benchmark gives for every selector, ratio and stratum that the paper shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from audition.bench import ALL, Bench, make_contestants, open_recorded_task, size_filter
from audition_plugins.reproduction.printed import CONTESTANTS, RATIOS, TASKS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from fractions import Fraction

    from audition.bench import RecordedTask, Row
    from audition.catalog import Catalog

ALGORITHM_1 = "ats"  #: as printed; the variant behind the tables is `CONTESTANTS["AtS"]`
OPTIMUM = "our-fit fit=optimum"
STRATA = ("7e9", "1.9e9", "1.4e9", "700e6")  #: of Figure 12, in published parameters
IN_STRATA = (*CONTESTANTS.values(), ALGORITHM_1)
KS, DELTAS = (3, 4, 5), (1, 2, 3, 4, 5)  #: of the ablation, Figures 6 and 11


class Cell(NamedTuple):
    """The place of a row of the benchmark."""

    contestant: str  #: selector and options, such as "ats k=4 delta=2"
    stratum: str
    task: str
    ratio: Fraction


def ablated(k: int, delta: int) -> str:
    """Return the contestant of the ablation that has these two options."""
    return f"ats k={k} delta={delta} final_line=published"


def open_tasks(catalog: Catalog) -> dict[str, RecordedTask]:
    """Return the three tasks by name."""
    return {name: open_recorded_task(catalog, name, "nats/token") for name in TASKS}


def measure(catalog: Catalog, tasks: Iterable[RecordedTask]) -> dict[Cell, Row]:
    """Return every row that tables and figures are made of."""
    tasks = tuple(tasks)
    ablation = tuple(ablated(k, delta) for k in KS for delta in DELTAS)
    return {
        **measure_tables(catalog, tasks),
        **_bench(catalog, tasks, ablation, ()),
        **_bench(catalog, tasks, IN_STRATA, STRATA),
    }


def measure_tables(catalog: Catalog, tasks: Iterable[RecordedTask]) -> dict[Cell, Row]:
    """Return the rows that Tables 1, 2, 11 and 12 are made of, and the variants beside them."""
    return _bench(catalog, tuple(tasks), (*CONTESTANTS.values(), ALGORITHM_1, OPTIMUM), ())


def _bench(
    catalog: Catalog, tasks: tuple[RecordedTask, ...], contestants: Iterable[str], limits: tuple[str, ...]
) -> dict[Cell, Row]:
    bench = Bench(
        tasks=tasks,
        ratios=RATIOS,
        contestants=[
            one for name, *options in map(str.split, contestants) for one in make_contestants(catalog, [name], options)
        ],
        strata=[size_filter(limit) for limit in limits] or [ALL],
    )
    return {Cell(row.contestant, row.stratum, row.task, row.ratio): row for row in bench.rows()}
