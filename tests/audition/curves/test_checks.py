"""What is odd about a curve is found; what a phase transition does is not odd; the paper's curves are even."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from audition.curves.checks import check_curve, check_measured, check_row
from audition.types import Observation, RankedModel
from worlds.recorded_world import CURVES, losses


def curve(*losses: float) -> dict[int, float]:
    """Return losses at 200, 400, 800 and so on."""
    return {200 * 2**place: loss for place, loss in enumerate(losses)}


def flags(*losses: float, noise: float | None = None) -> list[str]:
    return [finding.flag for finding in check_curve(curve(*losses), noise=noise)]


def spiked_sizes(*losses: float) -> tuple[int, ...]:
    return next((finding.sizes for finding in check_curve(curve(*losses)) if finding.flag == "spikes"), ())


@pytest.mark.parametrize(
    ("losses", "sizes"),
    [
        ((2.9, 2.8, 2.7, 9.5, 2.5, 2.4), (1600,)),  # one diverged
        ((2.9, 2.8, 2.7, 0.3, 2.5, 2.4), (1600,)),  # one far too good
        ((2.9, 2.8, 2.7, 3.3, 2.5, 2.4), (1600,)),
        ((2.9, 2.8, 9.5, 9.2, 2.5, 2.4), (800, 1600)),  # two beside each other
        ((2.9, 2.8, 2.7, 2.6, 2.5, 9.5), (6400,)),  # the last
        ((2.9, 2.8, 2.7, 2.6, 2.5, 0.3), (6400,)),
        ((9.5, 2.8, 2.7, 2.6, 2.5), (200,)),  # the first
        ((0.5, 2.8, 2.7, 2.6, 2.5), (200,)),
        ((2.7, 9.5, 2.5), (400,)),
    ],
)
def test_a_measurement_out_of_line_with_the_others_is_named(losses: tuple[float, ...], sizes: tuple[int, ...]) -> None:
    assert spiked_sizes(*losses) == sizes


@pytest.mark.parametrize(
    "losses",
    [
        (4.0, 3.95, 3.8, 3.2, 2.2, 1.4),  # slow, then fast: the power phase begins
        (4.0, 3.99, 3.98, 2.0, 1.0, 0.9),  # a cliff
        (9.5, 9.2, 2.5, 2.4, 2.3),
        (3.0, 2.0, 1.5, 1.2, 1.1),  # fast, then slow
        (8.0, 4.0, 2.0, 1.0),  # a steep line
        (3.0, 2.7, 2.9, 2.5, 2.7, 2.3, 2.5, 2.2),  # as noisy everywhere
    ],
)
def test_a_curve_that_falls_leaves_no_doubt_however_it_bends(losses: tuple[float, ...]) -> None:
    assert set(flags(*losses)) <= {"steepens", "plateau"}


def test_gains_that_change_are_said() -> None:
    assert flags(4.0, 3.95, 3.88, 3.7, 3.3) == ["steepens"]
    assert flags(4.0, 3.0, 2.3, 2.29) == ["plateau"]
    assert flags(8.0, 4.0, 2.0, 1.0) == flags(3.0, 2.8, 2.65, 2.5) == []
    assert flags(4.0, 3.9, 3.0) == []  # three points have too few gains to compare


def test_a_model_that_does_worse_than_guessing_bytes_has_never_seen_such_text() -> None:
    points = [
        Observation(model="a", task="t", n_samples=size, loss=loss, loss_per_byte=loss)
        for size, loss in ((0, 5.6), (50, 2.0), (100, 1.9))
    ]
    row = RankedModel(rank=1, model="a", status="ok", score=-1.5, predicted_loss=1.5)
    assert [finding.flag for finding in check_row(row, points)] == ["unseen"]
    assert not any(finding.is_doubt for finding in check_row(row, points))
    assert check_row(row, [replace(points[0], loss_per_byte=5.5), *points[1:]]) == ()
    assert check_row(row, [replace(points[0], loss_per_byte=None), *points[1:]]) == ()  # nats a token tell nothing


@pytest.mark.parametrize(
    "losses",
    [
        (2.0, 2.1, 2.2, 2.3, 2.4, 2.5),
        (2.0, 2.01, 2.02, 2.03, 2.04),  # slowly, but at every step
        (3.0, 2.0, 1.5, 1.6, 1.7, 1.8),  # down, then up
        (2.9, 2.6, 2.3, 2.0, 2.2),  # up at the end
        (2.0, 2.5, 3.0, 2.5, 2.0),  # up, and down to where it began
        (2.0, 2.5),
    ],
)
def test_losses_that_do_not_fall_are_named(losses: tuple[float, ...]) -> None:
    (finding,) = check_curve(curve(*losses))
    assert (finding.flag, finding.sizes, finding.is_doubt) == ("rises", (max(curve(*losses)),), True)


def test_a_curve_is_judged_without_its_spike() -> None:
    assert flags(2.0, 2.1, 2.2, 9.5, 2.4, 2.5) == ["spikes", "rises"]


def test_losses_that_hardly_change_are_flat_which_is_no_doubt() -> None:
    (finding,) = check_curve(curve(2.5, 2.5, 2.501, 2.5))
    assert (finding.flag, finding.is_doubt) == ("flat", False)


def test_a_rise_within_known_noise_is_none() -> None:
    assert flags(2.0, 2.02, 2.08, noise=0.02) == []
    assert flags(2.0, 2.02, 2.08, noise=0.005) == ["rises"]


def test_a_zero_shot_loss_is_no_point_of_the_curve() -> None:
    assert check_curve({0: 0.1, **curve(2.9, 2.8, 2.7)}) == ()


def test_the_seeds_of_a_model_tell_its_noise() -> None:
    seen = [
        Observation(model="a", task="t", n_samples=size, loss=loss, spread=0.04 * loss, seeds=(0, 1))
        for size, loss in curve(2.0, 2.02, 2.08).items()
    ]
    assert check_measured(seen)["a"] == ()


def test_a_prediction_below_half_of_what_was_measured_is_a_doubt() -> None:
    seen = [Observation(model="a", task="t", n_samples=size, loss=loss) for size, loss in curve(4.0, 3.0, 2.0).items()]

    def row(predicted: float) -> RankedModel:
        return RankedModel(rank=1, model="a", status="ok", score=-predicted, predicted_loss=predicted)

    assert [finding.flag for finding in check_row(row(0.99), seen)] == ["far-below"]
    assert check_row(row(1.01), seen) == ()


@pytest.mark.parametrize(("task", "model"), CURVES)
def test_no_curve_of_the_paper_leaves_a_doubt_at_any_budget(task: str, model: str) -> None:
    sizes, all_losses = losses(task)
    row = all_losses[[name for other, name in CURVES if other == task].index(model)]
    for n_points in range(3, len(sizes) + 1):
        points = {int(size): float(loss) for size, loss in zip(sizes[:n_points], row[:n_points], strict=True)}
        assert [finding.flag for finding in check_curve(points) if finding.is_doubt] == []


def test_the_module_states_the_paper_as_it_is() -> None:
    """Its docstring: 0.9 % above or below both sides, 43 % from the line of the two points beside an end."""
    bumps, bends = [0.0], [0.0]
    for task in {task for task, _ in CURVES}:
        sizes, rows = losses(task)
        x = [math.log(size) for size in sizes[1:]]
        for row in rows:
            y = [math.log(loss) for loss in row[1:]]
            for n in range(3, len(y) + 1):
                slope = (y[n - 2] - y[n - 3]) / (x[n - 2] - x[n - 3])
                bends.append(abs(y[n - 1] - (y[n - 2] + slope * (x[n - 1] - x[n - 2]))))
                for i in range(1, n - 1):
                    before, after = y[:i], y[i + 1 : n]
                    bumps.append(max(y[i] - max(min(before), min(after)), min(max(before), max(after)) - y[i]))
    assert max(bumps) == pytest.approx(0.009, abs=5e-4)
    assert math.exp(max(bends)) - 1 == pytest.approx(0.43, abs=5e-3)
