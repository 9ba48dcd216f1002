"""Which settings of a recipe are passed to an adapter: those that differ from the first version's.

So adapters that are older than these settings go on working with every recipe that does not use them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from audition.types import Recipe


def reading_options(recipe: Recipe) -> dict[str, Any]:
    """Return how any prompt is read."""
    return {} if recipe.truncate == "end" else {"truncate": recipe.truncate}


def training_options(recipe: Recipe) -> dict[str, Any]:
    """Return how a training row is read; what is scored is always the last answer alone."""
    return reading_options(recipe) | ({} if recipe.train_on == "last" else {"train_on": recipe.train_on})
