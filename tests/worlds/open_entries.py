"""What tests of several rooms share of open entries."""

from __future__ import annotations

from audition.measuring.setting import LiveSetting
from audition.testing import ToyTask
from audition.types import ModelSpec, Recipe


def entry(checkpoint: str) -> ModelSpec:
    return ModelSpec(
        name="mine/open",
        family="gpt2",
        adapter="gpt2",
        checkpoint=checkpoint,
        architecture="decoder-only",
        licence="MIT",
        n_params=None,
    )


def setting_of(recipe: Recipe) -> LiveSetting:
    return LiveSetting(
        task=ToyTask(),
        recipe=recipe,
        device="cpu",
        device_kind="cpu",
        seeds=(0,),
        loss_unit="nats/byte",
        rank_lossy=False,
        adapters={"gpt2": "gpt2 of tests 1"},
    )
