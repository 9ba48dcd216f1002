"""What tests of several rooms share of toy selections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from audition.types import ModelShape, Recipe

if TYPE_CHECKING:
    from audition.selection.live import LiveSelection
    from audition.testing import ToyExecutor
    from audition.types.protocols import Selector


SHAPE = ModelShape(n_layers=1, d_model=32, n_heads=1, d_head=32, d_ff=32, n_vocab=259)


RECIPE = Recipe(
    name="toy", learning_rates=(0.01,), batch_sizes=(16,), epochs=1, precision="fp32", n_validation=20, n_test=20
)


class Opens(Protocol):
    """Open a selection of the toy models that behave as they are called; `changes` are fields of it."""

    def __call__(
        self,
        *behaviours: str,
        selector: Selector | None = None,
        seeds: tuple[int, ...] = (0,),
        recipe: Recipe = RECIPE,
        memory_budgets: tuple[int | None, ...] = (None,),
        shape: ModelShape | None = SHAPE,
        **changes: object,
    ) -> tuple[LiveSelection, ToyExecutor]: ...
