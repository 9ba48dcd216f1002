"""What tests of several rooms share of plans and of what is measured of them."""

from __future__ import annotations

from audition.selection.plan import Plan, PlannedModel
from audition.types import Cost, Observation, Recipe, Status


def plan_of(
    *models: str,
    sizes: tuple[int, ...] = (200, 100),
    seconds: float = 10.0,
    n_in_ledger: int = 0,
    slots: int = 1,
    n_seeds: int = 1,
    may_end_early: bool = False,
    is_calibrated: bool = True,
) -> Plan:
    """Return a plan whose every measurement takes `seconds` over all its seeds, but for those in the ledger."""
    taken = tuple(0.0 if place < n_in_ledger else seconds for place in range(len(sizes)))
    return Plan(
        models=tuple(
            PlannedModel(
                model=model,
                sizes=sizes,
                n_in_ledger=n_in_ledger,
                cost=Cost(seconds=sum(taken)),
                download_bytes=0,
                download_label="measured",
                seconds=taken,
            )
            for model in models
        ),
        slots=slots,
        n_shards=1,
        recipe=Recipe(name="r"),
        is_calibrated=is_calibrated,
        n_seeds=n_seeds,
        may_end_early=may_end_early,
    )


def seen(
    model: str, n_samples: int, loss: float | None, *, seconds: float = 10.0, status: Status = "ok", message: str = ""
) -> Observation:
    """Return a measurement that took `seconds`, of the device as by the clock."""
    return Observation(
        model=model,
        task="t",
        n_samples=n_samples,
        loss=loss,
        status=status,
        message=message,
        cost=Cost(n_samples=n_samples, samples_processed=2 * n_samples, flops=1e9, seconds=seconds),
        wall_seconds=seconds,
    )
