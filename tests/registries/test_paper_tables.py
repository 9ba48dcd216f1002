from __future__ import annotations

import csv
import math
from itertools import pairwise

import pytest

import audition_registries

SIZES = [0, *(200 * 2**power for power in range(14))]
# The loss rises with more data exactly seven times in the paper's tables.
RISES = {"flan": 0, "wmt19": 6, "gigaword": 1}


def read(table: str) -> list[dict[str, str]]:
    with audition_registries.path("paper", f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_losses(task: str) -> dict[str, list[float]]:
    return {row["model"]: [float(row[str(size)]) for size in SIZES] for row in read(f"losses_{task}")}


@pytest.mark.parametrize("task", RISES)
def test_every_model_has_a_loss_at_every_size(task: str) -> None:
    rows = read(f"losses_{task}")
    assert list(rows[0]) == ["model", *map(str, SIZES)]
    assert SIZES[-1] == 1_638_400
    assert [row["model"] for row in rows] == [row["model"] for row in read("models")]


@pytest.mark.parametrize("task", RISES)
def test_every_loss_is_finite_and_positive(task: str) -> None:
    assert all(math.isfinite(loss) and loss > 0 for losses in read_losses(task).values() for loss in losses)


@pytest.mark.parametrize(("task", "expected"), RISES.items())
def test_the_loss_rises_with_more_data_exactly_as_often_as_in_the_paper(task: str, expected: int) -> None:
    rises = sum(after > before for losses in read_losses(task).values() for before, after in pairwise(losses))
    assert rises == expected


@pytest.mark.parametrize("task", RISES)
def test_full_fine_tuning_ends_below_the_zero_shot_loss(task: str) -> None:
    assert all(losses[-1] < losses[0] for losses in read_losses(task).values())


def test_table_1_has_two_metrics_of_every_selector_ratio_and_task() -> None:
    cells = {(row["metric"], row["ratio"], row["task"], row["selector"]) for row in read("table1")}
    assert len(cells) == len(read("table1")) == 192
    assert {cell[0] for cell in cells} == {"PearCorr", "RelAcc"}


def test_table_3_gives_both_laws_for_every_model_and_task() -> None:
    rows = read("table3_rmsd")
    assert {(row["model"], row["task"]) for row in rows} == {
        (m["model"], task) for m in read("models") for task in RISES
    }
    assert all(float(row[law]) > 0 for row in rows for law in ("rectified", "vanilla"))
    # means as printed: 0.0080 and 0.0367; cells and means are each rounded to four decimals
    means = [sum(float(row[law]) for row in rows) / len(rows) for law in ("rectified", "vanilla")]
    assert means == pytest.approx([0.0080, 0.0367], abs=1e-4)
