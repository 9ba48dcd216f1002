from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from audition.budgets.budget import SizeCap, TotalSpend
from audition.library.settings.reading import read_settings
from audition.library.settings.resolved import settings_of
from audition.selection.answering.commands import select_command, select_words
from audition.selection.config import SelectionConfig
from audition.types import Source, TaskOptions

USUAL = SelectionConfig(task="my rows.csv", budget=SizeCap(Fraction(1, 16)))
EVERYTHING = SelectionConfig(
    task='./"my" rows.csv',
    task_options=TaskOptions(
        input_column="q",
        target_column="a b",
        validation="v.csv",
        test="t.csv",
        delimiter="\t",
        quotes="none",
        skip_bad_rows=True,
    ),
    models=("gpt2*", "./mine"),
    exclude=("gpt2-xl",),
    budget=TotalSpend(90.5, "seconds", Fraction(1, 8)),
    selector="bank",
    selector_options=("k=4",),
    memory_budgets=(8 * 2**30, 1000),
    recipe="./my.toml",
    truncate="start",
    train_on="all-assistant",
    device="cuda:1",
    n_workers="auto",
    executor="slurm",
    executor_options=("queue=long one",),
    timeout=90.0,
    n_seeds=3,
    seed=5,
    loss_unit="nats/token",
    objective="chrf",
    min_size=30,
    full_size=100_000,
    rank_lossy=True,
    does_recheck=True,
    ledger="my.db",
    plugin_files=("/home/me/my plugin.py",),
)


@pytest.mark.parametrize("config", [USUAL, EVERYTHING])
@pytest.mark.parametrize("source", ["live", "recorded"])
def test_what_is_written_is_read_as_the_words_of_the_command(config: SelectionConfig, source: Source) -> None:
    path = Path("audition.toml")
    path.write_text(settings_of(config, source, Path("run")), encoding="utf-8")
    words = select_words(config, source)
    asked = {name: list(value) if isinstance(value, tuple) else value for name, value in words.items()}
    found = read_settings(path, "select")
    assert {**found, "workers": str(found.get("workers"))} == {**asked, "workers": str(asked.get("workers"))}


def test_every_word_of_the_command_is_in_the_file_and_no_other() -> None:
    flags = {word for word in select_command(EVERYTHING).split() if word.startswith("--")}
    text = settings_of(EVERYTHING, "live", Path("run"))
    keys = {f"--{line.partition(' = ')[0].replace('_', '-')}" for line in text.splitlines() if " = " in line}
    assert keys - {"--task"} == flags


def test_the_file_says_how_it_is_used() -> None:
    assert "#   audition select --config 'my run/audition.toml'\n" in settings_of(USUAL, "live", Path("my run"))
