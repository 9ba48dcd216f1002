"""What generated text is worth: ROUGE for summaries, chrF and BLEU for translations. Nothing is fetched at run time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audition.errors import unknown_name

if TYPE_CHECKING:
    from collections.abc import Sequence

METRICS = ("chrf", "rouge")


def score(metric_name: str, predictions: Sequence[str], references: Sequence[str]) -> dict[str, float]:
    """Return the values of a metric, 0 to 100, higher is better; one reference a prediction.

    "rouge" gives rouge1, rouge2 and rougeL; "chrf" gives chrf and bleu.

    Raises:
        UsageError: there is no such metric.
    """
    metric = _metric(metric_name)
    values: dict[str, float] = metric.compute(predictions=list(predictions), references=list(references))
    return values


def _metric(name: str) -> Any:  # noqa: ANN401 - an evaluate.Metric, which ships no types
    if name not in METRICS:
        raise unknown_name("metric", name, METRICS)
    if name == "chrf":
        from audition.training.metrics.chrf import ChrfAndBleu

        return ChrfAndBleu(keep_in_memory=True)
    from audition.training.metrics.rouge import Rouge

    return Rouge(keep_in_memory=True)
