"""A task as one adapter's tokens: every example is tokenised once, however many sizes ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audition.encoding.options import reading_options, training_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audition.types import Example, Recipe
    from audition.types.protocols import Encoded, ModelAdapter, TaskLoader


@dataclass(frozen=True, slots=True)
class EncodedSplit:
    """A held-out split, with the examples whose raw targets its bytes are counted from."""

    encoded: Sequence[Encoded]
    examples: Sequence[Example]

    @property
    def targets(self) -> list[str]:
        """Return the raw targets."""
        return [example.target for example in self.examples]


class EncodedTask:
    """Tokenises on demand and remembers. Targets are cut in training alone."""

    def __init__(self, adapter: ModelAdapter, task: TaskLoader) -> None:
        self._adapter = adapter
        self._task = task
        self._subsets: dict[tuple[object, ...], list[Encoded]] = {}
        self._splits: dict[tuple[object, ...], EncodedSplit] = {}

    def train(self, n_samples: int, seed: int, recipe: Recipe) -> Sequence[Encoded]:
        """Return the first `n_samples` training examples in the order of `seed`."""
        options: dict[str, Any] = {"max_target_tokens": recipe.max_target_tokens, **training_options(recipe)}
        known = self._subsets.setdefault((seed, recipe.max_input_tokens, *options.items()), [])
        if len(known) < n_samples:  # subsets are nested: what is known is a prefix of what is asked for
            examples = self._task.train(n_samples, seed)
            for place in range(len(known), n_samples):
                known.append(self._adapter.encode(examples[place], max_input_tokens=recipe.max_input_tokens, **options))
        return known[:n_samples]

    def validation(self, recipe: Recipe) -> EncodedSplit:
        """Return the validation examples that `recipe` scores after each epoch."""
        key = ("validation", recipe.n_validation, recipe.max_input_tokens, recipe.truncate)
        if key not in self._splits:
            self._splits[key] = self._split(self._task.validation(recipe.n_validation), recipe)
        return self._splits[key]

    def test(self, recipe: Recipe) -> EncodedSplit:
        """Return the test examples that `recipe` scores once a measurement."""
        key = ("test", recipe.n_test, recipe.max_input_tokens, recipe.truncate)
        if key not in self._splits:
            self._splits[key] = self._split(self._task.test(recipe.n_test), recipe)
        return self._splits[key]

    def scored(self, examples: Sequence[Example], recipe: Recipe) -> EncodedSplit:
        """Return examples of somebody's own, encoded as test examples are; nothing is remembered."""
        return self._split(examples, recipe)

    def _split(self, examples: Sequence[Example], recipe: Recipe) -> EncodedSplit:
        options: dict[str, Any] = {
            "max_input_tokens": recipe.max_input_tokens,
            "max_target_tokens": None,
            **reading_options(recipe),
        }
        return EncodedSplit([self._adapter.encode(each, **options) for each in examples], examples)
