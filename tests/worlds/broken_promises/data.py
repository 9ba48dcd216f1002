"""Models and curves, each with one fault."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from audition.testing import TOY_CURVES, TOY_MODEL
from audition.types import ModelShape

if TYPE_CHECKING:
    from audition.types import LossCurve, ModelSpec

SHAPE = ModelShape(n_layers=1, d_model=32, n_heads=1, d_head=32, d_ff=32, n_vocab=259)


def model(**changes: Any) -> ModelSpec:  # noqa: ANN401 - of any field
    return replace(TOY_MODEL, shape=SHAPE, **changes)


#: a model, and the one check that should catch it
MODELS: dict[str, tuple[ModelSpec, str | None]] = {
    "good": (model(), None),
    "loaded by nobody": (model(adapter="tyo"), "its_adapter_is_on_offer"),
    "without a licence": (model(licence=" "), "it_says_what_it_is"),
    "in a folder that is gone": (model(checkpoint="/no/such/folder"), "its_checkpoint_can_be_found"),
    "relative": (model(checkpoint="./folder"), "its_checkpoint_can_be_found"),
    "in millions": (model(n_params_published=15), "counts_are_whole_numbers"),
    "of two architectures": (model(architecture="encoder-decoder"), "its_shape_fits"),
    "larger than its shape": (model(n_params=14_883_000), "its_shape_fits"),
    "learning in percent": (model(learning_rates=(("*", 3.0),)), "learning_rates_are_rates"),
    "with a list": (model(languages=["en"]), "it_survives_json"),
}


def curves(**changes: Any) -> list[LossCurve]:  # noqa: ANN401 - of any field of the first
    first, *others = TOY_CURVES
    return [replace(first, **changes), *others]


#: the curves of one task, and the one check that should catch them
CURVES: dict[str, tuple[list[LossCurve], str | None]] = {
    "good": (list(TOY_CURVES), None),
    "none": ([], "they_are_of_the_task"),
    "of another task": (curves(task="other"), "they_are_of_the_task"),
    "two of a model": ([*TOY_CURVES, TOY_CURVES[0]], "no_model_has_two"),
    "descending": (curves(n_samples=TOY_CURVES[0].n_samples[::-1]), "sizes_ascend_and_each_has_a_loss"),
    "one loss short": (curves(loss=TOY_CURVES[0].loss[1:]), "sizes_ascend_and_each_has_a_loss"),
    "not a number": (curves(loss=(math.nan, *TOY_CURVES[0].loss[1:])), "losses_are_positive_numbers"),
    "with sizes of their own": (curves(n_samples=(0, 201, 401, 801, 1601, 12_801)), "they_share_sizes_and_unit"),
    "from nowhere": (curves(source=""), "they_name_their_source"),
}
