from __future__ import annotations

import pytest

from audition_plugins.objectives import audition_objectives, bleu


def test_bleu_is_that_of_papineni_on_a_corpus_of_one() -> None:
    # 4 of 5 words, 3 of 4 pairs, 2 of 3 triples, 1 of 2 quadruples are shared, and both have five words
    shares = (4 / 5, 3 / 4, 2 / 3, 1 / 2)
    expected = 100 * (shares[0] * shares[1] * shares[2] * shares[3]) ** 0.25
    assert bleu(["the cat sat down here"], ["the cat sat down there"]) == pytest.approx(expected)


def test_chinese_is_split_by_character() -> None:
    assert bleu(["打开文件对话框"], ["打开文件对话框"]) == pytest.approx(100)


def test_it_is_offered_by_its_name() -> None:
    assert [entry.name for entry in audition_objectives()] == ["bleu"]
