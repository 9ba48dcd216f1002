"""What a selector returns."""
# ruff: noqa: D102 - the names of tests are their documentation

from __future__ import annotations

import inspect
from collections.abc import Mapping

import pytest

from audition.errors import PluginError, UsageError
from audition.plugins.options import kind_of
from audition.testing.promises import promise, require
from audition.testing.selectors.base import SelectorChecks, require_all_once, unfit_numbers
from audition.testing.selectors.pools import FLAT, LOSSES, TIED
from audition.testing.spy import SpyProblem
from audition.testing.toy.curves import LossOf, power_law
from audition.types import SelectorEntry


class RankingChecks(SelectorChecks):
    """Checks of the ranking."""

    @promise(
        "a selector is made by its entry, and refuses options that it does not know",
        keep="give every option of `make` a default, take no **kwargs, and raise UsageError for a value out of range",
    )
    def test_it_is_made_with_defaults_and_refuses_unknown_options(self, entry: SelectorEntry) -> None:
        require(callable(getattr(self.make(entry), "select", None)), "what `make` returns has no method `select`")
        try:
            entry.make(no_such_option=1)
        except (TypeError, UsageError):
            return
        require(False, "`make(no_such_option=1)` raised nothing")

    @promise(
        "every option of a selector can be given on the command line",
        keep="import what annotates the options of `make` outside of `if TYPE_CHECKING`: their types are read",
    )
    def test_every_option_has_a_type_that_can_be_read(self, entry: SelectorEntry) -> None:
        for option in inspect.signature(entry.make).parameters:
            try:
                kind_of(entry.make, option)
            except PluginError as error:
                require(False, str(error))

    @promise(
        "a selector returns every candidate exactly once",
        keep="return Ranking.from_scores(…) over one Score for each of `problem.candidates`, with or without a score",
    )
    @pytest.mark.parametrize("losses", [LOSSES, TIED], ids=["ordinary", "tied"])
    def test_every_candidate_comes_back_once(self, entry: SelectorEntry, losses: Mapping[str, LossOf]) -> None:
        require_all_once(self.select(entry, SpyProblem(losses)), losses)

    @promise(
        "a score is a finite number or None",
        keep="return Score(model=…, score=None, notes=(why,)) instead of NaN or infinity",
    )
    @pytest.mark.parametrize("losses", [LOSSES, FLAT], ids=["ordinary", "flat and tiny"])
    def test_scores_are_finite_or_null(self, entry: SelectorEntry, losses: Mapping[str, LossOf]) -> None:
        unfit = unfit_numbers(self.select(entry, SpyProblem(losses)).models)
        require(not unfit, "; ".join(unfit[:3]))

    @promise(
        "ranks follow the scores: 1 is the highest score, no score no rank",
        keep="build the ranking with Ranking.from_scores(…)",
    )
    def test_ranks_follow_the_scores(self, entry: SelectorEntry) -> None:
        ranking = self.select(entry, SpyProblem(LOSSES))
        scored = [row for row in ranking.models if row.score is not None]
        ranks = [row.rank for row in ranking.models]
        expected = [*range(1, len(scored) + 1), *[None] * (len(ranks) - len(scored))]
        require(ranks == expected, f"{len(scored)} of {len(ranks)} have a score, and the ranks are {ranks}")
        scores = [row.score or 0.0 for row in scored]
        require(scores == sorted(scores, reverse=True), f"the scores from rank 1 on are {scores}")

    @promise(
        "a higher score is better",
        keep="score by minus the loss, or minus the predicted loss",
    )
    def test_a_better_model_is_not_scored_below_a_worse_one(self, entry: SelectorEntry) -> None:
        losses = {"a-worse": power_law(20, 0.3, zero_shot=8.0), "b-better": power_law(10, 0.3, zero_shot=4.0)}
        problem = SpyProblem(losses)
        rows = {row.model: row for row in self.select(entry, problem).models}
        if not all(problem.sizes_measured(name) for name in losses):
            pytest.skip("it measures none of the two models, so it cannot know which is better")
        worse, better = (rows[name].score for name in losses)
        if worse is not None and better is not None:
            seen = f"a model with half the loss at every size has score {better:.6g}, the other {worse:.6g}"
            require(better >= worse, seen)
