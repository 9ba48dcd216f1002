"""What a selection found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from audition.text import codec
from audition.text.sizes import format_bytes
from audition.types.costs import Cost, MemoryEstimate
from audition.types.measurements import LossUnit, Observation, Source
from audition.types.rankings import RankedModel
from audition.types.surveys import Survey


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """From one memory budget to the next larger one."""

    from_bytes: int
    to_bytes: int
    from_model: str | None  #: winner within the smaller budget; None: nothing was ranked
    to_model: str | None
    n_more: int  #: candidates that only the larger budget admits
    predicted_gain: float | None  #: share of the predicted loss that goes; None: nothing to compare

    @property
    def sentence(self) -> str:
        """Return it as one line."""
        step = f"From {format_bytes(self.from_bytes)} to {format_bytes(self.to_bytes)}"
        if self.n_more == 0:
            return f"{step}: no further candidate fits, nothing is gained."
        more = f"{self.n_more} more candidate{'s fit' if self.n_more > 1 else ' fits'}"
        if self.to_model is None or self.to_model == self.from_model:
            return f"{step}: {more}, but the choice stays {self.to_model or 'open'}."
        if self.predicted_gain is None:
            return f"{step}: {more}; the choice becomes {self.to_model}."
        return f"{step}: {more}; {self.to_model} has a loss {self.predicted_gain:.1%} lower (predicted)."


def find_upgrades(strata: Sequence[Stratum]) -> tuple[Upgrade, ...]:
    """Return one entry for each pair of neighbouring memory budgets, smallest first."""
    return tuple(
        Upgrade(
            from_bytes=small.memory_budget_bytes,
            to_bytes=large.memory_budget_bytes,
            from_model=getattr(_winner(small), "model", None),
            to_model=getattr(_winner(large), "model", None),
            n_more=_n_admitted(large) - _n_admitted(small),
            predicted_gain=_gain(_winner(small), _winner(large)),
        )
        for small, large in pairwise(strata)
        if small.memory_budget_bytes is not None and large.memory_budget_bytes is not None
    )


def _winner(stratum: Stratum) -> RankedModel | None:
    return next((row for row in stratum.ranking if row.rank == 1), None)


def _n_admitted(stratum: Stratum) -> int:
    return sum(row.status != "does-not-fit" for row in stratum.ranking)


def _gain(small: RankedModel | None, large: RankedModel | None) -> float | None:
    """Return the share of the loss that goes, by predicted losses, or by scores where they are minus a loss.

    None, too, where the measurements of either leave a doubt.
    """
    if any(flag != "flat" for row in (small, large) if row is not None for flag in row.flags):
        return None
    before, after = _loss(small), _loss(large)
    return None if before is None or after is None else 1 - after / before


def _loss(row: RankedModel | None) -> float | None:
    if row is None:
        return None
    if row.predicted_loss is not None:
        return row.predicted_loss
    return -row.score if row.score is not None and row.score < 0 else None
