"""Rank by what a task is judged by: its error, 1 − the objective, takes the place of the loss."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from audition.errors import UsageError, unknown_name
from audition.selection.answering.advice import Noise
from audition.tasks.labels import MOST_LABELS, labels_of
from audition.types import Ranking, Score

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    import numpy as np

    from audition.types import Observation, RankedModel, Stratum
    from audition.types.protocols import SelectionProblem, Selector, TaskLoader

OBJECTIVES = ("rouge-l", "chrf", "exact-match", "accuracy", "f1")  #: besides those of plugins
N_JUDGED = 200  #: test examples that an objective is measured on, at most
FEWEST_POINTS = 3  #: of a curve that is extrapolated


class ByError:
    """Ranks as `selector` does where errors fall with more data, else by the error that was measured. A `Selector`."""

    def __init__(self, selector: Selector) -> None:
        self._selector = selector

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - what the selector declares besides
        return getattr(self._selector, name)

    def __repr__(self) -> str:
        return f"{self._selector!r} by the error"

    def select(self, problem: SelectionProblem, rng: np.random.Generator) -> Ranking:
        """Return the selector's ranking, or that of what was measured."""
        ranking = self._selector.select(problem, rng)
        observations: Sequence[Observation] = getattr(problem, "receipt", ())
        return ranking if carries(observations) else by_measured(problem, observations)


def require_objective(objective: str, task: TaskLoader, of_plugins: Collection[str] = ()) -> None:
    """Raise UsageError unless there is such an objective, and the task has labels where it is of labels."""
    if objective not in (*OBJECTIVES, *of_plugins):
        raise unknown_name("objective", objective, [*OBJECTIVES, *of_plugins])
    if objective in ("accuracy", "f1") and not labels_of(task):
        raise UsageError(
            f"objective {objective} wants a classification: at most {MOST_LABELS} short targets that come again and "
            f"again, which those of {task.spec.name!r} do not. Try --objective exact-match"
        )


def carries(observations: Iterable[Observation]) -> bool:
    """Return whether errors can be extrapolated: at least half of the candidates have three, and they fall."""
    curves: dict[str, list[tuple[int, float]]] = {}
    for each in observations:
        if each.n_samples and each.loss is not None:
            curves.setdefault(each.model, []).append((each.n_samples, each.loss))
    falling = 0
    for points in curves.values():
        errors = [error for _, error in sorted(points)]
        half = len(errors) // 2
        falling += len(errors) >= FEWEST_POINTS and sum(errors[-half:]) < sum(errors[:half])
    return bool(curves) and 2 * falling >= len(curves)


def by_measured(problem: SelectionProblem, observations: Sequence[Observation]) -> Ranking:
    """Rank by the error at the largest size that was measured of each candidate."""
    scores = []
    for model in problem.candidates:
        own = [each for each in observations if each.model == model.name]
        known = [each for each in own if each.loss is not None]
        if not known:
            failed = next((each for each in own if each.status != "ok"), None)
            failure = Score(model=model.name, score=None, notes=("it was not measured",))
            scores.append(failure if failed is None else Score.of_measured(failed))
            continue
        last = max(known, key=lambda each: each.n_samples)
        note = f"ranked by what was measured at {last.n_samples:,} examples: errors do not fall with more data"
        scores.append(Score(model=model.name, score=-(last.loss or 0.0), notes=(note,)))
    return Ranking.from_scores(scores)


def loss_agreement(observations: Sequence[Observation]) -> float | None:
    """Return Spearman's ρ of the candidates' orders by nats a byte and by error, at the largest size that most have.

    None with fewer than three candidates, or where all are equal.
    """
    from scipy.stats import spearmanr

    sizes = [each.n_samples for each in observations if each.error is not None and each.n_samples]
    if not sizes:
        return None
    common = max(set(sizes), key=lambda size: (sizes.count(size), size))
    pairs = [
        (each.loss_per_byte, each.error)
        for each in observations
        if each.n_samples == common and each.error is not None and each.loss_per_byte is not None
    ]
    losses, errors = {loss for loss, _ in pairs}, {error for _, error in pairs}
    if len(pairs) < FEWEST_POINTS or len(losses) < 2 or len(errors) < 2:
        return None
    return float(spearmanr([loss for loss, _ in pairs], [error for _, error in pairs]).statistic)


def test_noise(ranking: Sequence[RankedModel]) -> Noise | None:
    """Return the noise of an error that is a mean over test examples, at most: √(e·(1 − e)/n), as a share of it.

    Each example's share of an objective lies between 0 and 1, so that none varies more than right and wrong do.
    """
    best = next((row for row in ranking if row.rank == 1), None)
    error = None if best is None or best.score is None else min(-best.score, 1.0)
    if not error or error <= 0:
        return None
    return Noise(math.sqrt((1 - error) / (error * N_JUDGED)), "estimated", f"the noise of {N_JUDGED} test examples")


def meaning(objective: str | None, stratum: Stratum, model: str | None) -> str:
    """Return what the answer means in values of the objective, and whether the loss would have said the same."""
    if objective is None:
        return ""
    said = []
    row = next((each for each in stratum.ranking if each.model == model), None)
    if row is not None and row.predicted_loss is not None:
        reached = f"{objective} {100 * (1 - row.predicted_loss):.1f}"
        noise = test_noise(stratum.ranking)
        unsaid = "" if noise is None else f"; {noise.of}, {noise.std:.1%} of an error, is in no interval"
        said.append(f"Losses here are errors: it is predicted to reach {reached}{unsaid}.")
    agreement = loss_agreement(stratum.measured)
    if agreement is not None:
        said.append(f"The order by loss agrees with that by {objective} to ρ = {agreement:.2f} (Spearman, measured).")
    return " ".join(said)
