"""What a selection may rank by instead of the loss: values of 0 to 100, higher is better."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition.training.metrics import score

if TYPE_CHECKING:
    from collections.abc import Sequence

OF_LABELS = frozenset({"accuracy", "f1"})  #: by the likelihood of each label; the others look at generated text
FLOOR = 0.0025  #: an error is no smaller: half an example of 200. A law has no place for zero


def value_of(objective: str, predictions: Sequence[str], references: Sequence[str]) -> float:
    """Return "rouge-l", "chrf" or "exact-match" (of texts without the space around them) of generated text."""
    if objective == "rouge-l":
        return score("rouge", predictions, references)["rougeL"]
    if objective == "chrf":
        return score("chrf", predictions, references)["chrf"]
    same = sum(got.strip() == wanted.strip() for got, wanted in zip(predictions, references, strict=True))
    return 100 * same / len(references)


def classification(predictions: Sequence[str], references: Sequence[str]) -> dict[str, float]:
    """Return accuracy, and F1 as the mean over the labels that occur in either."""
    pairs = list(zip(predictions, references, strict=True))
    scores = []
    for label in sorted({*predictions, *references}):
        hits = sum(got == wanted == label for got, wanted in pairs)
        said, there = sum(got == label for got, _ in pairs), sum(wanted == label for _, wanted in pairs)
        scores.append(2 * hits / (said + there))
    accuracy = 100 * sum(got == wanted for got, wanted in pairs) / len(pairs)
    return {"accuracy": accuracy, "f1": 100 * sum(scores) / len(scores)}


def error_of(value: float) -> float:
    """Return 1 − the value as a share, and at least `FLOOR`."""
    return max(1 - value / 100, FLOOR)
