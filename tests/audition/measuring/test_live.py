from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from audition_plugins.selectors.sub_tuning import SubTuning
from worlds.toy_selections import RECIPE, Opens

if TYPE_CHECKING:
    from pathlib import Path


def test_a_second_selection_costs_nothing_and_says_the_same(open_selection: Opens) -> None:
    first, _ = open_selection("good", "fine")
    again, executor = open_selection("good", "fine")
    one, two = first.run(), again.run()
    assert executor.measured == []
    assert two.spent.samples_processed == 0
    assert two.reused == one.spent
    assert two.strata == one.strata


@pytest.mark.parametrize(
    "change",
    [
        {"recipe": replace(RECIPE, learning_rates=(0.02,))},
        {"recipe": replace(RECIPE, n_test=19)},
        {"seeds": (1,)},
    ],
)
def test_whatever_changes_the_number_is_measured_again(open_selection: Opens, change: dict[str, Any]) -> None:
    selection, _ = open_selection("good", selector=SubTuning())
    selection.run()
    changed, executor = open_selection("good", selector=SubTuning(), **change)
    changed.run()
    assert len(executor.measured) == 1


def test_changed_weights_are_measured_again(open_selection: Opens, tmp_path: Path) -> None:
    selection, _ = open_selection("good", selector=SubTuning())
    selection.run()
    changed, executor = open_selection("good", selector=SubTuning())
    (tmp_path / "good" / "model.safetensors").write_bytes(b"other weights")
    changed.run()
    assert len(executor.measured) == 1


def test_several_seeds_are_averaged_and_their_spread_is_told(open_selection: Opens) -> None:
    selection, executor = open_selection("good", selector=SubTuning(), seeds=(0, 1, 2))
    report = selection.run()
    (observation,) = report.strata[0].measured
    assert observation.seeds == (0, 1, 2)
    assert observation.spread is not None
    assert observation.spread > 0
    assert len(executor.measured) == 3
    assert report.spent.n_samples == 400, "a subset counts once, whatever the number of seeds"
    assert report.spent.samples_processed == 1200


def test_strata_share_their_measurements(open_selection: Opens) -> None:
    selection, executor = open_selection("good", selector=SubTuning(), memory_budgets=(2**35, None))
    first, second = selection.run().strata
    assert first.measured == second.measured
    assert len(executor.measured) == 1


def test_a_missing_checkpoint_is_the_outcome_of_its_candidate(open_selection: Opens, tmp_path: Path) -> None:
    selection, _ = open_selection("good", "gone", selector=SubTuning())
    (tmp_path / "gone" / "model.safetensors").unlink()
    (stratum,) = selection.run().strata
    assert [(row.model, row.status) for row in stratum.ranking] == [("toy/good", "ok"), ("toy/gone", "crashed")]
    assert "it has no model.safetensors" in stratum.ranking[1].notes[0]
