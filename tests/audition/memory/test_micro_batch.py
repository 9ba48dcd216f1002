from __future__ import annotations

from dataclasses import replace

from audition.memory import MicroBatch, largest_micro_batch
from audition.types import Recipe
from worlds.recorded_models import PAPER


def test_the_lengths_of_a_task_decide_over_the_limits_of_the_recipe() -> None:
    recipe = Recipe(name="r", batch_sizes=(4,))
    assert largest_micro_batch(recipe) == MicroBatch(n_rows=4, n_input_tokens=512, n_target_tokens=256)
    short = largest_micro_batch(recipe, [(30, 5), (60, 10), (20, 40)])
    assert short == MicroBatch(n_rows=4, n_input_tokens=60, n_target_tokens=40)
    assert largest_micro_batch(replace(recipe, micro_batch_tokens=100), [(60, 10)]).n_rows == 1


def test_devices_that_share_a_model_share_the_rows_of_a_batch() -> None:
    recipe = replace(PAPER, batch_sizes=(9,), micro_batch_tokens=10**6)
    assert [largest_micro_batch(replace(recipe, n_shards=n)).n_rows for n in (1, 2, 4, 16)] == [9, 5, 3, 1]
