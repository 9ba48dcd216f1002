"""Rank the candidates of one memory budget, and check what the selector returned."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from audition.curves.checks import by_model, check_row
from audition.memory.planner import UNKNOWN
from audition.plugins.guests import plugin_error, to_stderr
from audition.types import Observation, RankedModel, Ranking, Score, Stratum
from audition.types.results.rankings import is_interval

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from audition.measuring.problem import MeteredProblem
    from audition.types import MemoryEstimate, ModelSpec, Status
    from audition.types.protocols import Selector


def select_stratum(
    problem: MeteredProblem,
    selector: Selector,
    *,
    seed: int,
    name: str = "",
    memory_budget_bytes: int | None = None,
    too_large: Sequence[RankedModel] = (),
    memory: Mapping[str, MemoryEstimate | None] | None = None,
    remarks: Mapping[str, str] | None = None,
) -> Stratum:
    """Return the ranking of one stratum; `too_large` are shown with their reason, and were not tried.

    `remarks` say, by model, what makes it fit; `name` is what the selector is called in an error.

    Raises:
        PluginError: the selector raised, or did not return every candidate exactly once.
    """
    with to_stderr():
        try:
            found = selector.select(problem, np.random.default_rng(seed))
        except Exception as error:
            blamed = plugin_error(error, type(selector), f"selector {name!r}" if name else type(selector).__name__)
            if blamed is None:
                raise
            raise blamed from error
    ranking = _of_numbers(found)
    check_ranking(ranking, problem.candidates)
    measured = problem.receipt
    own = by_model(measured)
    rows = [_flagged(row, own.get(row.model, ())) for row in ranking.models]
    return Stratum(
        memory_budget_bytes=memory_budget_bytes,
        ranking=(*(_with(row, (remarks or {}).get(row.model)) for row in rows), *too_large),
        measured=measured,
        memory=memory or {},
    )


def _with(row: RankedModel, remark: str | None) -> RankedModel:
    return replace(row, notes=(*row.notes, remark)) if remark else row


def _flagged(row: RankedModel, measured: Sequence[Observation]) -> RankedModel:
    """Return the row with what is odd about its measurements, or about what was made of them."""
    findings = check_row(row, measured)
    flags = tuple(dict.fromkeys((*row.flags, *(finding.flag for finding in findings))))
    return replace(row, notes=(*row.notes, *(finding.note for finding in findings)), flags=flags)


def _of_numbers(ranking: Ranking) -> Ranking:
    """Return the ranking, made anew where a selector that built it itself left NaN, infinity or no interval in it."""
    numbers = [
        number
        for row in ranking.models
        for number in (row.score, row.predicted_loss, row.error_one_back)
        if number is not None
    ]
    intervals = [(row.interval, row.predicted_loss) for row in ranking.models if row.interval is not None]
    if all(map(math.isfinite, numbers)) and all(is_interval(*each) for each in intervals):
        return ranking
    return Ranking.from_scores(
        Score(
            model=row.model,
            score=row.score,
            predicted_loss=row.predicted_loss,
            status=row.status,
            notes=row.notes,
            flags=row.flags,
            interval=row.interval,
            error_one_back=row.error_one_back,
        )
        for row in ranking.models
    )


def check_ranking(ranking: Ranking, candidates: Sequence[ModelSpec]) -> None:
    """Raise PluginError unless the ranking has every candidate exactly once."""
    from audition.errors import PluginError

    got, wanted = sorted(model.model for model in ranking.models), sorted(model.name for model in candidates)
    if got != wanted:
        raise PluginError(f"a selector must rank every candidate once; candidates {wanted}, ranked {got}")


def does_not_fit(model: ModelSpec, reason: str) -> RankedModel:
    """Return the row of a candidate that is too large; of unknown size, it is not known to be."""
    return not_tried(model, "ok" if reason == UNKNOWN else "does-not-fit", reason)


def not_tried(model: ModelSpec, status: Status, reason: str) -> RankedModel:
    """Return the row of a candidate that was not tried."""
    return RankedModel(rank=None, model=model.name, status=status, score=None, predicted_loss=None, notes=(reason,))
