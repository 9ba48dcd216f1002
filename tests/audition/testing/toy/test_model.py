from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from audition.checkpoints import resolve
from audition.testing import (
    TOY_LOSSES,
    TOY_MODEL,
    ModelConformance,
    ToyAdapter,
    build_toy_checkpoint,
    toy_model,
)

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from audition.types import ModelSpec


class TestToyModels(ModelConformance):
    @pytest.fixture(params=[TOY_MODEL, *map(toy_model, TOY_LOSSES)], ids=lambda spec: spec.name)
    def spec(self, request: pytest.FixtureRequest) -> ModelSpec:
        spec: ModelSpec = request.param
        return spec

    @pytest.fixture
    def adapter_names(self) -> Collection[str]:
        return ["toy"]


def test_a_toy_checkpoint_is_whole_and_its_weights_depend_on_its_name(tmp_path: Path) -> None:
    one, two = (build_toy_checkpoint(tmp_path / name, name) for name in ("one", "two"))
    assert resolve(one).fingerprint != resolve(two).fingerprint
    weights = [ToyAdapter.load(spec, spec.checkpoint).module.embedding.weight.detach().numpy() for spec in (one, two)]
    assert not np.array_equal(*weights)
