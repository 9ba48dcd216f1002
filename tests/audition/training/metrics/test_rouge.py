from __future__ import annotations

import pytest

from audition.training.metrics import score


def test_rouge_is_the_mean_f_measure_in_percent() -> None:
    # words: precision 2/2, recall 2/3; pairs: 1/1, 1/2; then an exact match
    values = score("rouge", ["the cat", "a dog"], ["the cat sat", "a dog"])
    assert values == pytest.approx({"rouge1": (80 + 100) / 2, "rouge2": (200 / 3 + 100) / 2, "rougeL": (80 + 100) / 2})


def test_rouge_l_counts_words_in_order() -> None:
    # the longest common subsequence is one word of two; both words are shared
    values = score("rouge", ["cat the"], ["the cat"])
    assert (values["rouge1"], values["rouge2"], values["rougeL"]) == pytest.approx((100, 0, 50))


def test_rouge_compares_stems() -> None:
    assert score("rouge", ["reading archives"], ["reads archive"])["rouge2"] == pytest.approx(100)
