from __future__ import annotations

import json
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from audition import hookimpl
from audition.bench import (
    ALL,
    Bench,
    Contestant,
    RecordedTask,
    Row,
    make_contestants,
    memory_filter,
    open_recorded_task,
    recorded_tasks,
    size_filter,
)
from audition.bench.printing import print_rows
from audition.errors import BudgetExceeded, UsageError
from audition.plugins.catalog import Catalog
from audition.plugins.loading import load_plugins
from audition.testing import power_law, toy_curve, toy_model
from audition.types import ModelShape, Point, Ranking, Score, SelectorEntry, TaskEntry, TaskSpec

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

    from audition.types import LossCurve, ModelSpec, TaskOptions
    from audition.types.protocols import SelectionProblem, Selector, TaskLoader

SIZES = (200, 400, 800, 1600)  # D_full is 1600
# at 200 examples "early" is ahead, in the end "late" is
LOSSES = {"early": power_law(4, 0.1), "late": power_law(20, 0.4), "poor": power_law(30, 0.3)}
SPEC = TaskSpec(name="toy", description="made up", n_test=10, tokens_per_example=2.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LossAt:
    """Scores a model by its loss at one size."""

    size: int

    def plan(self, sizes: tuple[int, ...]) -> tuple[int, ...]:
        return (self.size,)

    def select(self, problem: SelectionProblem, rng: np.random.Generator) -> Ranking:
        points = [Point(candidate.name, self.size) for candidate in problem.candidates]
        return Ranking.from_scores(map(Score.of_measured, problem.measure(points)))


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlyTheFirst:
    """Measures one size of one model; the others have no score."""

    def select(self, problem: SelectionProblem, rng: np.random.Generator) -> Ranking:
        first, *rest = sorted(candidate.name for candidate in problem.candidates)
        (observation,) = problem.measure([Point(first, problem.sizes[0])])
        return Ranking.from_scores([Score.of_measured(observation), *(Score(model=name, score=None) for name in rest)])


def models() -> tuple[ModelSpec, ...]:
    return tuple(toy_model(name, n_params=1000 * place) for place, name in enumerate(LOSSES, start=1))


def task() -> RecordedTask:
    curves = tuple(toy_curve(name, loss, SIZES, task="toy") for name, loss in LOSSES.items())
    return RecordedTask(name="toy", models=models(), curves=curves, spec=SPEC)


def rows_of(selector: Selector, ratio: str = "1/4", **changes: Any) -> list[Row]:  # noqa: ANN401
    contestant = Contestant(name="mine", options=(), selector=selector, plugin="ada", version="1.0")
    bench = Bench(
        **{"tasks": [task()], "ratios": [Fraction(ratio)], "contestants": [contestant], "strata": [ALL], **changes}
    )
    return list(bench.rows())


def test_a_cell_is_judged_by_the_losses_after_full_fine_tuning() -> None:
    (row,) = rows_of(LossAt(size=200))
    assert (row.selected, row.n_models, row.d_full) == ("early", 3, 1600)
    full = {name: loss(1600) for name, loss in LOSSES.items()}
    assert row.quality.regret == pytest.approx(full["early"] - full["late"])
    assert row.quality.rel_acc == pytest.approx((full["poor"] - full["early"]) / (full["poor"] - full["late"]))
    assert (row.quality.top1, row.quality.top3) == (False, True)


def test_the_full_loss_itself_selects_perfectly() -> None:
    (row,) = rows_of(LossAt(size=1600), ratio="1")
    assert row.quality.pear_corr == pytest.approx(1.0)
    assert (row.quality.rel_acc, row.quality.regret) == (1.0, 0.0)


def test_a_row_names_what_made_it(catalog: Catalog) -> None:
    bench = Bench(
        tasks=[replace(open_recorded_task(catalog, "toy"), made_with="audition 9; toys 1")],
        ratios=[Fraction(1, 4)],
        contestants=make_contestants(catalog, ["first"]),
        strata=[ALL],
        seed=3,
    )
    (row,) = bench.rows()
    (record,) = catalog.plugins.records
    assert (row.definition, row.made_with, row.seed) == (record.definition, "audition 9; toys 1", 3)
    assert record.definition.startswith("toys sha256:")


def test_the_fingerprint_of_a_task_is_of_its_losses_alone(catalog: Catalog) -> None:
    opened = open_recorded_task(catalog, "toy")
    renamed = tuple(replace(curve, source="elsewhere") for curve in reversed(opened.curves))
    assert replace(opened, curves=renamed, spec=None).fingerprint == opened.fingerprint
    first, *rest = opened.curves
    changed = (replace(first, loss=(*first.loss[:-1], 0.5)), *rest)
    assert replace(opened, curves=changed).fingerprint != opened.fingerprint


def test_a_task_names_the_plugins_of_its_curves_models_and_itself(catalog: Catalog) -> None:
    (record,) = catalog.plugins.records
    audition, toys = open_recorded_task(catalog, "toy").made_with.split("; ")
    assert audition.startswith("audition ")
    assert toys == record.definition


def test_no_selector_sees_beyond_the_ratio() -> None:
    with pytest.raises(BudgetExceeded):
        rows_of(LossAt(size=800), ratio="1/4")


def test_the_receipt_says_what_was_spent() -> None:
    (row,) = rows_of(LossAt(size=400))
    assert (row.n_samples, row.n_samples_spent) == (3 * 400, 3 * 400)
    # 6·N·tokens·n_samples, N = 1000, 2000, 3000
    assert row.flops == row.flops_spent == 6 * 2.0 * 400 * 6000


def test_zero_shot_costs_a_forward_pass_over_the_test_set() -> None:
    (row,) = rows_of(LossAt(size=0))
    assert row.n_samples == row.n_samples_spent == 0
    assert row.flops_spent == 2 * 2.0 * 10 * 6000


def test_a_selector_that_stops_early_spends_less_than_the_paper_counts() -> None:
    (row,) = rows_of(OnlyTheFirst(), ratio="1/2")
    assert (row.n_samples, row.n_samples_spent) == (800 + 400 + 200, 800), "all sizes of the one model it auditioned"


def test_candidates_without_a_score_leave_pear_corr_undefined() -> None:
    (row,) = rows_of(OnlyTheFirst())
    assert row.quality.pear_corr is None
    assert row.quality.rel_acc is not None


def test_flops_are_unknown_where_the_lengths_of_examples_are() -> None:
    unknown = RecordedTask(name="toy", models=models(), curves=task().curves, spec=None)
    (row,) = rows_of(LossAt(size=400), tasks=[unknown])
    assert (row.flops, row.flops_spent, row.n_samples) == (None, None, 1200)


def test_a_stratum_judges_among_its_own_models() -> None:
    all_of_them, small = rows_of(LossAt(size=200), strata=[ALL, size_filter("2.5e3")])
    assert (all_of_them.stratum, all_of_them.n_models) == ("all", 3)
    assert (small.stratum, small.n_models) == ("params<2.5e3", 2)
    assert small.quality.rel_acc == 0.0, "of early and late, early is the worst"


def test_a_stratum_without_models_has_a_row_without_metrics() -> None:
    (row,) = rows_of(LossAt(size=200), strata=[size_filter("10")])
    assert (row.n_models, row.selected, row.quality.rel_acc, row.n_samples) == (0, None, None, 0)


def test_memory_strata_follow_the_estimate() -> None:
    # the states of 1.4 G parameters take 16 bytes each: 21 GiB, and activations besides
    stratum = memory_filter("24GB")
    assert stratum.name == "memory<=24GiB"
    shape = ModelShape(n_layers=2, d_model=256, n_heads=4, d_head=64, d_ff=1024, n_vocab=1000)
    assert stratum.admits(toy_model("small", n_params=1_000_000_000, shape=shape))
    assert not stratum.admits(toy_model("large", n_params=1_600_000_000, shape=shape))
    assert not stratum.admits(toy_model("of unknown shape", n_params=1_000_000_000))
    assert not stratum.admits(replace(toy_model("unknown"), n_params=None))


@pytest.mark.parametrize("limit", ["many", "-1", "0", "inf", "nan"])
def test_a_limit_of_parameters_is_a_positive_number(limit: str) -> None:
    with pytest.raises(UsageError, match=f"must be a positive number such as 1.9e9, got '{limit}'"):
        size_filter(limit)


def never(name: str, options: TaskOptions) -> TaskLoader:
    raise AssertionError("a replay opens no task")


class Toys:
    """A plugin with a task, its models and curves, and two selectors."""

    @hookimpl
    def audition_models(self) -> list[ModelSpec]:
        return [*models(), toy_model("without-a-curve")]

    @hookimpl
    def audition_tasks(self) -> list[TaskEntry]:
        return [TaskEntry(name=name, open=never, spec=replace(SPEC, name=name)) for name in ("toy", "bare")]

    @hookimpl
    def audition_curves(self, task: str) -> list[LossCurve]:
        return [toy_curve(name, loss, SIZES, task="toy") for name, loss in LOSSES.items()] if task == "toy" else []

    @hookimpl
    def audition_selectors(self) -> list[SelectorEntry]:
        return [
            SelectorEntry(name="loss-at", make=LossAt, summary="one size", aliases=("LossAt",)),
            SelectorEntry(name="first", make=OnlyTheFirst, summary="one model"),
        ]


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog(load_plugins(path=[str(tmp_path / "nowhere")], extra={"toys": Toys()}))


def test_tasks_are_those_with_recorded_curves_at_every_ratio(catalog: Catalog) -> None:
    assert [task.name for task in recorded_tasks(catalog, [Fraction(1, 8)])] == ["toy"]
    with pytest.raises(UsageError, match="no listed task has recorded curves at ratios 1/8, 1/16"):
        recorded_tasks(catalog, [Fraction(1, 8), Fraction(1, 16)])


def test_a_task_has_the_models_that_have_a_curve(catalog: Catalog) -> None:
    assert [model.name for model in open_recorded_task(catalog, "toy").models] == list(LOSSES)


def test_every_selector_takes_the_options_it_knows(catalog: Catalog) -> None:
    first, loss_at = sorted(make_contestants(catalog, options=["size=200"]), key=lambda contestant: contestant.name)
    assert (first.options, loss_at.options) == ((), ("size=200",))
    assert loss_at.selector == LossAt(size=200)


def test_a_name_and_its_alias_are_one_contestant(catalog: Catalog) -> None:
    assert len(make_contestants(catalog, ["loss-at", "LossAt"], ["size=200"])) == 1


@pytest.mark.parametrize(
    ("names", "options", "message"),
    [
        (["loss-at"], ["sice=200"], "selector 'loss-at' has no option 'sice'; known: size"),
        ([], ["sice=200"], "none of loss-at, first takes option 'sice=200'"),
        (["loss-at"], ["size=many"], "option 'size' of 'loss-at' must be a whole number, got 'many'"),
        (["worst"], [], "no selector called 'worst'"),
    ],
)
def test_a_wrong_selector_or_option_is_said(
    catalog: Catalog, names: list[str], options: list[str], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        make_contestants(catalog, names, options)


def test_json_has_fractions_and_nulls() -> None:
    (record,) = json.loads(print_rows(rows_of(OnlyTheFirst()), "json"))
    assert (record["ratio"], record["pear_corr"], record["plugin"]) == ("1/4", None, "ada")
    assert 0 <= record["rel_acc"] <= 1
    assert list(record)[:4] == ["task", "ratio", "selector", "options"]


def test_csv_has_a_line_a_row_and_nothing_where_a_metric_is_undefined() -> None:
    header, line = print_rows(rows_of(OnlyTheFirst()), "csv").splitlines()
    record = dict(zip(header.split(","), line.split(","), strict=True))
    assert (record["pear_corr"], record["top1"]) == ("", "false")


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_tables_show_percent_and_dashes(form: Any) -> None:  # noqa: ANN401 - one of the formats
    text = print_rows(rows_of(OnlyTheFirst()), form)
    assert "RelAcc %" in text
    assert "–" in text
