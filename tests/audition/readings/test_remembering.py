"""What is kept of how models read a task is used again, and only where it would be found again."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from audition.checkpoints import read_spec
from audition.measuring.ledger import Ledger
from audition.readings.readings import Readings
from audition.testing.checkpoints import build_checkpoint
from audition.testing.toy import ToyTask
from audition.types import Example, ModelSpec, Recipe

RECIPE = Recipe(name="test", max_input_tokens=64, max_target_tokens=32, n_test=10, n_validation=10)


class Counting(ToyTask):
    """Counts how often somebody reads its rows."""

    def __init__(self, first: str = "in the garden") -> None:
        super().__init__()
        self.n_read = 0
        self._first = first

    @property
    def fingerprint(self) -> str:
        return f"rows that begin {self._first}"

    def train(self, n_samples: int, seed: int) -> Any:  # noqa: ANN401
        self.n_read += 1
        rows = list(super().train(n_samples, seed))
        return [replace(rows[0], input=self._first), *rows[1:]]

    def test(self, n_samples: int | None = None) -> Any:  # noqa: ANN401
        self.n_read += 1
        return super().test(n_samples)


@pytest.fixture
def model() -> ModelSpec:
    build_checkpoint("gpt2", Path("gpt2"))
    return read_spec(str(Path("gpt2").resolve()), adapter_for=lambda _: "auto")


def test_the_second_time_nothing_is_read_and_all_is_as_before(model: ModelSpec) -> None:
    store = Ledger("ledger.db")
    first, second = Counting(), Counting()
    one, other = Readings(first, RECIPE, store), Readings(second, RECIPE, store)
    found = one.survey(model), one.key_parts(model, 40, 0), one.key_parts(model, 0, 0)
    assert (other.survey(model), other.key_parts(model, 40, 0), other.key_parts(model, 0, 0)) == found
    assert first.n_read > 0
    assert second.n_read == 0
    assert found == (Readings(Counting(), RECIPE).survey(model), {}, {}), "as without a store"


@pytest.mark.parametrize("change", ["rows", "recipe", "checkpoint", "size"])
def test_whatever_may_change_a_reading_has_it_looked_at_again(model: ModelSpec, change: str) -> None:
    store = Ledger("ledger.db")
    Readings(Counting(), RECIPE, store).survey(model)
    Readings(Counting(), RECIPE, store).key_parts(model, 40, 0)
    task = Counting("elsewhere" if change == "rows" else "in the garden")
    recipe = replace(RECIPE, max_input_tokens=3) if change == "recipe" else RECIPE
    if change == "checkpoint":
        shutil.copytree("gpt2", "other")
        config = Path("other/config.json")
        config.write_text(config.read_text() + "\n")
        model = replace(model, checkpoint=str(Path("other").resolve()))
    readings = Readings(task, recipe, store)
    if change == "size":
        readings.key_parts(model, 80, 0)
    else:
        readings.survey(model)
    assert task.n_read > 0


def test_a_row_that_is_refused_is_found_again(model: ModelSpec) -> None:
    class Odd(Counting):
        def test(self, n_samples: int | None = None) -> list[Example]:
            return [Example(input="x", target="y" * 100_000)]

    store = Ledger("ledger.db")
    one, other = (Readings(Odd(), RECIPE, store).survey(model) for _ in range(2))
    assert one == other
