"""A few plain sentences: which candidate to take, how sure that is, who is level with it, and what is doubtful."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from audition.curves.checks import NOISY, by_model, check_measured, check_row
from audition.laws import LogLogLine
from audition.prediction import Expected, certainty
from audition.selection.answering.telling_apart import telling_apart

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from audition.curves.checks import Finding
    from audition.types import MemoryEstimate, ModelSpec, Observation, RankedModel
    from audition.types.results.certainties import Certainty

FAR = 16  #: times as many examples as were measured: the sentence says so
LIKELY = 0.5  #: of a choice that is less likely to be as good as the best, the data cannot tell


@dataclass(frozen=True, slots=True)
class Noise:
    """How much log loss varies for no reason that matters: one standard deviation."""

    std: float
    label: Literal["measured", "estimated"]
    of: str = "seed noise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What to do, in words, and the model that they name."""

    sentence: str
    model: str | None  #: to fine-tune: the first that nothing speaks against; None: there is none
    certainty: Certainty | None = None  #: how sure that is; None: the selector gives no intervals that can be relied on


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


def advise(
    ranking: Sequence[RankedModel],
    observations: Sequence[Observation],
    *,
    can_recheck: bool = False,
    candidates: Sequence[ModelSpec] = (),
    memory: Mapping[str, MemoryEstimate | None] = MappingProxyType({}),
    d_full: int = 0,
    noise: Noise | None = None,
) -> Advice:
    """Return what goes under the table.

    A winner whose measurements are odd, or whose prediction they do not bear, is not recommended: the next without
    such doubts is named.

    Args:
        ranking: best first.
        observations: all that were made for it.
        can_recheck: whether `--recheck` could measure again what is out of line.
        candidates: what is known of them besides.
        memory: what they need, by name.
        d_full: examples that losses are predicted for; 0: nobody asks how far that is.
        noise: of one measurement; None: that of seeds.
    """
    ranked = [row for row in ranking if row.rank is not None]
    if not ranked:
        return Advice(sentence="No candidate could be ranked; the table says why for each.", model=None)
    best, *others = ranked
    own = by_model(observations)
    doubts = _doubts(best, own)
    if not doubts:
        sure = _certainty(ranked, best)
        how_sure = _lead(ranked, observations, noise) if sure is None else _how_sure(sure, len(ranked))
        apart = ""
        if sure is not None and sure.level:
            apart = telling_apart((best.model, *sure.level), observations, candidates, memory)
        sentence = " ".join(
            filter(None, (_take(best, _times_as_far(own.get(best.model, ()), d_full)), how_sure, apart))
        )
        return Advice(sentence=sentence, model=best.model, certainty=sure)
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


def _times_as_far(own: Sequence[Observation], d_full: int) -> float:
    """Return how many times as many examples as were measured a prediction is for; 0: nothing was."""
    largest = max((each.n_samples for each in own if each.loss is not None), default=0)
    return d_full / largest if largest else 0.0


def _take(best: RankedModel, times_as_far: float = 0.0) -> str:
    if best.score is None or best.score >= 0 or best.predicted_loss is None:
        return f"Fine-tune {best.model}."
    interval = ""
    if best.interval is not None:
        is_unseen = "unseen" in best.flags
        unsure = ", which is not reliable: it had never seen such text" if is_unseen else ""
        interval = f" (80 % interval {best.interval[0]:.3f} to {best.interval[1]:.3f}{unsure})"
    far = f", for {times_as_far:.0f} times as many examples as were measured" if times_as_far >= FAR else ""
    loss = f"{best.predicted_loss:.3f}{interval}{far}"
    return f"Fine-tune {best.model}: its predicted loss after full fine-tuning is {loss}."


def _certainty(ranked: Sequence[RankedModel], best: RankedModel) -> Certainty | None:
    """Return how sure the choice is; None where its interval is missing, or tells nothing."""
    if best.interval is None or "unseen" in best.flags or len(ranked) < 2:
        return None
    expected = {
        row.model: Expected(row.predicted_loss, *row.interval)
        for row in ranked
        if row.predicted_loss is not None and row.interval is not None
    }
    return certainty(expected, best.model)


def _how_sure(sure: Certainty, n_ranked: int) -> str:
    """Return what a certainty means, in two sentences."""
    chance = f"it is within 2 % of the best of these {n_ranked} with probability {sure.probability:.2f}"
    behind = "less than 0.1%" if sure.expected_regret < 0.001 else f"{sure.expected_regret:.1%}"
    regret = f"on average its loss is {behind} above the best (estimated)"
    said = f"{chance[0].upper()}{chance[1:]}; {regret}."
    if sure.probability < LIKELY:
        said = f"The data cannot tell yet that there is no better one: {chance}; {regret}."
    return f"{said} Level with it: {_names_of(sure.level)}." if sure.level else said


def _lead(ranked: Sequence[RankedModel], observations: Sequence[Observation], noise: Noise | None) -> str:
    """Return how sure the first place is, as a sentence."""
    best, *others = ranked
    if not others:
        return "It is the only candidate that was ranked, so nothing was compared."
    tied = [row for row in others if row.score == best.score]
    if tied:
        return f"It has the same score as {_names(tied)}: the alphabet put it first."
    if best.interval is not None:
        return "How sure that is cannot be told."
    if best.score is None or best.score >= 0:  # not minus a loss: nothing to compare with noise
        return "How sure that is cannot be told from its score."
    noise = noise or seed_noise(observations)
    if noise is None:
        is_recorded = all(each.source == "recorded" for each in observations)
        said = "How much of its lead is seed noise is not known"
        return f"{said}." if is_recorded and observations else f"{said}; --seeds 3 measures it."
    n_seeds = min((len(each.seeds) for each in observations if each.n_samples and each.seeds), default=1)
    close = close_calls(ranked, noise, n_seeds)
    spread = f"{noise.of} of {noise.std:.1%} ({noise.label})"
    if not close:
        return (
            f"Its lead is larger than {spread}, but how far off predictions are is not known: this selector tells none."
        )
    return f"Too close to call against {_names(close)}: the difference is within {spread}."


def _names(rows: Sequence[RankedModel]) -> str:
    return _names_of([row.model for row in rows])


def _names_of(models: Sequence[str]) -> str:
    return ", ".join(models[:4]) + (f" and {len(models) - 4} more" if len(models) > 4 else "")
