"""Scores of candidates, and their order."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from audition.types.measurements import Observation, Status

#: what is odd about a candidate's measurements (`audition.curves.checks`). These leave a doubt: "rises", losses do not
#: fall with more data; "spikes", one is far out of line; "no-freedom", a law with as many parameters as points;
#: "far-below", a prediction below half of what was measured. These say how to read it: "flat", nothing changes;
#: "steepens", each doubling gains more than the one before; "plateau", it fell, and hardly falls now; "unseen", before
#: any training the model does worse than guessing bytes, so that its interval is not reliable
Flag = Literal["rises", "spikes", "no-freedom", "far-below", "flat", "steepens", "plateau", "unseen"]
READING = frozenset({"flat", "steepens", "plateau", "unseen"})  #: flags that leave no doubt about who is first
NOT_A_NUMBER = "its score is not a number"  #: the note of a score that was NaN or infinite


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What a selector says of one candidate."""

    model: str
    score: float | None  #: higher is better; None: not ranked
    predicted_loss: float | None = None  #: at D_full, in the problem's loss unit
    status: Status = "ok"
    notes: tuple[str, ...] = ()  #: what a reader should know, such as "only 2 of k = 3 points"
    flags: tuple[Flag, ...] = ()  #: why its prediction is not to be relied on
    interval: tuple[float, float] | None = None  #: that holds the loss at D_full with probability 0.8; None: unknown
    error_one_back: float | None = None  #: predicted / measured − 1 of the last point, from those before it

    @classmethod
    def of_measured(cls, observation: Observation) -> Score:
        """Return the score of a selector that takes a measured loss as it is: minus the loss, null if it failed."""
        loss = observation.loss
        notes = (observation.message,) if observation.message else ()
        return cls(
            model=observation.model, score=None if loss is None else -loss, status=observation.status, notes=notes
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedModel:
    """A candidate's place: `rank` 1 is best, None has no score."""

    rank: int | None
    model: str
    status: Status
    score: float | None
    predicted_loss: float | None
    notes: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = ()  #: what is odd about its measurements, or about the fit to them
    interval: tuple[float, float] | None = None  #: that holds the loss at D_full with probability 0.8
    error_one_back: float | None = None  #: predicted / measured − 1 of the last point, from those before it


@dataclass(frozen=True, slots=True)
class Ranking:
    """All candidates, best first; those without a score last, in the order they came."""

    models: tuple[RankedModel, ...]

    @classmethod
    def from_scores(cls, scores: Iterable[Score]) -> Ranking:
        """Rank by score, higher first; equal scores by name, so that the order of candidates does not matter.

        NaN and infinity are no scores: such a candidate is last, with a note. No more are they predicted losses.
        """

        def key(score: Score) -> tuple[bool, float, str]:
            return (score.score is None, -(score.score or 0.0), score.model)

        ordered = sorted(map(_with_numbers_only, scores), key=key)
        return cls(
            tuple(
                RankedModel(
                    rank=None if score.score is None else place,
                    model=score.model,
                    status=score.status,
                    score=score.score,
                    predicted_loss=score.predicted_loss,
                    notes=score.notes,
                    flags=score.flags,
                    interval=score.interval,
                    error_one_back=score.error_one_back,
                )
                for place, score in enumerate(ordered, start=1)
            )
        )

    @property
    def best(self) -> RankedModel | None:
        """Return the winner, or None when no candidate has a score."""
        return self.models[0] if self.models and self.models[0].rank else None


def _with_numbers_only(score: Score) -> Score:
    """Return `score` with None for what is NaN or infinite, and a note where that was the score itself.

    An interval is positive, and holds the loss that is predicted.
    """
    if score.predicted_loss is not None and not math.isfinite(score.predicted_loss):
        score = replace(score, predicted_loss=None)
    if score.error_one_back is not None and not math.isfinite(score.error_one_back):
        score = replace(score, error_one_back=None)
    if score.interval is not None and not is_interval(score.interval, score.predicted_loss):
        score = replace(score, interval=None)
    if score.score is None or math.isfinite(score.score):
        return score
    return replace(score, score=None, notes=(*score.notes, NOT_A_NUMBER))


def is_interval(interval: tuple[float, float], predicted: float | None) -> bool:
    """Return whether an interval is positive, finite, and holds the loss that is predicted."""
    low, high = interval
    return predicted is not None and 0 < low <= predicted <= high < math.inf
