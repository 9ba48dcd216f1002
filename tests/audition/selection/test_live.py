"""A whole live selection of toy models, measured in this process: no worker, no disk but the ledger's."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from audition.budgets.budget import SizeCap, TotalSpend
from audition.errors import BudgetExceeded, UsageError
from audition.measuring.ledger import Ledger
from audition.measuring.live import LiveLosses
from audition.measuring.setting import LiveSetting
from audition.memory import MemoryPlanner
from audition.plugins.loading import load_plugins
from audition.selection.live import LiveSelection
from audition.testing import ToyExecutor, ToyTask
from audition.types import ModelShape, Recipe
from audition_plugins.selectors.ats import AcceptThenStop
from audition_plugins.selectors.sub_tuning import SubTuning
from worlds.badly_behaved import ADAPTER, toy_model

if TYPE_CHECKING:
    from pathlib import Path

    from audition.types.protocols import Selector

SHAPE = ModelShape(n_layers=1, d_model=32, n_heads=1, d_head=32, d_ff=32, n_vocab=259)
RECIPE = Recipe(name="toy", learning_rates=(0.01,), batch_sizes=(8,), epochs=1, precision="fp32", n_test=20)


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


@pytest.fixture
def open_selection(tmp_path: Path) -> Opens:
    """Open a selection of the toy models that behave as they are called, all with the same ledger."""

    def open_it(
        *behaviours: str,
        selector: Selector | None = None,
        seeds: tuple[int, ...] = (0,),
        recipe: Recipe = RECIPE,
        memory_budgets: tuple[int | None, ...] = (None,),
        shape: ModelShape | None = SHAPE,
        **changes: object,
    ) -> tuple[LiveSelection, ToyExecutor]:
        models = tuple(replace(toy_model(tmp_path / behaviour, behaviour), shape=shape) for behaviour in behaviours)
        setting = LiveSetting(
            task=ToyTask(),
            recipe=recipe,
            device="cpu",
            device_kind="cpu",
            seeds=seeds,
            loss_unit="nats/byte",
            rank_lossy=False,
            adapters={"toy": "toy of tests 1"},
        )
        executor = ToyExecutor(adapters=[ADAPTER])
        ledger = Ledger(str(tmp_path / "ledger.db"))
        hooks = load_plugins().hooks
        selection = LiveSelection(
            setting=setting,
            candidates=models,
            losses=LiveLosses(models, setting, ledger=ledger, executor=executor, hooks=hooks),
            budget=SizeCap(Fraction(1)),
            selector_name="toy",
            selector=selector or AcceptThenStop(),
            memory=MemoryPlanner(recipe=recipe, lengths=(), is_cuda=True, budgets=memory_budgets),
            min_size=50,
            d_full=400,
            seed=0,
            provenance={},
        )
        return replace(selection, **changes), executor  # type: ignore[arg-type]

    return open_it


def test_candidates_are_ranked_by_what_they_learn(open_selection: Opens) -> None:
    selection, executor = open_selection("good", "fine")
    report = selection.run()
    first, second = report.strata[0].ranking
    assert {first.model, second.model} == {"toy/fine", "toy/good"}
    assert first.predicted_loss is not None
    assert second.predicted_loss is not None
    assert first.predicted_loss < second.predicted_loss
    assert {n for _, n, _ in executor.measured} <= {400, 200, 100, 50}


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


def test_a_failed_candidate_is_shown_and_the_others_are_ranked(open_selection: Opens) -> None:
    selection, _ = open_selection("diverges", "good", "runs-out")
    (stratum,) = selection.run().strata
    assert [(row.model, row.rank, row.status) for row in stratum.ranking] == [
        ("toy/good", 1, "ok"),
        ("toy/diverges", None, "not-finite"),
        ("toy/runs-out", None, "does-not-fit"),
    ]


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


def test_what_does_not_fit_is_listed_with_the_reason_and_not_tried(open_selection: Opens) -> None:
    selection, executor = open_selection("good", memory_budgets=(2**20, None))
    small, unlimited = selection.run().strata
    assert [(row.status, row.rank) for row in small.ranking] == [("does-not-fit", None)]
    assert small.ranking[0].notes == ("needs 604 MiB at least (estimated), the budget is 1 MiB",)
    assert unlimited.ranking[0].rank == 1
    assert {model for model, _, _ in executor.measured} == {"toy/good"}


def test_a_model_of_unknown_shape_is_not_compared_with_a_memory_budget(open_selection: Opens) -> None:
    selection, executor = open_selection("good", selector=SubTuning(), memory_budgets=(2**35, None), shape=None)
    limited, unlimited = selection.run().strata
    (row,) = limited.ranking
    assert (row.rank, row.status, row.notes) == (None, "ok", ("size unknown: not compared with the memory budget",))
    assert unlimited.ranking[0].rank == 1
    assert unlimited.memory == {"toy/good": None}, "unknown, not small"
    assert len(executor.measured) == 1


def test_strata_share_their_measurements(open_selection: Opens) -> None:
    selection, executor = open_selection("good", selector=SubTuning(), memory_budgets=(2**35, None))
    first, second = selection.run().strata
    assert first.measured == second.measured
    assert len(executor.measured) == 1


def test_nothing_fits_is_one_clear_line(open_selection: Opens) -> None:
    selection, _ = open_selection("good", memory_budgets=(2**20,), shape=None)
    with pytest.raises(UsageError, match=r"no candidate fits in 1 MiB; the smallest needs 600 MiB \(estimated\)"):
        selection.plan()


def test_the_plan_costs_at_least_what_is_spent(open_selection: Opens) -> None:
    selection, _ = open_selection("good", "fine")
    plan = selection.plan()
    spent = selection.run().spent
    assert plan.cost.n_samples == 2 * (400 + 200 + 100 + 50)
    assert plan.cost.n_samples >= spent.n_samples
    assert plan.cost.samples_processed >= spent.samples_processed
    assert plan.is_calibrated
    assert plan.wall_seconds is not None


def test_a_plan_does_not_charge_for_what_the_ledger_has(open_selection: Opens) -> None:
    selection, _ = open_selection("good", selector=SubTuning())
    selection.run()
    again, _ = open_selection("good", selector=SubTuning())
    plan = again.plan()
    assert plan.models[0].n_in_ledger == 1
    assert plan.cost.samples_processed == 0


def test_a_selection_stops_at_its_total_spend(open_selection: Opens) -> None:
    selection, _ = open_selection("good", budget=TotalSpend(450, "samples"))
    with pytest.raises(BudgetExceeded, match="450 samples in all"):
        selection.run()


def test_a_missing_checkpoint_is_the_outcome_of_its_candidate(open_selection: Opens, tmp_path: Path) -> None:
    selection, _ = open_selection("good", "gone", selector=SubTuning())
    (tmp_path / "gone" / "model.safetensors").unlink()
    (stratum,) = selection.run().strata
    assert [(row.model, row.status) for row in stratum.ranking] == [("toy/good", "ok"), ("toy/gone", "crashed")]
    assert "it has no model.safetensors" in stratum.ranking[1].notes[0]


def test_a_report_as_json_has_what_is_promised(open_selection: Opens) -> None:
    selection, _ = open_selection("good", "diverges")
    report = selection.run().to_json()
    assert {"task", "selector", "source", "loss_unit", "budget", "d_full", "strata", "spent", "provenance"} <= set(
        report
    )
    row = report["strata"][0]["ranking"][0]
    assert {"rank", "model", "status", "score", "predicted_loss", "measured", "memory"} <= set(row)
    assert {"n_samples", "loss", "loss_per_token", "loss_per_byte", "seconds"} <= set(row["measured"][0])
    assert row["memory"]["measured_bytes"] > 0
    assert report["strata"][0]["ranking"][1]["score"] is None
    assert set(report["spent"]) == {"n_samples", "samples_processed", "flops", "seconds"}
    assert set(report["provenance"]) >= {"recipe", "seeds", "task_fingerprint", "weights", "libraries"}


def spoil(executor: ToyExecutor, n_samples: int, factor: float = 40.0) -> None:
    """Let the first seed at one size have bad luck, and only that."""
    honest = executor.run

    def run(request: Any, on_progress: Any) -> Any:  # noqa: ANN401
        observation = honest(request, on_progress)
        if (request.n_samples, request.seed) != (n_samples, 0):
            return observation
        return replace(observation, loss_per_byte=factor * (observation.loss_per_byte or 1.0))

    executor.run = run  # type: ignore[method-assign]  # the toy trains too well for spikes of its own


def test_what_is_out_of_line_is_measured_again_and_the_median_counts(open_selection: Opens) -> None:
    selection, executor = open_selection("plain", selector=AcceptThenStop(), does_recheck=True)
    spiked = selection.sizes[1]
    spoil(executor, spiked)
    report = selection.run()
    [row] = report.strata[0].ranking
    assert any(f"measured again at {spiked:,} with seed 1, 2: " in note for note in row.notes)
    assert "spikes" not in row.flags
    [again] = [each for each in report.strata[0].measured if each.n_samples == spiked]
    assert again.seeds == (0, 1, 2)
    asked = [(n, seed) for _, n, seed in executor.measured]
    assert len(asked) == len(set(asked)), "nothing is measured twice"
    assert report.spent.samples_processed == sum(each.cost.samples_processed for each in report.strata[0].measured)


def test_without_the_option_a_spike_is_flagged_and_the_option_named(open_selection: Opens) -> None:
    selection, executor = open_selection("plain", selector=AcceptThenStop())
    spoil(executor, selection.sizes[1])
    report = selection.run()
    assert "spikes" in report.strata[0].ranking[0].flags
    assert report.recommended is None
    assert report.recommendation.startswith("No confident recommendation: toy/plain is first, but")
    assert "--recheck measures it again" in report.recommendation
    assert report.to_json()["strata"][0]["ranking"][0]["flags"] == list(report.strata[0].ranking[0].flags)


def test_a_budget_that_does_not_pay_for_measuring_again_is_kept(open_selection: Opens) -> None:
    calm, _ = open_selection("plain", selector=AcceptThenStop())
    flops = calm.plan().cost.flops
    assert flops is not None
    budget = TotalSpend(1.2 * flops, "flops")  # twice 200 examples more would be half as much again
    selection, executor = open_selection("plain", selector=AcceptThenStop(), does_recheck=True, budget=budget)
    spoil(executor, selection.sizes[1])
    selection.plan()
    [row] = selection.run().strata[0].ranking
    assert "not measured again at 200: the budget does not pay for it" in "; ".join(row.notes)
    assert {seed for _, _, seed in executor.measured} == {0}
    assert "spikes" in row.flags
