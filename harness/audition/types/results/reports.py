"""What a selection found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from audition.text import codec
from audition.text.charts import Axis, Chart, Series
from audition.types.costs import Cost
from audition.types.lazy import LazyModule
from audition.types.measurements import LossUnit, Observation, Source
from audition.types.results.certainties import Certainty, NextStep
from audition.types.results.rankings import RankedModel
from audition.types.results.strata import Stratum, Upgrade, find_upgrades

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = LazyModule("pandas")  # only a frame needs it


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
    certainty: Certainty | None = None  #: how sure that is; None: its selector gives no intervals
    choice: str = ""  #: how the budget's share of the rows was chosen; "": it was given
    next_step: NextStep | None = None  #: what would make it surer; None: nothing within reach, or it is not known
    objective: str | None = None  #: that candidates are ranked by, whose "error" losses are; None: the loss itself
    loss_agreement: float | None = None  #: Spearman's ρ of the orders by loss and by error, as measured; None: unknown
    commands: Mapping[str, str] = field(default_factory=dict)  #: "repeat", "finetune" and "next", quoted for a shell
    is_interrupted: bool = False  #: the ranking is of what had been measured when somebody ended the selection
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
                "choice": self.choice,
                "d_full": self.d_full,
                "strata": [_stratum_json(stratum) for stratum in self.strata],
                "upgrades": self.upgrades,
                "spent": self.spent,
                "reused": self.reused,
                "recommendation": self.recommendation,
                "recommended": self.recommended,
                "certainty": self.certainty,
                "next_step": self.next_step,
                "objective": self.objective,
                "loss_agreement": self.loss_agreement,
                "commands": self.commands,
                "is_interrupted": self.is_interrupted,
                "provenance": self.provenance,
            }
        )
        return report

    def to_frame(self) -> pd.DataFrame:
        """Return one row a stratum and candidate, best first; what is not known is missing."""
        return pd.DataFrame([_record(row, stratum) for stratum in self.strata for row in stratum.ranking])

    def plot(self) -> Chart:
        """Return the measured losses of the last stratum by training examples, and the losses that are predicted."""
        *_, stratum = self.strata
        rows = enumerate(stratum.ranking)
        series = [each for colour, row in rows for each in _series(row, stratum, self.d_full, colour)]
        label = "predicted" if any(row.predicted_loss is not None for row in stratum.ranking) else "measured"
        return Chart(
            title=f"{self.task}: {self.selector} at {self.budget}",
            x=Axis(label=f"training examples ({self.d_full:,} {label})", scale="log"),
            y=Axis(label=f"test loss, {self.loss_unit}", scale="log"),
            series=series,
        )

    def _repr_html_(self) -> str:
        frame = self.to_frame().drop(columns=["notes", "flags"])
        return f"{frame.to_html(index=False, na_rep='')}<p>{escape(self.recommendation)}</p>"


def _record(row: RankedModel, stratum: Stratum) -> dict[str, Any]:
    estimate = stratum.memory.get(row.model)
    measured = [each for each in stratum.measured if each.model == row.model and each.loss is not None]
    largest = max(measured, key=lambda each: each.n_samples, default=None)
    return {
        "memory_budget_bytes": stratum.memory_budget_bytes,
        "rank": row.rank,
        "model": row.model,
        "status": row.status,
        "score": row.score,
        "predicted_loss": row.predicted_loss,
        "low": None if row.interval is None else row.interval[0],
        "high": None if row.interval is None else row.interval[1],
        "error_one_back": row.error_one_back,
        "measured_loss": None if largest is None else largest.loss,
        "n_samples": None if largest is None else largest.n_samples,
        "estimated_bytes": None if estimate is None else estimate.total,
        "flags": ", ".join(row.flags),
        "notes": "; ".join(row.notes),
    }


def _series(row: RankedModel, stratum: Stratum, d_full: int, colour: int) -> Iterator[Series]:
    """Yield a candidate's measured losses, and beyond them the one that is predicted."""
    losses = {each.n_samples: each.loss for each in stratum.measured if each.model == row.model}
    known = sorted((size, loss) for size, loss in losses.items() if size and loss)
    if known:
        yield Series(name=row.model, x=[size for size, _ in known], y=[loss for _, loss in known], colour=colour)
    if known and row.predicted_loss is not None and row.predicted_loss > 0:
        size, loss = known[-1]
        yield Series(name="", x=[size, d_full], y=[loss, row.predicted_loss], mark="dashed", colour=colour)


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
        "interval": row.interval,
        "error_one_back": row.error_one_back,
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
        "error": observation.error,
        "metrics": dict(observation.metrics),
        "spread": observation.spread,
        "seeds": observation.seeds,
        "seconds": observation.cost.seconds,
        "wall_seconds": observation.wall_seconds,
        "samples_processed": observation.cost.samples_processed,
        "flops": observation.cost.flops,
        "learning_rate": observation.learning_rate,
        "tried": observation.tried,
        "batch_size": observation.batch_size,
        "epochs": observation.epochs,
        "micro_batch_tokens": observation.micro_batch_tokens,
        "message": observation.message,
    }
