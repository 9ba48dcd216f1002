from __future__ import annotations

import pytest

from audition.training.metrics import score


def test_chrf_is_the_f2_measure_of_character_n_grams() -> None:
    # 1-grams: 2/2 and 2/3; 2-grams: 1/1 and 1/2; the prediction has no longer ones: P = 1, R = 7/12, F2 = 5PR/(4P + R)
    assert score("chrf", ["ab"], ["abc"])["chrf"] == pytest.approx(100 * 5 * (7 / 12) / (4 + 7 / 12))


def test_bleu_splits_chinese_by_character() -> None:
    # 7 characters: 6/7 single, 4/6 pairs, 2/5 triples, 1/4 quadruples are shared; no brevity penalty
    bleu = score("chrf", ["今天天气不好。"], ["今天天气很好。"])["bleu"]
    assert bleu == pytest.approx(100 * (6 / 7 * 4 / 6 * 2 / 5 * 1 / 4) ** 0.25)


def test_bleu_splits_other_text_by_word() -> None:
    # 5 words: 4/5, 3/4, 2/3, 1/2 are shared
    bleu = score("chrf", ["he went home very early"], ["he went home very late"])["bleu"]
    assert bleu == pytest.approx(100 * (4 / 5 * 3 / 4 * 2 / 3 * 1 / 2) ** 0.25)
