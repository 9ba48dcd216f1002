"""What a selector must bear: failures, few sizes, one candidate."""
# ruff: noqa: D102 - the names of tests are their documentation

from __future__ import annotations

import pytest

from audition.testing.promises import promise, require
from audition.testing.selectors.base import SelectorChecks, require_all_once, unfit_numbers
from audition.testing.selectors.pools import FAILURES, LOSSES
from audition.testing.spy import SpyProblem
from audition.testing.toy.curves import SIZES
from audition.testing.toy.model import toy_model
from audition.types import RankedModel, SelectorEntry


class HardshipChecks(SelectorChecks):
    """Checks that a selector goes on with what there is."""

    @promise(
        "a failed measurement is an outcome, not an error",
        keep="where `observation.loss is None`, go on with the sizes you have, or return a Score without a score",
    )
    @pytest.mark.parametrize("what", FAILURES)
    def test_failed_measurements_end_nothing(self, entry: SelectorEntry, what: str) -> None:
        require_all_once(self.select(entry, SpyProblem(LOSSES, failing=FAILURES[what])), LOSSES)

    @promise(
        "a candidate of which nothing could be measured has no score, and says why",
        keep="return Score(model=…, score=None, status=observation.status, notes=(observation.message,)) for it",
    )
    def test_a_candidate_that_always_fails_has_no_score(self, entry: SelectorEntry) -> None:
        problem = SpyProblem(LOSSES, failing=FAILURES["all of it"])
        late = next((row for row in self._unless_it_raises(entry, problem) if row.model == "late"), None)
        if late is None or not problem.sizes_measured("late"):
            return  # another check's matter; or it measured nothing of it, and has its own reasons
        require(late.score is None, f"it has score {late.score!r}")
        require(late.status != "ok", "its status is 'ok'")

    @promise(
        "a selector makes do with few sizes",
        keep="with too few points fall back to fewer parameters, or to the last loss, and say so in `notes`",
    )
    @pytest.mark.parametrize("n_sizes", [1, 2, 3])
    def test_few_sizes_are_enough(self, entry: SelectorEntry, n_sizes: int) -> None:
        require_all_once(self.select(entry, SpyProblem(LOSSES, sizes=SIZES[:n_sizes])), LOSSES)

    @promise(
        "a selector ranks a single candidate, too",
        keep="normalise by nothing that is 0 for one candidate, such as the deviation of the scores",
    )
    def test_one_candidate_is_ranked(self, entry: SelectorEntry) -> None:
        ranking = self.select(entry, SpyProblem({"late": LOSSES["late"]}))
        require_all_once(ranking, ["late"])
        unfit = unfit_numbers(ranking.models)
        require(not unfit, "; ".join(unfit))

    @promise(
        "a selector copes with models of unknown size",
        keep="treat `model.n_params is None` as an outcome: a fallback, or a null score with a note",
    )
    def test_models_of_unknown_size_are_no_error(self, entry: SelectorEntry) -> None:
        models = [toy_model(name, n_params=None) for name in LOSSES]
        require_all_once(self.select(entry, SpyProblem(LOSSES, models=models)), LOSSES)

    def _unless_it_raises(self, entry: SelectorEntry, problem: SpyProblem) -> tuple[RankedModel, ...]:
        """Return the rows of the ranking; none after an error, which other checks are for."""
        try:
            return self.select(entry, problem).models
        except Exception:  # noqa: BLE001 - a plugin may raise anything
            return ()
