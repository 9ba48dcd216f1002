"""What generated text is worth: ROUGE, chrF and BLEU. Nothing is fetched at run time. Private."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audition.errors import unknown_name

if TYPE_CHECKING:
    from collections.abc import Sequence

METRICS = ("chrf", "rouge")
_LEAST_SEEN = 0.5  #: of the letters of the references; ROUGE is blind to the others


def score(metric_name: str, predictions: Sequence[str], references: Sequence[str]) -> dict[str, float]:
    """Return the values of a metric, 0 to 100, higher is better; one reference a prediction.

    "rouge" gives rouge1, rouge2 and rougeL; "chrf" gives chrf and bleu.

    Raises:
        UsageError: there is no such metric.
    """
    metric = _metric(metric_name)
    values: dict[str, float] = metric.compute(predictions=list(predictions), references=list(references))
    return values


def seen_by_rouge(references: Sequence[str]) -> float:
    """Return the share of the letters that ROUGE sees, which is those from a to z; 1 where there are no letters."""
    letters = [letter for text in references for letter in text.lower() if letter.isalpha()]
    return sum("a" <= letter <= "z" for letter in letters) / len(letters) if letters else 1.0


def metric_for(usual: str, references: Sequence[str]) -> tuple[str, str]:
    """Return the metric that can see `references`, and why it is not the `usual` one; "" where it is.

    ROUGE counts words of Latin letters alone: of two equal Chinese texts it says 0.
    """
    seen = seen_by_rouge(references)
    if usual != "rouge" or seen >= _LEAST_SEEN:
        return usual, ""
    return "chrf", f"ROUGE sees {seen:.0%} of the targets' letters, those from a to z"


def _metric(name: str) -> Any:  # noqa: ANN401 - an evaluate.Metric, which ships no types
    if name not in METRICS:
        raise unknown_name("metric", name, METRICS)
    if name == "chrf":
        from audition.training.metrics.chrf import ChrfAndBleu

        return ChrfAndBleu(keep_in_memory=True)
    from audition.training.metrics.rouge import Rouge

    return Rouge(keep_in_memory=True)
