from __future__ import annotations

import pytest

from audition.bench import (
    ALL,
    size_filter,
)
from audition.errors import BudgetExceeded
from worlds.bench_cells import LOSSES, LossAt, OnlyTheFirst, rows_of


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


def test_a_stratum_judges_among_its_own_models() -> None:
    all_of_them, small = rows_of(LossAt(size=200), strata=[ALL, size_filter("2.5e3")])
    assert (all_of_them.stratum, all_of_them.n_models) == ("all", 3)
    assert (small.stratum, small.n_models) == ("params<2.5e3", 2)
    assert small.quality.rel_acc == 0.0, "of early and late, early is the worst"


def test_a_stratum_without_models_has_a_row_without_metrics() -> None:
    (row,) = rows_of(LossAt(size=200), strata=[size_filter("10")])
    assert (row.n_models, row.selected, row.quality.rel_acc, row.n_samples) == (0, None, None, 0)
