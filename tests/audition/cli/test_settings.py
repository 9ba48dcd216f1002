"""`--config`: the commands' own parser reads the file."""

from __future__ import annotations

import json
import shlex
import tomllib
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from audition.budgets.budget import SizeCap, TotalSpend
from audition.cli.lazy import load
from audition.library.settings.resolved import settings_of
from audition.library.words import names
from audition.selection.answering.commands import select_command
from audition.selection.config import SelectionConfig
from audition.types import TaskOptions
from worlds.command import audition

CONFIGS = [
    SelectionConfig(task="my rows.csv", budget=SizeCap(Fraction(1, 16)), n_workers=2, seed=3),
    SelectionConfig(
        task="./my.tsv",
        task_options=TaskOptions(prompt="Say {x}", delimiter="|", skip_bad_rows=True),
        models=("a", "b*"),
        exclude=("c",),
        budget=TotalSpend(2e4, "samples", Fraction(1)),
        selector_options=("k=4", "delta=2.5"),
        memory_budgets=(8 * 2**30, 1000),
        timeout=12.5,
        rank_lossy=True,
        does_recheck=True,
        executor_options=("queue=long one",),
    ),
]


def parsed(*arguments: str) -> dict[str, Any]:
    """Return what the parser of `audition select` makes of arguments; lists of names as the library reads them."""
    context = load("select", "audition.cli.do.select:select").make_context("select", list(arguments))
    listed = ("models", "exclude", "memory")
    return {name: names(value or ()) if name in listed else value for name, value in context.params.items()}


@pytest.mark.parametrize("config", CONFIGS)
def test_the_settings_of_a_run_are_its_command(config: SelectionConfig) -> None:
    Path("audition.toml").write_text(settings_of(config, "live", Path("run")))
    assert parsed("--config", "audition.toml") == parsed(*shlex.split(select_command(config))[2:])


def test_the_command_line_overrides_the_file() -> None:
    Path("my.toml").write_text('task = "flan"\nsource = "recorded"\nratio = "1/64"\nseed = 3\nmodels = ["gpt2*"]\n')
    found = parsed("--config", "my.toml", "wmt19", "--seed", "4", "--models", "facebook/*")
    assert (found["task"], found["source"], found["ratio"], found["seed"]) == ("wmt19", "recorded", "1/64", 4)
    assert found["models"] == ("facebook/*",)


@pytest.mark.parametrize("words", [("--within", "2h"), ("--spend", "1h"), ("--ratio", "1/2")])
def test_another_way_to_say_how_much_is_measured_replaces_all_of_the_file(words: tuple[str, str]) -> None:
    Path("my.toml").write_text('task = "flan"\nratio = "1/64"\nspend = "20000samples"\n')
    found = parsed(*words, "--config", "my.toml")
    assert {name: found[name] for name in ("ratio", "within", "spend") if found[name]} == {words[0][2:]: words[1]}


def test_a_replay_runs_from_its_file_and_is_repeated_by_the_one_it_leaves() -> None:
    Path("my.toml").write_text('task = "flan"\nsource = "recorded"\nratio = "1/64"\nmodels = "gpt2*"\n')
    first = json.loads(audition("select", "--config", "my.toml", "--json", "--output", "kept").stdout)
    assert tomllib.loads(Path("kept/audition.toml").read_text()) == {
        "task": "flan",
        "source": "recorded",
        "models": ["gpt2*"],
        "ratio": "1/64",
    }
    again = json.loads(audition("select", "--config", "kept/audition.toml", "--json", "--output", "again").stdout)
    assert first["strata"] == again["strata"]
    assert first["commands"] == again["commands"]
    assert (
        Path("kept/audition.toml").read_text().splitlines()[2:]
        == Path("again/audition.toml").read_text().splitlines()[2:]
    )


@pytest.mark.parametrize(
    ("command", "text", "message"),
    [
        ("select", "modles = 1", "my.toml: no setting called 'modles'. Did you mean models or model?"),
        ("select", "seeds = 0", "my.toml: 'seeds': "),
        ("select", "wide = 1", "my.toml: 'wide' must be true or false, got 1"),
        ("finetune", "batch_size = 'x'", "my.toml: 'batch_size' must be a whole number, got 'x'"),
    ],
)
def test_what_is_wrong_with_the_file_is_one_line(command: str, text: str, message: str) -> None:
    Path("my.toml").write_text(text)
    said = audition(command, "--config", "my.toml", code=2).stderr
    assert said.startswith(f"error: {message}")
    assert len(said.splitlines()) == 1


def test_a_plugin_of_the_file_is_loaded_once() -> None:
    Path("mine.py").write_text("import audition\n\n@audition.hookimpl\ndef audition_models():\n    return []\n")
    Path("my.toml").write_text('task = "flan"\nsource = "recorded"\nplugin = ["mine.py"]\nmodels = "gpt2*"\n')
    report = json.loads(audition("select", "--config", "my.toml", "--json").stdout)
    assert report["commands"]["repeat"].count("mine.py") == 1


def test_without_task_nor_file_the_task_is_missing() -> None:
    assert "Missing argument" in audition("select", code=2).stderr
