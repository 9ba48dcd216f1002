"""Rankings by memory budget, and what a larger one would gain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from audition.text.sizes import format_bytes
from audition.types.costs import MemoryEstimate
from audition.types.measurements import Observation
from audition.types.results.rankings import READING, RankedModel
from audition.types.surveys import Survey


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """The ranking of the candidates that a memory budget admits."""

    memory_budget_bytes: int | None  #: None: no limit
    ranking: tuple[RankedModel, ...]  #: best first; those that do not fit last
    measured: tuple[Observation, ...]  #: the receipt
    memory: Mapping[str, MemoryEstimate | None]  #: by model; None: unknown
    #: by model: how it reads the rows, where that is known
    readings: Mapping[str, Survey] = field(default_factory=dict)


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
    if any(flag not in READING for row in (small, large) if row is not None for flag in row.flags):
        return None
    before, after = _loss(small), _loss(large)
    return None if before is None or after is None else 1 - after / before


def _loss(row: RankedModel | None) -> float | None:
    if row is None:
        return None
    if row.predicted_loss is not None:
        return row.predicted_loss
    return -row.score if row.score is not None and row.score < 0 else None
