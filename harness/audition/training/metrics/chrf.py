"""chrF and BLEU as an `evaluate` module: it also loads by path, so it imports nothing of ours.

Imported where it is used alone: `evaluate` takes seconds. One import a line, since `evaluate` scans the text for them.
"""

from __future__ import annotations

import re

import datasets
import evaluate
import sacrebleu

_CHINESE = re.compile("[\u4e00-\u9fff]")


class ChrfAndBleu(evaluate.Metric):  # type: ignore[misc]  # evaluate ships no types
    """Corpus scores of sacrebleu, 0 to 100: shared character n-grams, and shared word n-grams.

    BLEU splits references with Chinese characters by character ("zh"), all others as "13a" does.
    """

    def _info(self) -> evaluate.MetricInfo:
        return evaluate.MetricInfo(
            description="chrF (β = 2, n-grams of up to 6 characters) and BLEU.",
            citation="Popović 2015, chrF; Post 2018, A Call for Clarity in Reporting BLEU Scores",
            features=datasets.Features(
                {"predictions": datasets.Value("string"), "references": datasets.Value("string")}
            ),
        )

    def _compute(self, predictions: list[str], references: list[str]) -> dict[str, float]:
        tokenize = "zh" if any(map(_CHINESE.search, references)) else "13a"
        return {
            "chrf": sacrebleu.corpus_chrf(predictions, [references]).score,
            "bleu": sacrebleu.corpus_bleu(predictions, [references], tokenize=tokenize).score,
        }
