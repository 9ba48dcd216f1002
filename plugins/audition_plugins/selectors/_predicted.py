"""What the selectors that predict with an interval share: from observations to scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition.curves import is_unseen
from audition.prediction import predict_pool
from audition.types import Point, Ranking, Score

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audition.prediction import Predicted, Rule
    from audition.protocols import SelectionProblem
    from audition.types import ModelSpec, Observation


def measure_all(problem: SelectionProblem, sizes: Iterable[int] | None = None) -> list[Observation]:
    """Return every candidate's observations without training and at `sizes`, or at all of its own.

    The largest size is measured first; whatever fails ends a candidate there.
    """
    wanted = None if sizes is None else tuple(sizes)

    def measure(model: ModelSpec) -> list[Observation]:
        found = []
        for size in (*(problem.sizes_of(model.name) if wanted is None else wanted), 0):
            (observation,) = problem.measure([Point(model.name, size)])
            found.append(observation)
            if observation.loss is None and size:
                break
        return found

    return [each for found in problem.for_each(measure) for each in found]


def rank_by_prediction(problem: SelectionProblem, observations: Iterable[Observation], rule: Rule) -> Ranking:
    """Rank by the loss at D_full that `rule` predicts from the observations; those without a trained loss come last."""
    own: dict[str, list[Observation]] = {model.name: [] for model in problem.candidates}
    for each in observations:
        own[each.model].append(each)
    predicted = predict_observed(own, problem.d_full, rule)
    return Ranking.from_scores(_score(name, found, predicted.get(name)) for name, found in own.items())


def predict_observed(own: dict[str, list[Observation]], d_full: int, rule: Rule) -> dict[str, Predicted]:
    """Return what is expected of each candidate that has a loss after training.

    Who has never seen such text is held back.
    """
    losses = {
        name: {each.n_samples: each.loss for each in found if each.loss is not None and each.loss > 0}
        for name, found in own.items()
    }
    unseen = [name for name, found in own.items() if any(map(is_unseen, found))]
    return predict_pool(
        {name: curve for name, curve in losses.items() if any(curve)}, d_full, rule=rule, held_back=unseen
    )


def _score(model: str, observations: list[Observation], predicted: Predicted | None) -> Score:
    if predicted is None:
        failure = next((each for each in observations if each.loss is None), None)
        if failure is None:
            return Score(model=model, score=None, notes=("it was not measured",))
        return Score(model=model, score=None, status=failure.status, notes=(failure.message,))
    return Score(
        model=model,
        score=-predicted.loss,
        predicted_loss=predicted.loss,
        interval=(predicted.low, predicted.high),
        error_one_back=predicted.error_one_back,
    )
