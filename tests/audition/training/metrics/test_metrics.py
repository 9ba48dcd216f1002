from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import audition.training.metrics
from audition.errors import UsageError
from audition.training.metrics import metric_for, score


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


def test_nothing_in_common_scores_zero() -> None:
    assert set(score("rouge", ["abc"], ["xyz"]).values()) == {0}
    assert score("chrf", ["abc"], ["xyz"])["chrf"] == 0


def test_unknown_metric_is_refused() -> None:
    with pytest.raises(UsageError, match=r"no metric called 'rogue'. Did you mean rouge\?"):
        score("rogue", ["a"], ["a"])


@pytest.mark.slow  # evaluate takes seconds to import, here once more
@pytest.mark.parametrize("name", ["rouge", "chrf"])
def test_module_loads_by_path_without_the_network(name: str, tmp_path: Path) -> None:
    path = Path(audition.training.metrics.__file__).with_name(f"{name}.py")
    program = f"""
import evaluate
print(evaluate.load({str(path)!r}, keep_in_memory=True).compute(predictions=["one two"], references=["one two"]))
"""
    environment = {**os.environ, "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"}
    finished = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert "100" in finished.stdout


@pytest.mark.parametrize(
    ("usual", "references", "chosen"),
    [
        ("rouge", ["the sea", "der Fluß"], "rouge"),
        ("rouge", ["大海", "河流 2"], "chrf"),
        ("rouge", ["море", "the river Don"], "rouge"),
        ("rouge", ["море", "река"], "chrf"),
        ("rouge", ["42", "7"], "rouge"),
        ("chrf", ["the sea"], "chrf"),
    ],
)
def test_a_metric_that_sees_less_than_half_of_the_letters_gives_way(
    usual: str, references: list[str], chosen: str
) -> None:
    name, reason = metric_for(usual, references)
    assert name == chosen
    assert bool(reason) is (name != usual)


def test_what_takes_the_place_of_rouge_knows_equal_chinese() -> None:
    name, reason = metric_for("rouge", ["大海", "河流"])
    assert reason == "ROUGE sees 0% of the targets' letters, those from a to z"
    assert score(name, ["大海", "河流"], ["大海", "河流"])["chrf"] == 100
