from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from audition.budgets.budget import SizeCap, TotalSpend
from audition.library.progress.headway import Headway, roughly
from audition.types import Progress
from worlds.headways import plan_of, seen

CAP = SizeCap(Fraction(1))


class Clock:
    """Stands where it is put."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_before_anything_is_measured_the_time_left_is_the_plan_s() -> None:
    assert Headway(plan_of("a", "b"), CAP, Clock()).seconds_left == 40.0
    assert Headway(plan_of("a", "b", slots=2), CAP, Clock()).seconds_left == 20.0
    assert Headway(replace(plan_of("a", "b"), crowding=1.5), CAP, Clock()).seconds_left == 60.0


def test_what_took_longer_than_planned_makes_the_rest_longer() -> None:
    headway = Headway(plan_of("a", "b"), CAP, Clock())
    headway.observed(seen("a", 200, 1.0, seconds=24.0), False)
    # a tenth of the plan, 4 s, counts as measured as planned: (24 + 4) / (10 + 4) = 2
    assert headway.seconds_left == pytest.approx(2 * 30.0)


def test_the_last_measurement_has_one_slot_however_many_there_are() -> None:
    headway = Headway(plan_of("a", sizes=(200,), slots=4), CAP, Clock())
    assert headway.seconds_left == 10.0


def test_time_goes_by_between_two_measurements_but_never_all_of_it() -> None:
    clock = Clock()
    headway = Headway(plan_of("a", "b"), CAP, clock)
    clock.now = 15.0
    assert headway.seconds_left == 25.0
    clock.now = 1000.0
    assert headway.seconds_left == 4.0


def test_what_the_ledger_had_takes_no_time_and_tells_none() -> None:
    headway = Headway(plan_of("a", "b", n_in_ledger=1), CAP, Clock())
    headway.observed(seen("a", 200, 1.0, seconds=999.0), True)
    assert headway.seconds_left == 20.0
    assert headway.paid.seconds == 0.0
    assert headway.mark == "1/4, about 20 s left"


def test_a_candidate_that_failed_takes_no_more_time() -> None:
    headway = Headway(plan_of("a", "b"), CAP, Clock())
    headway.observed(seen("a", 200, None, status="crashed"), False)
    assert headway.seconds_left == 20.0
    assert headway.mark == "1/4, about 20 s left"


def test_time_that_nobody_knows_is_not_told() -> None:
    headway = Headway(plan_of("a", is_calibrated=False), CAP, Clock())
    assert headway.seconds_left is None
    assert headway.mark == "0/2"
    unknown = replace(plan_of("a").models[0], seconds=(None, 1.0))
    assert Headway(replace(plan_of("a"), models=(unknown,)), CAP, Clock()).seconds_left is None


def test_every_seed_is_a_measurement_but_for_a_model_as_it_is() -> None:
    headway = Headway(plan_of("a", sizes=(200, 0), n_seeds=3), CAP, Clock())
    assert headway.n_total == 4
    for _ in range(3):
        headway.observed(seen("a", 200, 1.0), False)
    assert headway.mark == "3/4, about 30 s left"  # 10 s were planned over all seeds, it took 30: (30 + 2) / (10 + 2)
    assert headway.n_sizes_done("a") == 1


def test_what_is_measured_again_is_not_counted_beyond_the_plan() -> None:
    headway = Headway(plan_of("a"), CAP, Clock())
    for size in (200, 100, 100):
        headway.observed(seen("a", size, 1.0), False)
    assert headway.mark == "2/2"
    assert headway.closing == "3 measurements, in 0 s"


def test_a_selector_that_may_end_early_has_a_total_at_most() -> None:
    headway = Headway(plan_of("a", may_end_early=True), CAP, Clock())
    assert headway.mark == "0/at most 2, about 20 s left"
    assert headway.headline == "0 of at most 2 measurements, about 20 s left"


def test_a_limit_is_charged_for_what_the_ledger_had() -> None:
    headway = Headway(plan_of("a"), TotalSpend(20_000, "samples"), Clock())
    headway.observed(seen("a", 200, 1.0), True)
    headway.observed(seen("a", 100, 1.0), False)
    assert headway.spent == "spent 300 of 20,000 samples"
    assert Headway(plan_of("a"), TotalSpend(600, "seconds"), Clock()).spent == "spent 0 s of 10 min of compute"
    assert Headway(plan_of("a"), TotalSpend(1e15, "flops"), Clock()).spent == "spent 0 of 1e+15 FLOPs"


def test_without_a_limit_it_is_set_beside_the_plan() -> None:
    headway = Headway(plan_of("a"), CAP, Clock())
    headway.observed(seen("a", 200, 1.0, seconds=12.0), False)
    assert headway.spent == "spent 12 s of 20 s of compute (planned)"
    assert Headway(plan_of("a", is_calibrated=False), CAP, Clock()).spent == "spent 0 s of compute"


def test_throughput_is_of_examples_trained_on_now_by_the_clock() -> None:
    clock = Clock()
    headway = Headway(plan_of("a"), CAP, clock)
    clock.now = 4.0
    assert headway.throughput == ""
    headway.observed(seen("a", 200, 1.0), False)
    headway.observed(seen("a", 100, 1.0), True)
    assert headway.throughput == "100 examples/s"  # 400 in 4 s: what the ledger had was not trained now


def test_the_latest_loss_is_of_training_where_there_is_one() -> None:
    headway = Headway(plan_of("a", sizes=(200, 0)), CAP, Clock())
    assert headway.latest("a") is None
    headway.step(Progress(model="a", n_samples=200, stage="training", done=1, total=2))
    headway.observed(seen("a", 200, 1.0), False)
    headway.observed(seen("a", 0, 2.0), False)
    found = headway.latest("a")
    assert found is not None
    assert (found.n_samples, headway.running) == (200, {})


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.0, "5 s"), (41.0, "45 s"), (58.0, "1 min"), (850.0, "14 min"), (3590.0, "1 h"), (7900.0, "2 h 10 min")],
)
def test_a_time_is_no_finer_than_an_estimate(seconds: float, said: str) -> None:
    assert roughly(seconds) == said
