from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from audition.budgets.budget import SizeCap
from audition.finetuning.command import finetune_command
from audition.selection.config import SelectionConfig
from audition.types import Cost, Observation, RankedModel, Report, Stratum, TaskOptions

if TYPE_CHECKING:
    from audition.types import Status

CONFIG = SelectionConfig(task="./my rows.csv", budget=SizeCap(Fraction(1, 16)))


def measured(n_samples: int, rate: float | None, status: Status = "ok") -> Observation:
    return Observation(
        model="org/m", task="t", n_samples=n_samples, status=status, learning_rate=rate, batch_size=n_samples // 100
    )


def report_of(*observations: Observation, recommended: str | None = "org/m") -> Report:
    row = RankedModel(rank=1, model="org/m", status="ok", score=-1.0, predicted_loss=1.0)
    return Report(
        task="t",
        selector="ats",
        source="live",
        loss_unit="nats/byte",
        budget="1/16",
        d_full=1000,
        strata=(Stratum(memory_budget_bytes=None, ranking=(row,), measured=observations, memory={}),),
        spent=Cost(),
        reused=Cost(),
        recommendation="Fine-tune it.",
        recommended=recommended,
        provenance={},
    )


def test_the_settings_are_those_of_the_largest_measurement_that_succeeded() -> None:
    report = report_of(measured(200, 1e-3), measured(400, 3e-4), measured(800, 1e-5, "crashed"), measured(1600, None))
    assert finetune_command(report, CONFIG) == (
        "audition finetune org/m './my rows.csv' --learning-rate 0.0003 --batch-size 4 --output tuned/m"
    )


def test_without_a_measurement_the_recipe_decides() -> None:
    assert finetune_command(report_of(), CONFIG) == "audition finetune org/m './my rows.csv' --output tuned/m"


def test_nothing_recommended_is_no_command() -> None:
    assert finetune_command(report_of(measured(200, 1e-3), recommended=None), CONFIG) is None


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (TaskOptions(input_column="q", skip_bad_rows=True), "--input-column q --skip-bad-rows"),
        (TaskOptions(delimiter=";"), "--delimiter ';'"),
    ],
)
def test_rows_are_read_as_they_were(options: TaskOptions, words: str) -> None:
    command = finetune_command(report_of(), replace(CONFIG, task_options=options, truncate="start"))
    assert command == f"audition finetune org/m './my rows.csv' {words} --truncate start --output tuned/m"
