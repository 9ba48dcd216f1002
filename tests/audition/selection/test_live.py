"""A whole live selection of toy models, measured in this process: no worker, no disk but the ledger's."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from audition.budgets.budget import SizeCap, TotalSpend
from audition.budgets.ladder import ladder
from audition.errors import BudgetExceeded, UsageError
from audition.selection.live import _doubled
from audition_plugins.selectors.ats import AcceptThenStop
from audition_plugins.selectors.guarded import Guarded
from audition_plugins.selectors.race import Race
from audition_plugins.selectors.sub_tuning import SubTuning

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audition.protocols import SelectionProblem
    from audition.testing import ToyExecutor
    from audition.types import Observation, Ranking
    from worlds.toy_selections import Opens


def test_candidates_are_ranked_by_what_they_learn(open_selection: Opens) -> None:
    selection, executor = open_selection("good", "fine")
    report = selection.run()
    first, second = report.strata[0].ranking
    assert {first.model, second.model} == {"toy/fine", "toy/good"}
    assert first.predicted_loss is not None
    assert second.predicted_loss is not None
    assert first.predicted_loss < second.predicted_loss
    assert {n for _, n, _ in executor.measured} <= {400, 200, 100, 50}


def test_a_failed_candidate_is_shown_and_the_others_are_ranked(open_selection: Opens) -> None:
    selection, _ = open_selection("diverges", "good", "runs-out")
    (stratum,) = selection.run().strata
    assert [(row.model, row.rank, row.status) for row in stratum.ranking] == [
        ("toy/good", 1, "ok"),
        ("toy/diverges", None, "not-finite"),
        ("toy/runs-out", None, "does-not-fit"),
    ]


def test_what_does_not_fit_is_listed_with_the_reason_and_not_tried(open_selection: Opens) -> None:
    selection, executor = open_selection("good", memory_budgets=(2**20, None))
    small, unlimited = selection.run().strata
    assert [(row.status, row.rank) for row in small.ranking] == [("does-not-fit", None)]
    assert small.ranking[0].notes == ("needs 604 MiB at least (estimated), the budget is 1 MiB",)
    assert unlimited.ranking[0].rank == 1
    assert {model for model, _, _ in executor.measured} == {"toy/good"}


def test_a_model_of_unknown_shape_is_not_compared_with_a_memory_budget(open_selection: Opens) -> None:
    selection, executor = open_selection("good", selector=SubTuning(), memory_budgets=(2**35, None), shape=None)
    limited, unlimited = selection.run().strata
    (row,) = limited.ranking
    assert (row.rank, row.status, row.notes) == (None, "ok", ("size unknown: not compared with the memory budget",))
    assert unlimited.ranking[0].rank == 1
    assert unlimited.memory == {"toy/good": None}, "unknown, not small"
    assert len(executor.measured) == 1


def test_nothing_fits_is_one_clear_line(open_selection: Opens) -> None:
    selection, _ = open_selection("good", memory_budgets=(2**20,), shape=None)
    with pytest.raises(UsageError, match=r"no candidate fits in 1 MiB; the smallest needs 600 MiB \(estimated\)"):
        selection.plan()


def test_a_selection_stops_at_its_total_spend(open_selection: Opens) -> None:
    selection, _ = open_selection("good", budget=TotalSpend(450, "samples"))
    with pytest.raises(BudgetExceeded, match="450 samples in all"):
        selection.run()


def spoil(executor: ToyExecutor, n_samples: int, factor: float = 40.0) -> None:
    """Let the first seed at one size have bad luck, and only that."""
    honest = executor.run

    def run(request: Any, on_progress: Any) -> Any:  # noqa: ANN401
        observation = honest(request, on_progress)
        if (request.n_samples, request.seed) != (n_samples, 0):
            return observation
        return replace(observation, loss_per_byte=factor * (observation.loss_per_byte or 1.0))

    executor.run = run  # type: ignore[method-assign]  # the toy trains too well for spikes of its own


def test_what_is_out_of_line_is_measured_again_and_the_median_counts(open_selection: Opens) -> None:
    selection, executor = open_selection("plain", selector=AcceptThenStop(), does_recheck=True)
    spiked = selection.sizes[1]
    spoil(executor, spiked)
    report = selection.run()
    [row] = report.strata[0].ranking
    assert any(f"measured again at {spiked:,} with seed 1, 2: " in note for note in row.notes)
    assert "spikes" not in row.flags
    [again] = [each for each in report.strata[0].measured if each.n_samples == spiked]
    assert again.seeds == (0, 1, 2)
    asked = [(n, seed) for _, n, seed in executor.measured]
    assert len(asked) == len(set(asked)), "nothing is measured twice"
    assert report.spent.samples_processed == sum(each.cost.samples_processed for each in report.strata[0].measured)


def test_without_the_option_a_spike_is_flagged_and_the_option_named(open_selection: Opens) -> None:
    selection, executor = open_selection("plain", selector=AcceptThenStop())
    spoil(executor, selection.sizes[1])
    report = selection.run()
    assert "spikes" in report.strata[0].ranking[0].flags
    assert report.recommended is None
    assert report.recommendation.startswith("No confident recommendation: toy/plain is first, but")
    assert "--recheck measures it again" in report.recommendation
    assert report.to_json()["strata"][0]["ranking"][0]["flags"] == list(report.strata[0].ranking[0].flags)


def test_a_budget_that_does_not_pay_for_measuring_again_is_kept(open_selection: Opens) -> None:
    calm, _ = open_selection("plain", selector=AcceptThenStop())
    flops = calm.plan().cost.flops
    assert flops is not None
    budget = TotalSpend(1.2 * flops, "flops")  # twice 200 examples more would be half as much again
    selection, executor = open_selection("plain", selector=AcceptThenStop(), does_recheck=True, budget=budget)
    spoil(executor, selection.sizes[1])
    selection.plan()
    [row] = selection.run().strata[0].ranking
    assert "not measured again at 200: the budget does not pay for it" in "; ".join(row.notes)
    assert {seed for _, _, seed in executor.measured} == {0}
    assert "spikes" in row.flags


def interrupt(executor: ToyExecutor, after: int) -> None:
    """Let somebody press Ctrl-C when so many measurements are done."""
    honest = executor.run

    def run(request: Any, on_progress: Any) -> Any:  # noqa: ANN401
        if len(executor.measured) >= after:
            raise KeyboardInterrupt
        return honest(request, on_progress)

    executor.run = run  # type: ignore[method-assign]  # wrapped on this one object: Ctrl-C has to come between two runs


def test_interrupted_a_selection_answers_with_what_it_knows_and_the_same_again_goes_on(open_selection: Opens) -> None:
    selection, executor = open_selection("good", "fine", selector=Guarded())
    interrupt(executor, after=3)
    report = selection.run()
    assert report.is_interrupted
    assert report.next_step is None
    assert report.best is not None
    assert {each.n_samples for each in report.strata[0].measured} == {400, 200, 100}
    unmeasured = [row for row in report.strata[0].ranking if row.score is None]
    assert [row.notes[0] for row in unmeasured] == ["it was not measured"]
    again, other = open_selection("good", "fine", selector=Guarded())
    whole = again.run()
    assert not whole.is_interrupted
    assert len(other.measured) == 2 * 5 - 3
    assert all(row.interval is not None for row in whole.strata[0].ranking)


def test_interrupted_before_anything_is_known_it_ends(open_selection: Opens) -> None:
    selection, executor = open_selection("good", "fine", selector=Guarded())
    interrupt(executor, after=0)
    with pytest.raises(KeyboardInterrupt):
        selection.run()
    paper, executor = open_selection("good", "fine", selector=AcceptThenStop())
    interrupt(executor, after=3)  # a selector that cannot answer before it is through
    with pytest.raises(KeyboardInterrupt):
        paper.run()


def test_what_would_make_the_answer_surer_is_named(open_selection: Opens) -> None:
    budget = SizeCap(Fraction(1, 4))
    selection, executor = open_selection("good", "fine", selector=Guarded(), budget=budget, min_size=25)
    spoil(executor, 0, factor=0.7)  # what has never seen such text says nothing of how sure it is
    report = selection.run()
    assert report.certainty is not None
    assert report.certainty.probability < 0.95
    assert report.next_step is not None
    assert (report.next_step.n_samples, report.next_step.ratio) == (200, "1/2")
    assert set(report.next_step.models) == {"toy/good", "toy/fine"}
    whole, _ = open_selection("good", "fine", selector=Guarded(), budget=SizeCap(Fraction(1)), min_size=25)
    assert whole.run().next_step is None  # there are no more rows


@pytest.mark.parametrize(("fraction", "largest", "ratio"), [("1/16", 149, "1/8"), ("1/8", 400, "800/2393")])
def test_the_next_ladder_goes_on_from_what_was_measured(fraction: str, largest: int, ratio: str) -> None:
    found = _doubled(Fraction(fraction), largest, 2393)
    assert str(found) == ratio
    assert ladder(2393, found, 1)[1] == largest


def test_a_plan_says_what_ends_it(open_selection: Opens) -> None:
    selection, _ = open_selection("good", budget=TotalSpend(450, "samples"))
    assert selection.plan().limit == "450 samples in all, 1 of the training set at once"
    unlimited, _ = open_selection("good")
    assert unlimited.plan().limit == ""


def test_a_race_spends_no_more_than_it_may(open_selection: Opens) -> None:
    selection, _ = open_selection("good", "fine", selector=Race(sure=1.0), budget=TotalSpend(450, "samples"))
    report = selection.run()
    assert report.best is not None
    assert report.spent.n_samples <= 450
    assert {each.n_samples for each in report.strata[0].measured} == {0, 50, 100}


def test_how_candidates_stand_is_what_the_selector_says_of_what_was_measured(open_selection: Opens) -> None:
    selection, _ = open_selection("good", "fine", selector=Guarded())
    assert selection.standing() is None, "nothing was measured"
    report = selection.run()
    paid = selection.losses.paid
    standing = selection.standing()
    assert standing is not None
    assert [row.model for row in standing.models] == [row.model for row in report.strata[0].ranking]
    assert selection.losses.paid == paid, "to ask costs nothing"


def test_how_candidates_stand_is_unknown_where_the_selector_cannot_tell(open_selection: Opens) -> None:
    selection, _ = open_selection("good", "fine")
    selection.run()
    assert selection.standing() is None


class Remembering(Guarded):
    """A selector that changes with every question."""

    def so_far(self, problem: SelectionProblem, observations: Iterable[Observation]) -> Ranking:
        QUESTIONS.append(id(self))
        return super().so_far(problem, observations)


QUESTIONS: list[int] = []


def test_a_copy_of_the_selector_is_asked_while_the_selection_runs(open_selection: Opens) -> None:
    selector = Remembering()
    selection, _ = open_selection("good", "fine", selector=selector)
    selection.run()
    QUESTIONS.clear()
    selection.standing()
    assert len(QUESTIONS) == 1
    assert id(selector) not in QUESTIONS
