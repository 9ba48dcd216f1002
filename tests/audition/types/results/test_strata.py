from __future__ import annotations

from audition.types import RankedModel, Stratum
from audition.types.results.strata import find_upgrades

GIB = 2**30


def row(model: str, rank: int | None, loss: float | None = None) -> RankedModel:
    status = "ok" if rank else "does-not-fit"
    score = None if loss is None else -loss
    return RankedModel(rank=rank, model=model, status=status, score=score, predicted_loss=loss)  # type: ignore[arg-type]  # one of two statuses


def stratum(gib: int | None, *rows: RankedModel) -> Stratum:
    budget = None if gib is None else gib * GIB
    return Stratum(memory_budget_bytes=budget, ranking=rows, measured=(), memory={})


def test_a_larger_card_that_admits_a_better_model_says_by_how_much() -> None:
    (found,) = find_upgrades(
        [stratum(8, row("small", 1, 2.0), row("large", None)), stratum(24, row("large", 1, 1.5), row("small", 2, 2.0))]
    )
    assert found.predicted_gain == 0.25
    assert found.sentence == "From 8 GiB to 24 GiB: 1 more candidate fits; large has a loss 25.0% lower (predicted)."


def test_a_larger_card_that_admits_only_worse_models_gains_nothing() -> None:
    (found,) = find_upgrades(
        [stratum(8, row("small", 1, 1.0), row("large", None)), stratum(24, row("small", 1, 1.0), row("large", 2, 3.0))]
    )
    assert found.sentence == "From 8 GiB to 24 GiB: 1 more candidate fits, but the choice stays small."


def test_a_larger_card_that_admits_nothing_new_says_so() -> None:
    (found,) = find_upgrades([stratum(8, row("small", 1, 1.0)), stratum(24, row("small", 1, 1.0))])
    assert found.sentence == "From 8 GiB to 24 GiB: no further candidate fits, nothing is gained."


def test_every_step_between_budgets_is_answered_and_no_limit_is_no_card() -> None:
    rows = [stratum(8, row("a", 1, 1.0)), stratum(16, row("a", 1, 1.0)), stratum(None, row("a", 1, 1.0))]
    assert [(each.from_bytes, each.to_bytes) for each in find_upgrades(rows)] == [(8 * GIB, 16 * GIB)]
    assert find_upgrades([stratum(8, row("a", 1, 1.0))]) == ()


def test_nothing_ranked_before_is_no_gain_to_count() -> None:
    (found,) = find_upgrades([stratum(1, row("a", None)), stratum(8, row("a", 1, 1.0))])
    assert found.predicted_gain is None
    assert found.sentence == "From 1 GiB to 8 GiB: 1 more candidate fits; the choice becomes a."
