from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from audition.tasks.labels import labels_of
from audition.testing.toy import TOY_TASK, ToyTask
from audition.types import Example

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audition.types import TaskSpec


@dataclass
class Rows:
    """A task of these targets."""

    targets: Sequence[str]

    @property
    def spec(self) -> TaskSpec:
        return replace(TOY_TASK, n_train=len(self.targets))

    def train(self, n_samples: int, seed: int) -> list[Example]:
        return [Example(input=str(place), target=target) for place, target in enumerate(self.targets[:n_samples])]


def test_few_short_targets_that_come_again_are_labels() -> None:
    assert labels_of(Rows(["spam", "ham", "ham", "spam", "ham"] * 20)) == ("ham", "spam")  # type: ignore[arg-type]  # only what is looked at
    assert len(labels_of(ToyTask())) == 16


@pytest.mark.parametrize(
    "targets",
    [
        ["one"] * 100,
        [f"text {number}" for number in range(100)],
        [f"label {number % 51}" for number in range(1000)],
        [("x" * 61, "y")[number % 2] for number in range(100)],
        ["yes", "no", "yes", "no"],
        [],
    ],
    ids=["one label", "all differ", "too many", "too long", "too few rows", "no rows"],
)
def test_other_targets_are_not(targets: list[str]) -> None:
    assert labels_of(Rows(targets)) == ()  # type: ignore[arg-type]  # likewise
