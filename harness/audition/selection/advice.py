"""One plain sentence: which candidate to take, whether the first ones are too close to call, and what is doubtful."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from audition.curves.checks import NOISY, by_model, check_measured, check_row
from audition.laws import LogLogLine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from audition.curves.checks import Finding
    from audition.types import Observation, RankedModel


@dataclass(frozen=True, slots=True)
class Noise:
    """How much log loss varies for no reason that matters: one standard deviation."""

    std: float
    label: Literal["measured", "estimated"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What to do, in words, and the model that they name."""

    sentence: str
    model: str | None  #: to fine-tune: the first that nothing speaks against; None: there is none


def seed_noise(observations: Sequence[Observation]) -> Noise | None:
    """Return the noise of one measurement.

    With several seeds it is measured: the pooled deviation over seeds. With one it is estimated from above, by the
    scatter of each candidate's points about their own log-log line. Candidates whose losses rise, or of which one is
    out of line, are left out. None where neither is possible.
    """
    odd = {
        model
        for model, findings in check_measured(observations).items()
        if any(finding.flag in NOISY for finding in findings)
    }
    even = [observation for observation in observations if observation.model not in odd]
    spreads = [
        (observation.spread / observation.loss) ** 2
        for observation in even
        if observation.spread is not None and observation.loss
    ]
    if spreads:
        return Noise(math.sqrt(sum(spreads) / len(spreads)), "measured")
    curves: dict[str, list[Observation]] = defaultdict(list)
    for observation in even:
        if observation.loss is not None and observation.n_samples:
            curves[observation.model].append(observation)
    squares, freedom = 0.0, 0
    for points in curves.values():
        if len(points) > 2:  # a line through two points has no scatter
            line = LogLogLine.fit([o.n_samples for o in points], [o.loss for o in points if o.loss is not None])
            squares += len(points) * line.residual_std**2
            freedom += len(points) - 2
    return Noise(math.sqrt(squares / freedom), "estimated") if freedom else None


def close_calls(ranking: Sequence[RankedModel], noise: Noise, n_seeds: int) -> tuple[RankedModel, ...]:
    """Return the candidates after the first whose score is within two standard errors of its difference to the best.

    Scores are minus a loss, so that their ratio is a difference of log losses.
    """
    if not ranking or ranking[0].rank is None or not ranking[0].score:
        return ()
    limit = 2 * math.sqrt(2 / max(1, n_seeds)) * noise.std
    best = math.log(-ranking[0].score)
    return tuple(row for row in ranking[1:] if row.rank and row.score and math.log(-row.score) - best < limit)


def advise(ranking: Sequence[RankedModel], observations: Sequence[Observation], *, can_recheck: bool = False) -> Advice:
    """Return what goes under the table.

    A winner whose measurements are odd, or whose prediction they do not bear, is not recommended: the next without
    such doubts is named.

    Args:
        ranking: best first.
        observations: all that were made for it.
        can_recheck: whether `--recheck` could measure again what is out of line.
    """
    ranked = [row for row in ranking if row.rank is not None]
    if not ranked:
        return Advice(sentence="No candidate could be ranked; the table says why for each.", model=None)
    best, *others = ranked
    own = by_model(observations)
    doubts = _doubts(best, own)
    if not doubts:
        return Advice(sentence=f"{_take(best)} {_lead(ranked, observations)}", model=best.model)
    said = f"No confident recommendation: {best.model} is first, but "
    said += " and ".join(finding.note for finding in doubts)
    if can_recheck and any(finding.sizes for finding in doubts):
        said += "; --recheck measures it again"
    return _instead(said, next((row for row in others if not _doubts(row, own)), None), is_alone=not others)


def recommend(ranking: Sequence[RankedModel], observations: Sequence[Observation], *, can_recheck: bool = False) -> str:
    """Return the sentence under the table."""
    return advise(ranking, observations, can_recheck=can_recheck).sentence


def _doubts(row: RankedModel, own: Mapping[str, Sequence[Observation]]) -> tuple[Finding, ...]:
    return tuple(finding for finding in check_row(row, own.get(row.model, ())) if finding.is_doubt)


def _instead(said: str, other: RankedModel | None, *, is_alone: bool) -> Advice:
    """Return the advice that names the first that nothing speaks against, if there is one."""
    if other is not None:
        loss = other.predicted_loss
        predicted = "" if loss is None else f", with a predicted loss of {loss:.3f}"
        return Advice(sentence=f"{said}. The first without such doubts is {other.model}{predicted}.", model=other.model)
    rest = "It is the only candidate that was ranked." if is_alone else "There are such doubts about every other, too."
    return Advice(sentence=f"{said}. {rest}", model=None)


def _take(best: RankedModel) -> str:
    if best.score is not None and best.score < 0 and best.predicted_loss is not None:
        return f"Fine-tune {best.model}: its predicted loss after full fine-tuning is {best.predicted_loss:.3f}."
    return f"Fine-tune {best.model}."


def _lead(ranked: Sequence[RankedModel], observations: Sequence[Observation]) -> str:
    """Return how sure the first place is, as a sentence."""
    best, *others = ranked
    if not others:
        return "It is the only candidate that was ranked, so nothing was compared."
    tied = [row for row in others if row.score == best.score]
    if tied:
        return f"It has the same score as {_names(tied)}: the alphabet put it first."
    if best.score is None or best.score >= 0:  # not minus a loss: nothing to compare with noise
        return "How sure its lead is cannot be told from its score."
    noise = seed_noise(observations)
    if noise is None:
        is_recorded = all(each.source == "recorded" for each in observations)
        said = "How much of its lead is seed noise is not known"
        return f"{said}." if is_recorded and observations else f"{said}; --seeds 3 measures it."
    n_seeds = min((len(each.seeds) for each in observations if each.n_samples and each.seeds), default=1)
    close = close_calls(ranked, noise, n_seeds)
    spread = f"seed noise of {noise.std:.1%} ({noise.label})"
    if not close:
        return f"Its lead is larger than {spread}."
    return f"Too close to call against {_names(close)}: the difference is within {spread}."


def _names(rows: Sequence[RankedModel]) -> str:
    return ", ".join(row.model for row in rows[:4]) + (f" and {len(rows) - 4} more" if len(rows) > 4 else "")
