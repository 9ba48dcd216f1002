"""One selection: a task, a budget and a selector give a report."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from audition import codec
from audition.curve_checks import check_row
from audition.memory.planner import UNKNOWN
from audition.plugin_output import to_stderr
from audition.types import Cost, Observation, RankedModel, Ranking, Score
from audition.upgrades import find_upgrades

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from audition.memory import MemoryEstimate
    from audition.problem import MeteredProblem
    from audition.protocols import Selector
    from audition.training.encoding.survey import Survey
    from audition.types import LossUnit, ModelSpec, Source, Status
    from audition.upgrades import Upgrade


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """The ranking of the candidates that a memory budget admits."""

    memory_budget_bytes: int | None  #: None: no limit
    ranking: tuple[RankedModel, ...]  #: best first; those that do not fit last
    measured: tuple[Observation, ...]  #: the receipt
    memory: Mapping[str, MemoryEstimate | None]  #: by model; None: unknown
    readings: Mapping[str, Survey] = field(
        default_factory=dict
    )  #: by model: how it reads the rows, where that is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a selection found, what it spent, and what it was made with."""

    task: str
    selector: str
    source: Source
    loss_unit: LossUnit
    budget: str
    d_full: int
    strata: tuple[Stratum, ...]
    spent: Cost  #: on measurements made for this report
    reused: Cost  #: what the measurements it found in the ledger had cost
    recommendation: str
    recommended: str | None = None  #: the model that the recommendation names; None: it names none
    provenance: Mapping[str, Any]

    @property
    def upgrades(self) -> tuple[Upgrade, ...]:
        """Return what each larger memory budget would gain over the one before."""
        return find_upgrades(self.strata)

    @property
    def best(self) -> RankedModel | None:
        """Return the winner of the last (largest) stratum, or None."""
        ranked = [model for model in self.strata[-1].ranking if model.rank == 1]
        return ranked[0] if ranked else None

    def to_json(self) -> dict[str, Any]:
        """Return the report as `report.json` holds it; undefined numbers are null."""
        report: dict[str, Any] = codec.to_json(
            {
                "task": self.task,
                "selector": self.selector,
                "source": self.source,
                "loss_unit": self.loss_unit,
                "budget": self.budget,
                "d_full": self.d_full,
                "strata": [_stratum_json(stratum) for stratum in self.strata],
                "upgrades": self.upgrades,
                "spent": self.spent,
                "reused": self.reused,
                "recommendation": self.recommendation,
                "recommended": self.recommended,
                "provenance": self.provenance,
            }
        )
        return report


def select_stratum(
    problem: MeteredProblem,
    selector: Selector,
    *,
    seed: int,
    memory_budget_bytes: int | None = None,
    too_large: Sequence[RankedModel] = (),
    memory: Mapping[str, MemoryEstimate | None] | None = None,
    remarks: Mapping[str, str] | None = None,
) -> Stratum:
    """Return the ranking of one stratum; `too_large` are shown with their reason, and were not tried.

    `remarks` say, by model, what makes it fit.

    Raises:
        PluginError: the selector did not return every candidate exactly once.
    """
    with to_stderr():
        ranking = _of_numbers(selector.select(problem, np.random.default_rng(seed)))
    check_ranking(ranking, problem.candidates)
    measured = problem.receipt
    rows = [_flagged(row, measured) for row in ranking.models]
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
    """Return the ranking, made anew where a selector that built it itself left NaN or infinity in it."""
    numbers = [number for row in ranking.models for number in (row.score, row.predicted_loss) if number is not None]
    if all(map(math.isfinite, numbers)):
        return ranking
    return Ranking.from_scores(
        Score(
            model=row.model,
            score=row.score,
            predicted_loss=row.predicted_loss,
            status=row.status,
            notes=row.notes,
            flags=row.flags,
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


def _stratum_json(stratum: Stratum) -> dict[str, Any]:
    return {
        "memory_budget_bytes": stratum.memory_budget_bytes,
        "ranking": [_row_json(row, stratum) for row in stratum.ranking],
    }


def _row_json(row: RankedModel, stratum: Stratum) -> dict[str, Any]:
    measured = [observation for observation in stratum.measured if observation.model == row.model]
    estimate = stratum.memory.get(row.model)
    return {
        "rank": row.rank,
        "model": row.model,
        "status": row.status,
        "score": row.score,
        "predicted_loss": row.predicted_loss,
        "notes": row.notes,
        "flags": row.flags,
        "reading": stratum.readings.get(row.model),
        "measured": [_observation_json(observation) for observation in measured],
        "memory": {
            "estimated_bytes": None if estimate is None else estimate.total,
            "measured_bytes": max((o.memory_bytes for o in measured if o.memory_bytes is not None), default=None),
        },
    }


def _observation_json(observation: Observation) -> dict[str, Any]:
    return {
        "n_samples": observation.n_samples,
        "status": observation.status,
        "loss": observation.loss,
        "loss_per_token": observation.loss_per_token,
        "loss_per_byte": observation.loss_per_byte,
        "spread": observation.spread,
        "seeds": observation.seeds,
        "seconds": observation.cost.seconds,
        "samples_processed": observation.cost.samples_processed,
        "flops": observation.cost.flops,
        "learning_rate": observation.learning_rate,
        "batch_size": observation.batch_size,
        "epochs": observation.epochs,
        "micro_batch_tokens": observation.micro_batch_tokens,
        "message": observation.message,
    }
