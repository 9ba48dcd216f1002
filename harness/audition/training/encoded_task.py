"""A task as one adapter's tokens: every example is tokenised once, however many sizes ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audition.protocols import Encoded, ModelAdapter, TaskLoader
    from audition.training.recipe import Recipe
    from audition.types import Example


@dataclass(frozen=True, slots=True)
class EncodedSplit:
    """A held-out split, with the raw targets that its bytes are counted from."""

    encoded: Sequence[Encoded]
    targets: Sequence[str]


class EncodedTask:
    """Tokenises on demand and remembers. Targets are cut in training alone."""

    def __init__(self, adapter: ModelAdapter, task: TaskLoader) -> None:
        self._adapter = adapter
        self._task = task
        self._subsets: dict[tuple[int, int, int], list[Encoded]] = {}
        self._splits: dict[tuple[str, int | None, int], EncodedSplit] = {}

    def train(self, n_samples: int, seed: int, recipe: Recipe) -> Sequence[Encoded]:
        """Return the first `n_samples` training examples in the order of `seed`."""
        limits = recipe.max_input_tokens, recipe.max_target_tokens
        known = self._subsets.setdefault((seed, *limits), [])
        if len(known) < n_samples:  # subsets are nested: what is known is a prefix of what is asked for
            examples = self._task.train(n_samples, seed)
            for place in range(len(known), n_samples):
                known.append(
                    self._adapter.encode(examples[place], max_input_tokens=limits[0], max_target_tokens=limits[1])
                )
        return known[:n_samples]

    def validation(self, recipe: Recipe) -> EncodedSplit:
        """Return the validation examples that `recipe` scores after each epoch."""
        key = ("validation", recipe.n_validation, recipe.max_input_tokens)
        if key not in self._splits:
            self._splits[key] = self._split(self._task.validation(recipe.n_validation), recipe)
        return self._splits[key]

    def test(self, recipe: Recipe) -> EncodedSplit:
        """Return the test examples that `recipe` scores once a measurement."""
        key = ("test", recipe.n_test, recipe.max_input_tokens)
        if key not in self._splits:
            self._splits[key] = self._split(self._task.test(recipe.n_test), recipe)
        return self._splits[key]

    def _split(self, examples: Sequence[Example], recipe: Recipe) -> EncodedSplit:
        limit = recipe.max_input_tokens
        return EncodedSplit(
            [self._adapter.encode(each, max_input_tokens=limit, max_target_tokens=None) for each in examples],
            [each.target for each in examples],
        )
