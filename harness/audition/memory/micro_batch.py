"""What one forward pass holds: rows, and how many tokens each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audition.types import Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class MicroBatch:
    """The padded shape of a batch."""

    n_rows: int
    n_input_tokens: int  #: a row
    n_target_tokens: int  #: a row, end of sequence included

    @property
    def n_tokens(self) -> int:
        """Return the padded tokens of input and target together."""
        return self.n_rows * (self.n_input_tokens + self.n_target_tokens)


def largest_micro_batch(recipe: Recipe, lengths: Iterable[tuple[int, int]] = ()) -> MicroBatch:
    """Return the forward pass of a training step that needs most, on one device.

    Args:
        recipe: its batch size, its limits on lengths and on a micro-batch.
        lengths: (input, target) tokens of examples of the task; without any, the recipe's limits are taken.
    """
    cut = [(min(i, recipe.max_input_tokens), min(t, recipe.max_target_tokens)) for i, t in lengths]
    cut = cut or [(recipe.max_input_tokens, recipe.max_target_tokens)]
    n_input, n_target = max(i for i, _ in cut), max(t for _, t in cut)
    longest = max(i + t for i, t in cut)
    n_rows = -(-max(recipe.batch_sizes) // recipe.n_shards)  # a team's first process has the most
    return MicroBatch(
        n_rows=max(1, min(n_rows, recipe.micro_batch_tokens // longest)),
        n_input_tokens=max(1, min(n_input, longest - 1)),
        n_target_tokens=n_target,
    )
