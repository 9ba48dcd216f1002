"""A task of a few hundred pairs that can be learned, as a complete `TaskLoader`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import product

import numpy as np

from audition.tasks.subsets import require_rows
from audition.types import Example, TaskEntry, TaskOptions, TaskSpec

_COLOURS = ("red", "green", "blue", "white", "black", "grey", "brown", "yellow")
_THINGS = {"cat": "animal", "dog": "animal", "horse": "animal", "oak": "plant", "rose": "plant", "lily": "plant"}
_PLACES = ("garden", "house", "street", "field", "park", "old town", "museum", "valley", "harbour", "village")
_PAIRS = tuple(
    Example(input=f"in the {place}: a {colour} {thing}", target=f"{colour} {_THINGS[thing]}")
    for colour, thing, place in product(_COLOURS, _THINGS, _PLACES)
)  #: 480


class ToyTask:
    """Name the colour and kind of a thing: 480 pairs, no input twice; 40 each are held out for validation and test."""

    def __init__(self, *, name: str = "toy/colours", n_held_out: int = 40) -> None:
        self._name = name
        order = np.random.default_rng(0).permutation(len(_PAIRS))
        pairs = [_PAIRS[place] for place in order]
        self._test = pairs[:n_held_out]
        self._validation = pairs[n_held_out : 2 * n_held_out]
        self._train = pairs[2 * n_held_out :]

    @property
    def spec(self) -> TaskSpec:
        """Return what the task is, sizes filled in."""
        sizes = (len(self._train), len(self._validation), len(self._test))
        return replace(TOY_TASK, name=self._name, n_train=sizes[0], n_validation=sizes[1], n_test=sizes[2])

    @property
    def fingerprint(self) -> str:
        """Return a hash of all pairs and of the split."""
        text = repr((self._train, self._validation, self._test))
        return sha256(text.encode()).hexdigest()

    def train(self, n_samples: int, seed: int) -> Sequence[Example]:
        """Return the first `n_samples` of the training split in the order that `seed` fixes.

        Raises:
            UsageError: there are not so many.
        """
        require_rows(self._name, n_samples, len(self._train))
        order = np.random.default_rng(seed).permutation(len(self._train))
        return [self._train[place] for place in order[:n_samples]]

    def validation(self, n_samples: int | None = None) -> Sequence[Example]:
        """Return the first `n_samples` validation examples, or all."""
        return self._validation[:n_samples]

    def test(self, n_samples: int | None = None) -> Sequence[Example]:
        """Return the first `n_samples` test examples, or all."""
        return self._test[:n_samples]


TOY_TASK = TaskSpec(
    name="toy/colours",
    description="name the colour and kind of a thing",
    languages=("en",),
    licence="Apache-2.0",
    default_recipe="quick",
    min_size=50,
)


def open_toy_task(name: str, options: TaskOptions) -> ToyTask:
    """Open the toy task under the name it was asked for."""
    return ToyTask(name=name)


TOY_TASK_ENTRY = TaskEntry(name=TOY_TASK.name, open=open_toy_task, spec=ToyTask().spec)
