from __future__ import annotations

import json
from pathlib import Path

import pytest

from audition import library
from audition.measuring.ledger import Ledger
from audition.types import Observation, Status
from worlds.command import audition

LEDGER = ".audition/ledger.db"


def put(key: str, model: str, n_samples: int, loss: float | None, *, task: str = "toy", seed: int = 0) -> None:
    status: Status = "crashed" if loss is None else "ok"
    Ledger(LEDGER).put(
        key.ljust(64, "0"),
        Observation(
            model=model, task=task, n_samples=n_samples, loss_per_byte=loss, seeds=(seed,), status=status, method="full"
        ),
    )


@pytest.fixture
def ledger() -> None:
    """Fill a ledger: two models on one task, one of them by two recipes; a model with `_` in its name on another."""
    for number, (size, loss) in enumerate([(200, 2.0), (400, 1.7), (800, 1.5)]):
        put(f"aaaaaaa{number}", "gpt2", size, loss)
    put("bbbbbbbb", "gpt2", 800, 1.4)
    put("cccccccc", "gpt2", 800, 1.45, seed=1)
    put("dddddddd", "opt", 200, None)
    put("eeeeeeee", "my_model", 200, 1.0, task="other")


@pytest.mark.usefixtures("ledger")
def test_a_row_is_a_model_on_a_task() -> None:
    rows = json.loads(audition("curves", "--json").stdout)
    assert [(row["task"], row["model"], row["n_points"]) for row in rows] == [
        ("other", "my_model", 1),
        ("toy", "gpt2", 5),
        ("toy", "opt", 1),
    ]
    assert (rows[1]["n_sizes"], rows[1]["smallest"], rows[1]["largest"], rows[1]["n_seeds"]) == (3, 200, 800, 2)
    assert rows[2]["n_failed"] == 1
    assert "3: 200 to 800" in audition("curves").stdout


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(
    ("arguments", "models"),
    [
        (["--task", "toy"], ["gpt2", "opt"]),
        (["--model", "gpt*"], ["gpt2"]),
        (["--model", "my_*"], ["my_model"]),
        (["--model", "m__model*"], []),
        (["--task", "none"], []),
        (["--limit", "1", "--offset", "1"], ["gpt2"]),
    ],
)
def test_a_listing_is_filtered_and_paged(arguments: list[str], models: list[str]) -> None:
    assert [row["model"] for row in json.loads(audition("curves", "list", *arguments, "--json").stdout)] == models


@pytest.mark.usefixtures("ledger")
def test_a_page_that_is_not_the_last_says_how_to_go_on() -> None:
    assert "--offset 2 goes on" in audition("curves", "--limit", "2").stderr
    assert audition("curves", "--limit", "3").stderr == ""


@pytest.mark.usefixtures("ledger")
def test_a_curve_has_every_point_with_a_key_that_tells_recipes_apart_and_a_drawing() -> None:
    shown = audition("curves", "show", "toy", "gpt2").stdout
    assert "aaaaaaa2" in shown
    assert "bbbbbbbb" in shown
    assert "loss by examples, log-log (o measured, nats/byte)" in shown
    points = json.loads(audition("curves", "show", "toy", "gpt2", "--json").stdout)
    assert [(point["n_samples"], point["loss"]) for point in points] == [
        (200, 2.0),
        (400, 1.7),
        (800, 1.5),
        (800, 1.4),
        (800, 1.45),
    ]


@pytest.mark.usefixtures("ledger")
def test_a_curve_that_failed_everywhere_is_a_table_alone() -> None:
    shown = audition("curves", "show", "toy", "opt").stdout
    assert "crashed" in shown
    assert "log-log" not in shown


@pytest.mark.usefixtures("ledger")
def test_what_is_not_there_is_one_line_with_what_is() -> None:
    assert "Did you mean toy?" in audition("curves", "show", "toi", "gpt2", code=2).stderr
    assert "Did you mean gpt2?" in audition("curves", "show", "toy", "gp2", code=2).stderr


def test_looking_makes_no_ledger() -> None:
    assert audition("curves").stdout == "no loss curve is here\n"
    assert "no loss is there to show" in audition("curves", "show", "a", "b", code=2).stderr
    assert not Path(".audition").exists()


def test_recorded_curves_are_listed_and_drawn_too() -> None:
    rows = json.loads(audition("curves", "--source", "recorded", "--task", "wmt19", "--json").stdout)
    assert len(rows) == 30  # the paper's models
    assert audition("curves", "show", "wmt19", "gpt2", "--source", "recorded").stdout.count("\n") > 15
    assert (
        "no task with a curve called 'wmt91'"
        in audition("curves", "show", "wmt91", "gpt2", "--source", "recorded", code=2).stderr
    )


def test_the_function_is_the_command() -> None:
    (point, *_) = library.show_curve("wmt19", "gpt2", source="recorded")
    assert point.loss is not None
    assert {each.model for each in library.list_curves(source="recorded", task="flan", model="gpt2*")} >= {"gpt2"}
