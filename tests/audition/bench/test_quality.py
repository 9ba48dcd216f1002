from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from audition.bench.quality import Quality, kendall, pear_corr, quality, regret, rel_acc, spearman, top_k_hit

LOSSES = [1.0, 2.0, 4.0, 3.0]
worlds = st.lists(st.floats(0.1, 10), min_size=3, max_size=12, unique=True)


def test_pear_corr_is_the_correlation_with_minus_the_loss() -> None:
    # scores −1, −3, −2 and performance −1, −2, −3: centred (1, −1, 0) and (1, 0, −1), so 1 / √(2·2)
    assert pear_corr([-1, -3, -2], [1, 2, 3]) == pytest.approx(0.5)


def test_spearman_uses_mean_ranks_for_equal_scores() -> None:
    # ranks of scores 3.5, 3.5, 1, 2 and of performance 4, 3, 1, 2: 4.5 / √(4.5·5)
    assert spearman([9, 9, 0, 1], LOSSES) == pytest.approx(4.5 / math.sqrt(4.5 * 5))


def test_kendall_discounts_ties() -> None:
    # of six pairs five agree and one is tied in the scores: 5 / √(5·6)
    assert kendall([9, 9, 0, 1], LOSSES) == pytest.approx(5 / math.sqrt(5 * 6))


def test_kendall_counts_pairs_in_the_wrong_order() -> None:
    assert kendall([3, 2, 1], [1, 3, 2]) == pytest.approx((2 - 1) / 3)


def test_rel_acc_and_regret_look_at_the_selected_candidate_alone() -> None:
    scores = [0, 9, 1, 2]  # selects the second: loss 2 between 1 and 4
    assert rel_acc(scores, LOSSES) == pytest.approx(2 / 3)
    assert regret(scores, LOSSES) == pytest.approx(1.0)


def test_of_equal_scores_the_first_is_selected() -> None:
    assert regret([5, 5, 5], [2.0, 1.0, 3.0]) == 1.0


@pytest.mark.parametrize(("k", "hit"), [(1, False), (2, True), (3, True)])
def test_top_k_counts_those_that_are_really_better(k: int, hit: bool) -> None:
    assert top_k_hit([0, 9, 1, 2], LOSSES, k) is hit


def test_a_tie_with_the_best_is_a_hit() -> None:
    assert top_k_hit([0, 9, 1], [1.0, 1.0, 2.0], 1) is True


def test_candidates_without_a_score_count_in_the_pool_and_are_ranked_last() -> None:
    scores = [None, 5.0, None, 4.0]
    assert pear_corr(scores, LOSSES) is None
    assert rel_acc(scores, LOSSES) == pytest.approx(2 / 3), "the best of all has no score, the worst neither"
    # ranks 1.5, 4, 1.5, 3 against 4, 3, 1, 2: covariance 0.5 over √(4.5·5)
    assert spearman(scores, LOSSES) == pytest.approx(0.5 / math.sqrt(4.5 * 5))


def test_constant_scores_have_no_correlation() -> None:
    got = quality([1.0, 1.0, 1.0], [1.0, 2.0, 3.0])
    assert (got.pear_corr, got.spearman, got.kendall) == (None, None, None)


def test_an_infinite_score_is_ranked_but_correlates_with_nothing() -> None:
    got = quality([math.inf, 1.0, 0.0], [1.0, 2.0, 3.0])
    assert got.pear_corr is None
    assert got.spearman == pytest.approx(1.0)
    assert got.top1


@pytest.mark.parametrize("scores", [[], [None, None]], ids=["nobody", "nobody scored"])
def test_without_a_selected_candidate_everything_is_undefined(scores: list[float | None]) -> None:
    assert quality(scores, [1.0, 2.0][: len(scores)]) == Quality(
        pear_corr=None, rel_acc=None, spearman=None, kendall=None, regret=None, top1=None, top3=None
    )


def test_rel_acc_is_undefined_where_all_end_alike() -> None:
    got = quality([1.0], [2.0])
    assert (got.rel_acc, got.regret, got.top1) == (None, 0.0, True)


@given(worlds)
def test_a_perfect_selector_has_perfect_metrics(losses: list[float]) -> None:
    got = quality([-loss for loss in losses], losses)
    assert (got.rel_acc, got.regret, got.top1, got.top3) == (1.0, 0.0, True, True)
    assert [got.pear_corr, got.spearman, got.kendall] == pytest.approx([1, 1, 1])


@given(worlds)
def test_the_opposite_of_a_perfect_selector_has_the_worst_metrics(losses: list[float]) -> None:
    got = quality(losses, losses)
    assert got.rel_acc == 0.0
    assert [got.pear_corr, got.spearman, got.kendall] == pytest.approx([-1, -1, -1])


@given(worlds)
def test_ranks_survive_any_increasing_change_of_the_scores(losses: list[float]) -> None:
    scores = sorted(losses, key=lambda loss: (loss * 7919) % 1)
    changed = [score**3 + 1 for score in scores]
    assume(len(set(changed)) == len(changed))
    before, after = quality(scores, losses), quality(changed, losses)
    assert after.spearman == pytest.approx(before.spearman)
    assert after.kendall == pytest.approx(before.kendall)
    assert (after.rel_acc, after.regret) == (before.rel_acc, before.regret)


@given(worlds, st.floats(0.1, 100), st.floats(-100, 100))
def test_pear_corr_survives_a_change_of_unit(losses: list[float], scale: float, shift: float) -> None:
    assume(max(losses) - min(losses) > 1e-3)
    scores = [math.sin(7 * loss) for loss in losses]
    assume(max(scores) - min(scores) > 1e-3)
    assert pear_corr([scale * score + shift for score in scores], losses) == pytest.approx(
        pear_corr(scores, losses), abs=1e-6
    )


@given(worlds)
def test_metrics_agree_with_scipy(losses: list[float]) -> None:
    scores = [round(math.sin(7 * loss), 1) for loss in losses]  # with ties
    assume(len(set(scores)) > 1)
    performance = [-loss for loss in losses]
    assert spearman(scores, losses) == pytest.approx(float(stats.spearmanr(scores, performance).statistic))
    assert kendall(scores, losses) == pytest.approx(float(stats.kendalltau(scores, performance).statistic))
