"""Toy tasks, each with one fault."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Self

from audition.testing import ToyTask
from audition.types import Example, TaskEntry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audition.types import TaskOptions, TaskSpec


class Good(ToyTask):
    """What all of them are but for one method."""

    def __init__(self, address: str = "toy/colours") -> None:
        super().__init__()
        self.address = address

    @classmethod
    def open(cls, name: str, options: TaskOptions) -> Self:
        return cls(name)


class Miscounts(Good):
    @property
    def spec(self) -> TaskSpec:
        return replace(super().spec, n_test=41)


class HasAnEmptyTarget(Good):
    def test(self, n_samples: int | None = None) -> Sequence[Example]:
        return [Example(input="no answer", target=""), *super().test()][:40][:n_samples]


class LeaksIntoTheTest(Good):
    def test(self, n_samples: int | None = None) -> Sequence[Example]:
        return [*super().test()[:39], self.train(1, 0)[0]][:n_samples]


class DrawsEverySizeAnew(Good):
    def train(self, n_samples: int, seed: int) -> Sequence[Example]:
        start = n_samples % 7 if n_samples < 200 else 0
        whole = list(super().train(400, seed))
        return (whole[start:] + whole[:start])[:n_samples] if n_samples <= 400 else super().train(n_samples, seed)


class GivesLess(Good):
    def train(self, n_samples: int, seed: int) -> Sequence[Example]:
        return super().train(min(n_samples, 400), seed)


class IgnoresTheSeed(Good):
    def train(self, n_samples: int, seed: int) -> Sequence[Example]:
        return super().train(n_samples, 0)


class ValidatesOnTheEnd(Good):
    def validation(self, n_samples: int | None = None) -> Sequence[Example]:
        whole = super().validation()
        return whole if n_samples is None else whole[len(whole) - n_samples :]


class HashesItsAddress(Good):
    @property
    def fingerprint(self) -> str:
        return f"{self.address} {super().fingerprint}"


class HashesAsPythonDoes(Good):
    @property
    def fingerprint(self) -> str:
        return str(hash(super().fingerprint))


#: a task, and the one check that should catch it
BROKEN: dict[type[Good], str | None] = {
    Good: None,
    Miscounts: "sizes_are_those_of_the_splits",
    HasAnEmptyTarget: "examples_are_pairs_of_text",
    LeaksIntoTheTest: "splits_are_disjoint",
    DrawsEverySizeAnew: "subsets_are_nested",
    GivesLess: "a_subset_is_as_large_as_was_asked",
    IgnoresTheSeed: "subsets_are_seeded",
    ValidatesOnTheEnd: "held_out_examples_are_fixed",
    HashesItsAddress: "a_worker_can_open_it_again",
    HashesAsPythonDoes: "another_process_finds_the_same_fingerprint",
}


def entry_of(task: type[Good]) -> TaskEntry:
    """Return the entry of one of them, listed under another name than its own."""
    return TaskEntry(name="alias", open=task.open, spec=replace(Good().spec, name="alias"))
