from __future__ import annotations

from fractions import Fraction

from audition.budgets.budget import SizeCap, TotalSpend
from audition.selection.answering.commands import select_command
from audition.selection.config import SelectionConfig
from audition.types import TaskOptions
from audition.types.results.certainties import NextStep

STEP = NextStep(models=("tiny/a", "tiny/b"), n_samples=800, ratio="1/8", seconds=12.0)


def test_the_next_command_measures_twice_as_far() -> None:
    config = SelectionConfig(task="./my rows.csv", budget=SizeCap(Fraction(1, 16)))
    assert select_command(config, STEP) == "audition select './my rows.csv' --models tiny/a,tiny/b --ratio 1/8"


def test_a_race_goes_on_as_a_comparison_of_a_few() -> None:
    config = SelectionConfig(task="t", budget=TotalSpend(100, "seconds", Fraction(1, 8)), selector="race")
    assert select_command(config, STEP) == "audition select t --models tiny/a,tiny/b --ratio 1/8"


def test_it_reads_and_trains_as_this_selection_did() -> None:
    config = SelectionConfig(
        task="rows.csv",
        task_options=TaskOptions(input_column="q", target_column="a b"),
        budget=SizeCap(Fraction(3, 4)),
        selector="bank",
        recipe="./my.toml",
        n_seeds=3,
        seed=5,
        truncate="start",
    )
    assert select_command(config, STEP) == (
        "audition select rows.csv --models tiny/a,tiny/b --ratio 1/8 --selector bank --seeds 3 --seed 5 --recipe "
        "./my.toml --input-column q --target-column 'a b' --truncate start"
    )
