"""ROUGE as an `evaluate` module: it also loads by path, `evaluate.load(".../rouge.py")`, so it imports nothing of ours.

Imported where it is used alone: `evaluate` takes seconds. One import a line, since `evaluate` scans the text for them.
"""

from __future__ import annotations

import datasets
import evaluate
from rouge_score import rouge_scorer

_KINDS = ("rouge1", "rouge2", "rougeL")


class Rouge(evaluate.Metric):  # type: ignore[misc]  # evaluate ships no types
    """F-measures of shared words, word pairs and longest common subsequences, stemmed, mean over examples, 0 to 100.

    Words are runs of Latin letters and digits: text in other scripts scores 0.
    """

    def _info(self) -> evaluate.MetricInfo:
        return evaluate.MetricInfo(
            description="ROUGE-1, ROUGE-2 and ROUGE-L, F-measure.",
            citation="Lin 2004, ROUGE: A Package for Automatic Evaluation of Summaries",
            features=datasets.Features(
                {"predictions": datasets.Value("string"), "references": datasets.Value("string")}
            ),
        )

    def _compute(self, predictions: list[str], references: list[str]) -> dict[str, float]:
        scorer = rouge_scorer.RougeScorer(_KINDS, use_stemmer=True)
        scores = [
            scorer.score(target=wanted, prediction=got) for got, wanted in zip(predictions, references, strict=True)
        ]
        return {kind: 100 * sum(score[kind].fmeasure for score in scores) / len(scores) for kind in _KINDS}
