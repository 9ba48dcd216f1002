"""What a selector may look at, and what must make no difference."""
# ruff: noqa: D102 - the names of tests are their documentation

from __future__ import annotations

from typing import Any

import numpy as np

from audition.testing.promises import promise, require
from audition.testing.selectors.base import SelectorChecks, reset_global_randomness, shown
from audition.testing.selectors.pools import FLAT, LOSSES, TIED, spoilt
from audition.testing.spy import SpyProblem
from audition.testing.toy.curves import SIZES
from audition.types import Point, SelectorEntry


class FairnessChecks(SelectorChecks):
    """Checks that a ranking rests on what was paid for, and on nothing else."""

    @promise(
        "a selector never asks for more than its budget pays for",
        keep="measure only sizes of `problem.sizes`, and 0; do not catch BudgetExceeded",
    )
    def test_it_never_measures_beyond_the_budget(self, entry: SelectorEntry) -> None:
        problem = SpyProblem(LOSSES)
        try:
            self.select(entry, problem)
        finally:
            asked = sorted({point for call in problem.refused for point in call if not _is_paid(point, problem)})
            require(not asked, f"it asked for {', '.join(f'{name!r} at {size}' for name, size in asked[:3])}")

    @promise(
        "what a selector has not measured does not change its ranking",
        keep="take losses from `problem.measure` alone; no attribute that begins with an underscore is yours",
    )
    def test_nothing_beyond_the_budget_leaks_into_the_ranking(self, entry: SelectorEntry) -> None:
        honest, poisoned = (self.select(entry, SpyProblem(losses)) for losses in (LOSSES, spoilt(LOSSES)))
        self.require_same(honest, poisoned, "with NaN beyond the budget")

    @promise(
        "a ranking does not depend on the order of candidates",
        keep="draw random numbers by name, rng = default_rng([seed, *model.name.encode()]), and break ties by name",
    )
    def test_the_order_of_candidates_does_not_matter(self, entry: SelectorEntry) -> None:
        names = list(TIED)
        orders = [names, names[::-1], *(names[turn:] + names[:turn] for turn in range(1, len(names)))]
        first, *others = [self.select(entry, SpyProblem({name: TIED[name] for name in order})) for order in orders]
        for order, other in zip(orders[1:], others, strict=True):
            self.require_same(first, other, f"in the order {', '.join(order)}")

    @promise(
        "a selector leaves the problem as it found it",
        keep="keep what you need in local variables; set no attribute of the problem",
    )
    def test_it_does_not_change_the_problem(self, entry: SelectorEntry) -> None:
        problem = SpyProblem(LOSSES)
        before = _public(problem)
        self.select(entry, problem)
        after = _public(problem)
        changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
        require(not changed, f"it changed {', '.join(changed)}")

    @promise(
        "the same seed gives the same ranking",
        keep="draw from the `rng` you are given, never from `np.random` or `random`, and keep nothing between calls",
    )
    def test_the_same_seed_gives_the_same_ranking(self, entry: SelectorEntry) -> None:
        selector = self.make(entry)
        rankings = []
        for disturbance in range(3):
            reset_global_randomness(disturbance)
            rankings.append(selector.select(SpyProblem(LOSSES), np.random.default_rng(7)))
            selector.select(SpyProblem(FLAT), np.random.default_rng(disturbance))  # another problem in between
        first, *others = rankings
        for other in others:
            require(other == first, f"{shown(first)} became {shown(other)}")

    @promise(
        "a ranking does not depend on how many measurements run at once",
        keep="share nothing between the calls of the function that you hand to `problem.for_each`",
    )
    def test_measuring_at_once_changes_nothing(self, entry: SelectorEntry) -> None:
        alone, together = (self.select(entry, SpyProblem(LOSSES, slots=slots)) for slots in (1, 3))
        self.require_same(alone, together, "with three at once")

    @promise(
        "what a selector measures is in its plan",
        keep="let `plan(sizes)` return every size that `select` may ask for, 0 included, and `min_sizes` be an int",
    )
    def test_it_measures_what_it_plans(self, entry: SelectorEntry) -> None:
        selector = self.make(entry)
        min_sizes, plan = getattr(selector, "min_sizes", 0), getattr(selector, "plan", None)
        require(isinstance(min_sizes, int) and min_sizes >= 0, f"`min_sizes` is {min_sizes!r}")
        if plan is None:
            return
        problem = SpyProblem(LOSSES)
        self.select(entry, problem)
        planned = set(plan(SIZES))
        require(planned <= {*SIZES, 0}, f"it plans sizes {sorted(planned)} where {SIZES} and 0 are on offer")
        beyond = sorted({observation.n_samples for observation in problem.receipt} - planned)
        require(not beyond, f"it plans {sorted(planned)} and measured {beyond}")


def _is_paid(point: Point, problem: SpyProblem) -> bool:
    name, size = point
    return name in LOSSES and size in (*problem.sizes, 0)


def _public(problem: SpyProblem) -> dict[str, Any]:
    """Return what a selector sees of the problem, and whatever it may have put there."""
    spied = ("calls", "refused")
    return {name: value for name, value in vars(problem).items() if not name.startswith("_") and name not in spied}
