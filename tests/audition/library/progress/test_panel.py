from __future__ import annotations

import io
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from audition.budgets.budget import SizeCap
from audition.library.progress.headway import Headway
from audition.library.progress.panel import draw, n_that_fit, places
from audition.types import Progress, Ranking, Score
from worlds.headways import plan_of, seen

if TYPE_CHECKING:
    from audition.selection.plan import Plan

MANY = tuple(f"organisation/model-number-{number:02}" for number in range(30))
RANKING = Ranking.from_scores(
    [
        Score(model="tiny/b", score=-1.1, predicted_loss=1.1, interval=(0.9, 1.3)),
        Score(model="tiny/a", score=-1.2, predicted_loss=1.2, interval=(1.0, 1.4)),
        Score(model="tiny/c", score=None),
    ]
)


def headway_of(plan: Plan) -> Headway:
    return Headway(plan, SizeCap(Fraction(1)), lambda: 0.0)


def lines_of(headway: Headway, ranking: Ranking | None, *, width: int = 80, height: int = 24) -> list[str]:
    console = Console(file=io.StringIO(), force_terminal=True, width=width, height=height, no_color=True, record=True)
    console.print(draw(headway, ranking, "nats/byte", height=height - 1))
    return [line.rstrip() for line in console.export_text().splitlines()]


@pytest.fixture
def measured() -> Headway:
    """Return three candidates, of which one runs and one failed."""
    headway = headway_of(plan_of("tiny/a", "tiny/b", "tiny/c"))
    headway.observed(seen("tiny/a", 100, 1.4), False)
    headway.observed(seen("tiny/a", 200, 1.3), False)
    headway.observed(seen("tiny/b", 100, 1.25), False)
    headway.observed(seen("tiny/c", 200, None, status="out-of-memory"), False)
    headway.step(Progress(model="tiny/b", n_samples=200, stage="training", done=42, total=100))
    return headway


def test_a_panel_shows_how_far_it_is_what_it_cost_and_the_ranking_so_far(measured: Headway) -> None:
    assert lines_of(measured, RANKING) == [
        "4 of 6 measurements, about 10 s left",
        "spent 40 s of 1 min of compute (planned) · nats/byte",
        "   model     predicted, 80 %     sizes  latest loss    now",
        "1  tiny/b    1.100 0.90 to 1.30  1/2    100: 1.2500    200 trains 42%",
        "2  tiny/a    1.200 1.00 to 1.40  2/2    200: 1.3000",
        "   tiny/c                        1/2    out-of-memory",
    ]


def test_without_a_selector_that_can_tell_the_latest_losses_order_it(measured: Headway) -> None:
    shown = lines_of(measured, None)
    assert "predicted" not in shown[2]
    assert [line.split()[0] for line in shown[3:]] == ["tiny/b", "tiny/a", "tiny/c"]


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("height", [6, 10, 24, 60])
def test_a_panel_is_no_larger_than_the_terminal(width: int, height: int) -> None:
    headway = headway_of(plan_of(*MANY))
    for number, name in enumerate(MANY):
        headway.observed(seen(name, 200, 1.0 + number / 100), False)
        headway.step(Progress(model=name, n_samples=100, stage="evaluating", done=1, total=3))
    ranking = Ranking.from_scores(
        Score(model=name, score=-n, predicted_loss=1 + n / 100, interval=(0.1, 10.0)) for n, name in enumerate(MANY)
    )
    shown = lines_of(headway, ranking, width=width, height=height)
    assert len(shown) < height
    assert max(map(len, shown)) <= width
    n_shown = sum("200: " in line or "…" in line for line in shown[3:]) - (height < 60)
    assert (shown[-1] == f"… and {30 - n_shown} more") is (height < 60)


def test_somebody_is_shown_however_low_the_terminal_is() -> None:
    assert n_that_fit(14, 2) == 1
    assert n_that_fit(14, 17) == 14
    assert n_that_fit(14, 16) == 12


def test_who_runs_comes_before_who_waits() -> None:
    headway = headway_of(plan_of("a", "b"))
    headway.step(Progress(model="b", n_samples=100, stage="loading", done=0, total=0))
    assert [place.model for place in places(headway, None)] == ["b", "a"]
    assert lines_of(headway, None)[3].endswith("100 loads")


def test_a_name_like_markup_is_shown_as_it_is() -> None:
    assert "[red]x" in "\n".join(lines_of(headway_of(plan_of("[red]x")), None))
