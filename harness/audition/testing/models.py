"""What the specification of a model must be. Inherit from `ModelConformance` and give it a spec.

class TestMyModels(ModelConformance):
    @pytest.fixture(params=my_plugin.MODELS, ids=lambda spec: spec.name)
    def spec(self, request):
        return request.param
"""
# ruff: noqa: D102 - the names of tests are their documentation

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import fields
from pathlib import Path

import pytest

from audition.checkpoints.files import missing_file
from audition.checkpoints.resolving import is_local
from audition.plugins.catalog import Catalog
from audition.plugins.loading import load_plugins
from audition.testing.promises import promise, require
from audition.text.codec import dumps, from_json
from audition.types import ModelShape, ModelSpec

_HUB_ID = re.compile(r"\w[\w.-]*(/\w[\w.-]*)?")
_SMALLEST_SHARE = 0.2  #: of n_params in the embeddings and matrices that the shape tells of, at least


class ModelConformance:
    """Tests that any `ModelSpec` passes. They read no weights."""

    @pytest.fixture
    def spec(self) -> ModelSpec:
        """Return the model under test."""
        raise NotImplementedError("give the model under test: a fixture 'spec' that returns its ModelSpec")

    @pytest.fixture
    def adapter_names(self) -> Collection[str]:
        """Return the adapters there are: of every plugin that is installed."""
        return Catalog(load_plugins()).adapters.keys()

    @promise(
        "a model names an adapter that somebody offers",
        keep="use the name of an entry of audition_adapters, such as 'auto' for any transformers checkpoint",
    )
    def test_its_adapter_is_on_offer(self, spec: ModelSpec, adapter_names: Collection[str]) -> None:
        require(spec.adapter in adapter_names, f"{spec.adapter!r} is none of {', '.join(sorted(adapter_names))}")

    @promise(
        "a model is named and licensed", keep="fill in name, family, checkpoint and licence (an SPDX id, or 'unknown')"
    )
    def test_it_says_what_it_is(self, spec: ModelSpec) -> None:
        empty = [name for name in ("name", "family", "checkpoint", "licence") if not getattr(spec, name).strip()]
        require(not empty, f"{', '.join(empty)} of {spec.name!r} is empty")

    @promise(
        "a checkpoint is a hub id, or the absolute path of a whole checkpoint",
        keep="make a path absolute, and put configuration, tokeniser and weights into the folder",
    )
    def test_its_checkpoint_can_be_found(self, spec: ModelSpec) -> None:
        if not is_local(spec.checkpoint):
            require(_HUB_ID.fullmatch(spec.checkpoint) is not None, f"{spec.checkpoint!r} is neither")
            return
        folder = Path(spec.checkpoint)
        require(folder.is_dir(), f"there is no folder {spec.checkpoint!r}")
        missing = missing_file(folder)
        require(missing is None, f"{spec.checkpoint!r} has no {missing}")

    @promise(
        "counts are counts, not millions",
        keep="give n_params, n_params_published and download_bytes as whole numbers of parameters and bytes, or None",
    )
    def test_counts_are_whole_numbers(self, spec: ModelSpec) -> None:
        for name, least in (("n_params", 1000), ("n_params_published", 1000), ("download_bytes", 0)):
            count = getattr(spec, name)
            is_count = count is None or (isinstance(count, int) and count >= least)
            require(is_count, f"{name} of {spec.name!r} is {count!r}")

    @promise(
        "a shape fits the architecture and the number of parameters",
        keep="copy the numbers of config.json; a decoder-only model has n_layers alone, n_decoder_layers is None",
    )
    def test_its_shape_fits(self, spec: ModelSpec) -> None:
        shape = spec.shape
        if shape is None:
            return
        has_decoder = shape.n_decoder_layers is not None
        is_decoder_only = spec.architecture == "decoder-only"
        require(
            has_decoder != is_decoder_only, f"it is {spec.architecture} with n_decoder_layers={shape.n_decoder_layers}"
        )
        bad = [each.name for each in fields(shape) if _is_bad_count(getattr(shape, each.name))]
        require(not bad, f"{', '.join(bad)} of its shape is below 0")
        if spec.n_params is not None:
            least = _least_params(shape)
            most = spec.n_params if shape.n_experts > 1 else least / _SMALLEST_SHARE
            is_likely = least <= spec.n_params <= most
            require(is_likely, f"its shape has at least {least:,} parameters, and n_params is {spec.n_params:,}")

    @promise(
        "a learning rate is a positive number below 1, for a task or '*'",
        keep="write learning_rates as ((task, rate), …)",
    )
    def test_learning_rates_are_rates(self, spec: ModelSpec) -> None:
        for task, rate in spec.learning_rates:
            require(isinstance(task, str) and 0 < rate < 1, f"it has {rate!r} for {task!r}")

    @promise(
        "a model can be written down and read again",
        keep="use the types that ModelSpec declares: tuples, not lists; int, not float or numpy's",
    )
    def test_it_survives_json(self, spec: ModelSpec) -> None:
        again = from_json(ModelSpec, json.loads(dumps(spec)))
        require(again == spec, f"{spec} became {again}")


def _is_bad_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value < 0


def _least_params(shape: ModelShape) -> int:
    """Return the parameters of one embedding and of the attention and one plain feed-forward layer a block."""
    attention = 2 * shape.d_model * shape.n_heads * shape.d_head  # queries and output; keys and values may be shared
    block = attention + 2 * shape.d_model * shape.d_ff
    return shape.n_vocab * (shape.d_embedding or shape.d_model) + block * (
        shape.n_layers + (shape.n_decoder_layers or 0)
    )
