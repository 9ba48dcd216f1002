"""Which candidates of a selection fit which memory budget, and the setting each is trained with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from audition.memory.estimate import least_bytes
from audition.memory.fitting import Fit, fit, shards_needed, sharing
from audition.text.sizes import format_bytes

if TYPE_CHECKING:
    from audition.types import MemoryEstimate, ModelSpec, Recipe


UNKNOWN = "size unknown: not compared with the memory budget"


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryPlanner:
    """Answers for one recipe and the lengths of one task; every figure is an estimate.

    A candidate that does not fit as the recipe says gets smaller micro-batches, then checkpointing: they cost time
    and change no loss, so that strata share measurements. What changes the loss (8-bit optimiser, LoRA, QLoRA) is
    named, never chosen: a ranking compares one recipe.
    """

    recipe: Recipe  #: precision resolved
    lengths: tuple[tuple[int, int], ...]  #: (input, target) tokens of examples; empty: the recipe's limits
    is_cuda: bool
    budgets: tuple[int | None, ...]  #: bytes, ascending; None: no limit
    capacity: int | None = None  #: bytes that the device really has; None: no limit

    def fits(self, model: ModelSpec, budget: int | None) -> bool:
        """Return whether `model` can be trained within `budget` without loss.

        One of unknown size is compared with no budget that somebody gave; on the device as it is, it is tried.
        """
        found = self._fit(model, budget, may_be_lossy=False)
        if found is None:
            return budget in (None, self.capacity) and not self._is_too_large(model, budget)
        return found.recipe is not None

    def need(self, model: ModelSpec, budget: int | None = None) -> MemoryEstimate | None:
        """Return what `model` needs with the setting that fits `budget`, or with the smallest where none does."""
        found = self._fit(model, budget, may_be_lossy=False)
        return None if found is None else found.estimate

    def adjusted(self, model: ModelSpec, recipe: Recipe) -> Recipe:
        """Return `recipe` with the micro-batch and checkpointing that `model` needs on the device."""
        found = self._fit(model, self.capacity, may_be_lossy=False)
        if found is None or found.recipe is None:
            return recipe
        setting = found.recipe
        return replace(recipe, micro_batch_tokens=setting.micro_batch_tokens, checkpointing=setting.checkpointing)

    def remark(self, model: ModelSpec, budget: int | None) -> str:
        """Return what makes `model` fit within `budget`, or nothing where it fits as the recipe says."""
        found = self._fit(model, budget, may_be_lossy=False)
        return found.verdict if found is not None and found.changes else ""

    def why_not(self, model: ModelSpec, budget: int) -> str:
        """Return why `model` was not tried within `budget`, and what would fit instead."""
        found = self._fit(model, budget, may_be_lossy=False)
        if found is None and not self._is_too_large(model, budget):
            return UNKNOWN
        needed = format_bytes((self._least(model) or 0) if found is None else found.estimate.total)
        lossy = self._fit(model, budget, may_be_lossy=True)
        limit = self._limit(budget) or 0
        whose = "the budget is" if limit == budget else "the device has"
        said = f"needs {needed} at least (estimated), {whose} {format_bytes(limit)}"
        if lossy is not None and lossy.recipe is not None:
            said += f"; it {lossy.verdict} ({format_bytes(lossy.estimate.total)})"
        return said + self._or_shared(model, limit)

    def least(self, model: ModelSpec, budget: int | None = None) -> int | None:
        """Return the bytes that `model` needs at least; None: its size is unknown."""
        need = self.need(model, budget)
        return self._least(model) if need is None else need.total

    def _least(self, model: ModelSpec) -> int | None:
        return least_bytes(model, self.recipe, is_cuda=self.is_cuda)

    def _is_too_large(self, model: ModelSpec, budget: int | None) -> bool:
        """Return whether the weights alone of a model of unknown shape are beyond the limit."""
        least, limit = self._least(model), self._limit(budget)
        return least is not None and limit is not None and least > limit

    def _or_shared(self, model: ModelSpec, limit: int) -> str:
        if not self.is_cuda:
            return ""
        n = shards_needed(model, self.recipe, limit, precision=self.recipe.precision, lengths=self.lengths)
        return sharing(n)

    def _limit(self, budget: int | None) -> int | None:
        limits = [limit for limit in (budget, self.capacity) if limit is not None]
        return min(limits, default=None)

    def _fit(self, model: ModelSpec, budget: int | None, *, may_be_lossy: bool) -> Fit | None:
        return fit(
            model,
            self.recipe,
            self._limit(budget),
            precision=self.recipe.precision,
            lengths=self.lengths,
            is_cuda=self.is_cuda,
            may_be_lossy=may_be_lossy,
        )
