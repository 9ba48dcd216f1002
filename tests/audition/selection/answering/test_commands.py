from __future__ import annotations

import shlex
from fractions import Fraction

from audition.budgets.budget import SizeCap, TotalSpend
from audition.selection.answering.commands import next_command, select_command
from audition.selection.config import SelectionConfig
from audition.types import TaskOptions
from audition.types.results.certainties import NextStep

STEP = NextStep(models=("tiny/a", "tiny/b"), n_samples=800, ratio="1/8", seconds=12.0)


def test_the_next_command_measures_twice_as_far() -> None:
    config = SelectionConfig(task="./my rows.csv", budget=SizeCap(Fraction(1, 16)))
    assert next_command(config, STEP) == "audition select './my rows.csv' --models tiny/a,tiny/b --ratio 1/8"


def test_a_race_goes_on_as_a_comparison_of_a_few() -> None:
    config = SelectionConfig(task="t", budget=TotalSpend(100, "seconds", Fraction(1, 8)), selector="race")
    assert next_command(config, STEP) == "audition select t --models tiny/a,tiny/b --ratio 1/8"


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
    assert next_command(config, STEP) == (
        "audition select rows.csv --models tiny/a,tiny/b --ratio 1/8 --selector bank --seeds 3 --seed 5 --recipe "
        "./my.toml --input-column q --target-column 'a b' --truncate start"
    )


def test_a_selection_says_every_word_that_was_not_the_usual_one() -> None:
    config = SelectionConfig(
        task="./my rows.csv",
        models=("gpt2*", "./mine"),
        exclude=("gpt2-xl",),
        budget=SizeCap(Fraction(1, 8)),
        memory_budgets=(8 * 2**30, 1000),
        device="cuda:1",
        n_workers="auto",
        executor="slurm",
        executor_options=("queue=long one",),
        timeout=90.0,
        loss_unit="nats/token",
        min_size=30,
        full_size=100_000,
        rank_lossy=True,
        does_recheck=True,
        ledger="my.db",
        plugin_files=("/home/me/my plugin.py",),
    )
    assert shlex.split(select_command(config)) == [
        *("audition", "select", "./my rows.csv", "--models", "gpt2*,./mine", "--exclude", "gpt2-xl", "--ratio", "1/8"),
        *("--memory", "8GB,1000B", "--workers", "auto", "--loss-unit", "nats/token", "--min-size", "30"),
        *("--full-size", "100000", "--rank-lossy", "--recheck", "--device", "cuda:1", "--executor", "slurm"),
        *("--timeout", "90", "--ledger", "my.db", "--executor-option", "queue=long one"),
        *("--plugin", "/home/me/my plugin.py"),
    ]


def test_a_limit_is_said_as_it_was_given() -> None:
    config = SelectionConfig(task="t", budget=TotalSpend(600.0, "seconds", Fraction(1, 8)), selector="race")
    assert select_command(config) == "audition select t --spend 600.0seconds --ratio 1/8"


def test_a_replay_is_said_to_be_one() -> None:
    config = SelectionConfig(task="flan", budget=SizeCap(Fraction(1, 64)), selector="ats", selector_options=("k=4",))
    assert select_command(config, "recorded") == (
        "audition select flan --source recorded --ratio 1/64 --selector ats --option k=4"
    )
