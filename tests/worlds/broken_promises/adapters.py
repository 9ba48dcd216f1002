"""Toy adapters, each with one fault."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Any

from audition.testing import TOY_MODEL, ToyAdapter, ToyEncoded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from audition.types import Example, ModelSpec

COUNTER = count()


class InDouble(ToyAdapter):
    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - the toy's
        super().__init__(**options)
        self.module.double()


class LearnsNothing(ToyAdapter):
    """Its gradients are lost on the way, so it can be taught nothing either."""

    def loss(self, batch: dict[str, Any]) -> Any:  # noqa: ANN401 - a tensor
        return super().loss(batch).detach().requires_grad_()


class NeverTheSame(ToyAdapter):
    def loss(self, batch: dict[str, Any]) -> Any:  # noqa: ANN401 - a tensor
        loss = super().loss(batch)
        return loss * (1 + 1e-4 * next(COUNTER)) if self.module.training else loss


class SavesWhatItLoaded(ToyAdapter):
    def save(self, folder: Path) -> None:
        ToyAdapter(seed=0).save(folder)


class RepeatsThePrompt(ToyAdapter):
    def generate(self, examples: Sequence[Example], *, max_input_tokens: int, max_new_tokens: int) -> list[str]:
        outputs = super().generate(examples, max_input_tokens=max_input_tokens, max_new_tokens=max_new_tokens)
        return [example.input + output for example, output in zip(examples, outputs, strict=True)]


class NoticesTheBatch(ToyAdapter):
    def generate(self, examples: Sequence[Example], *, max_input_tokens: int, max_new_tokens: int) -> list[str]:
        outputs = super().generate(examples, max_input_tokens=max_input_tokens, max_new_tokens=max_new_tokens)
        return [output + "!" if len(examples) > 2 else output for output in outputs]


class AveragesLargeBatches(ToyAdapter):
    def loss(self, batch: dict[str, Any]) -> Any:  # noqa: ANN401 - a tensor
        n = len(batch["ids"])
        return super().loss(batch) * (2 / n if n > 2 else 1)


class SeesPadding(ToyAdapter):
    """Batches differ by their padding, so it depends on them as well."""

    def loss(self, batch: dict[str, Any]) -> Any:  # noqa: ANN401 - a tensor
        return super().loss(batch) * (1 + 0.01 * (batch["ids"] == 256).sum())


class InHalf(ToyAdapter):
    def loss(self, batch: dict[str, Any]) -> Any:  # noqa: ANN401 - a tensor
        import torch

        loss = super().loss(batch)
        return loss.bfloat16() if torch.is_autocast_enabled("cpu") else loss


class CountsTheInput(ToyAdapter):
    def encode(self, example: Example, *, max_input_tokens: int, max_target_tokens: int | None) -> ToyEncoded:
        good = super().encode(example, max_input_tokens=max_input_tokens, max_target_tokens=max_target_tokens)
        return good if example.input else replace(good, n_target_tokens=good.n_tokens)


class CutsTestTargets(ToyAdapter):
    def encode(self, example: Example, *, max_input_tokens: int, max_target_tokens: int | None) -> ToyEncoded:
        return super().encode(example, max_input_tokens=max_input_tokens, max_target_tokens=max_target_tokens or 100)


class ReadsOn(ToyAdapter):
    def encode(self, example: Example, *, max_input_tokens: int, max_target_tokens: int | None) -> ToyEncoded:
        return super().encode(example, max_input_tokens=1024, max_target_tokens=max_target_tokens)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An adapter and a model, and the checks that should catch it."""

    load: Callable[[ModelSpec, str], ToyAdapter]
    checks: str | None
    spec: ModelSpec = TOY_MODEL


#: one check each, but where two promises cannot be broken one by one
BROKEN: dict[str, Case] = {
    "good": Case(load=ToyAdapter.load, checks=None),
    "in double": Case(load=InDouble.load, checks="weights_are_float32_and_in_evaluation_mode"),
    "miscounted": Case(
        load=ToyAdapter.load,
        checks="parameters_are_counted_as_the_module_has_them",
        spec=replace(TOY_MODEL, n_params=9),
    ),
    "learns nothing": Case(
        load=LearnsNothing.load,
        checks="generates_what_it_was_taught_and_not_the_prompt, loss_falls_when_overfitting_eight_pairs",
    ),
    "never the same": Case(load=NeverTheSame.load, checks="training_repeats_bitwise_with_the_seed"),
    "saves what it loaded": Case(load=SavesWhatItLoaded.load, checks="saved_model_has_the_same_loss_bit_for_bit"),
    "repeats the prompt": Case(load=RepeatsThePrompt.load, checks="generates_what_it_was_taught_and_not_the_prompt"),
    "notices the batch": Case(load=NoticesTheBatch.load, checks="generates_the_same_alone_as_in_a_batch"),
    "averages": Case(load=AveragesLargeBatches.load, checks="loss_is_the_same_whatever_the_batch_size"),
    "sees padding": Case(
        load=SeesPadding.load, checks="loss_ignores_padding, loss_is_the_same_whatever_the_batch_size"
    ),
    "in half": Case(load=InHalf.load, checks="loss_is_float32_under_autocast_to_bf16"),
    "counts the input": Case(load=CountsTheInput.load, checks="only_target_and_end_of_sequence_are_counted"),
    "cuts test targets": Case(load=CutsTestTargets.load, checks="test_targets_are_never_cut"),
    "reads on": Case(load=ReadsOn.load, checks="long_inputs_are_cut_and_say_so"),
}
