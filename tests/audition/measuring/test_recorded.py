"""Recorded curves as people have them: of models that nobody lists, at sizes of their own, without a zero-shot loss."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from audition import hookimpl
from audition.bench import ALL, Bench, make_contestants, memory_filter, open_recorded_task
from audition.budgets.budget import SizeCap
from audition.errors import UsageError
from audition.measuring.recorded import own_sizes, recorded_sizes
from audition.plugins.catalog import Catalog
from audition.plugins.loading import load_plugins
from audition.selection.config import SelectionConfig
from audition.selection.replay import open_recorded
from audition.testing import toy_model
from audition.types import NOT_A_NUMBER, LossCurve, ModelShape, Ranking, Score, SelectorEntry

if TYPE_CHECKING:
    import numpy as np

    from audition.types import ModelSpec, Report
    from audition.types.protocols import SelectionProblem

SIZES = (0, 200, 400, 800, 1600, 6400)
OWN = (0, 100, 300, 600, 1200, 6400)
SHAPE = ModelShape(n_layers=2, d_model=16, n_heads=2, d_head=8, d_ff=64, n_vocab=100)
POINTS: dict[str, tuple[tuple[int, ...], tuple[float, ...]]] = {
    "listed": (SIZES, (3.0, 2.9, 2.8, 2.7, 2.6, 2.4)),
    "unlisted": (SIZES, (3.5, *(6.0 * size**-0.15 for size in SIZES[1:]))),
    "no-zero-shot": (SIZES[1:], (2.95, 2.85, 2.75, 2.65, 2.45)),
    "own-sizes": (OWN, (3.0, *(5.0 * size**-0.1 for size in OWN[1:]))),
    "ends-early": (SIZES[:4], (3.0, 2.9, 2.8, 2.7)),
    "not-finite": (SIZES, (3.0, 2.9, 2.8, 2.7, math.nan, math.nan)),
}


def curve(model: str) -> LossCurve:
    sizes, losses = POINTS[model]
    return LossCurve(model=model, task="odd", loss_unit="nats/token", n_samples=sizes, loss=losses, source="a test")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoNumbers:
    """A selector whose scores are NaN and infinite, but for one."""

    def select(self, problem: SelectionProblem, rng: np.random.Generator) -> Ranking:
        unfit = {"unlisted": math.nan, "own-sizes": math.inf, "ends-early": -math.inf}
        return Ranking.from_scores(
            Score(model=each.name, score=unfit.get(each.name, -1.0), predicted_loss=math.nan)
            for each in problem.candidates
        )


class Odd:
    @hookimpl
    def audition_models(self) -> list[ModelSpec]:
        return [toy_model("listed", n_params=1000, shape=SHAPE)]

    @hookimpl
    def audition_curves(self, task: str) -> list[LossCurve]:
        return [curve(model) for model in POINTS] if task == "odd" else []

    @hookimpl
    def audition_selectors(self) -> list[SelectorEntry]:
        return [SelectorEntry(name="no-numbers", make=NoNumbers, summary="NaN")]


@pytest.fixture
def catalog() -> Catalog:
    return Catalog(load_plugins(extra={"odd": Odd()}))


def report(catalog: Catalog, selector: str, **changes: object) -> Report:
    config = SelectionConfig(task="odd", budget=SizeCap(Fraction(1, 4)), selector=selector, **changes)  # type: ignore[arg-type]  # of the tests
    return open_recorded(config, catalog).run()


def ranks(found: Report, stratum: int = -1) -> dict[str, int | None]:
    return {row.model: row.rank for row in found.strata[stratum].ranking}


def test_a_model_that_nobody_lists_is_ranked_by_its_curve(catalog: Catalog) -> None:
    found = report(catalog, "ats")
    assert ranks(found)["unlisted"] == 1
    assert set(ranks(found)) == set(POINTS)
    (row,) = [row for row in found.strata[0].ranking if row.model == "unlisted"]
    assert row.predicted_loss == pytest.approx(6.0 * 6400**-0.15, rel=1e-9)


def test_a_model_that_nobody_lists_can_be_named(catalog: Catalog) -> None:
    assert ranks(report(catalog, "ats", models=("unlisted",))) == {"unlisted": 1}


def test_a_selector_by_size_leaves_unknown_sizes_unranked(catalog: Catalog) -> None:
    found = report(catalog, "model-size")
    assert {model: rank for model, rank in ranks(found).items() if rank} == {"listed": 1}
    assert "only candidate that was ranked" in found.recommendation
    assert all("unknown" in row.notes[0] for row in found.strata[0].ranking if row.rank is None)


def test_what_a_curve_has_is_used_and_what_it_lacks_is_said(catalog: Catalog) -> None:
    rows = {row.model: row for row in report(catalog, "ats").strata[0].ranking}
    assert rows["own-sizes"].predicted_loss == pytest.approx(5.0 * 6400**-0.1, rel=1e-9)
    assert "not recorded at 1,600, 800, 400, 200" in rows["own-sizes"].notes
    assert rows["ends-early"].notes == ("not recorded at 1,600",)
    assert rows["listed"].notes == ()


@pytest.mark.parametrize(
    ("selector", "model", "why"),
    [
        ("sub-tuning", "ends-early", "no loss at 1,600 examples was recorded"),
        ("zero-shot", "no-zero-shot", "no zero-shot loss was recorded"),
    ],
)
def test_a_point_that_was_not_recorded_leaves_its_candidate_unranked(
    catalog: Catalog, selector: str, model: str, why: str
) -> None:
    (row,) = [row for row in report(catalog, selector).strata[0].ranking if row.model == model]
    assert (row.rank, row.status, row.notes[0]) == (None, "not-recorded", why)


def test_a_fit_does_without_the_zero_shot_loss_that_is_missing(catalog: Catalog) -> None:
    (row,) = [row for row in report(catalog, "our-fit").strata[0].ranking if row.model == "no-zero-shot"]
    assert row.predicted_loss is not None
    assert "no-freedom" in row.flags, "four points, four parameters"


def test_a_recorded_loss_that_is_no_number_is_a_failed_measurement(catalog: Catalog) -> None:
    (row,) = [row for row in report(catalog, "sub-tuning").strata[0].ranking if row.model == "not-finite"]
    assert (row.rank, row.status, row.notes[0]) == (None, "not-finite", "the recorded loss is nan: no positive number")


def test_unknown_sizes_are_not_compared_with_a_memory_budget(catalog: Catalog) -> None:
    first, *others = report(catalog, "ats", memory_budgets=(2**33,)).strata[0].ranking
    assert (first.model, first.rank) == ("listed", 1)
    said = ("size unknown: not compared with the memory budget",)
    assert {(row.rank, row.status, row.notes) for row in others} == {(None, "ok", said)}
    with pytest.raises(UsageError, match="fits in 1 MiB, as far as sizes are known"):
        report(catalog, "ats", memory_budgets=(2**20,))


def test_sizes_are_those_of_most_curves() -> None:
    curves = [curve(model) for model in POINTS]
    assert recorded_sizes(curves) == (6400, 1600, 800, 400, 200)
    assert own_sizes(curves, (1600, 800, 400, 200), 1600) == {
        "own-sizes": (1200, 600, 300, 100),
        "ends-early": (800, 400, 200),
    }


def test_a_benchmark_names_what_it_leaves_out_and_goes_on(catalog: Catalog) -> None:
    bench = Bench(
        tasks=[open_recorded_task(catalog, "odd")],
        ratios=[Fraction(1, 4)],
        contestants=make_contestants(catalog, ["ats", "zero-shot"]),
        strata=[ALL, memory_filter("8GB")],
    )
    rows = list(bench.rows())
    assert [(row.n_models, row.selected) for row in rows[:1]] == [(4, "unlisted")]
    said = bench.left_out()
    assert "odd: ends-early: no loss at 6,400 examples was recorded" in said
    assert "odd: not-finite: its loss at 6,400 examples is nan: no positive number" in said
    assert "memory<=8GiB: unlisted: its size is unknown" in said


def test_nan_and_infinity_are_no_scores(catalog: Catalog) -> None:
    found = report(catalog, "no-numbers")
    unranked = {row.model: row for row in found.strata[0].ranking if row.rank is None}
    assert set(unranked) == {"unlisted", "own-sizes", "ends-early"}
    assert all(NOT_A_NUMBER in row.notes for row in unranked.values())
    assert all(row.score is None for row in unranked.values())
    assert all(row.predicted_loss is None for row in found.strata[0].ranking)
