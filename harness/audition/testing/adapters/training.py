"""What an adapter's model is, learns, writes and says."""
# ruff: noqa: D102 - the names of tests are their documentation

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from audition.testing.adapters.base import PAIRS, AdapterChecks
from audition.testing.promises import promise, require
from audition.types import AdapterEntry, Example, ModelSpec
from audition.types.protocols import ModelAdapter


class TrainingChecks(AdapterChecks):
    """Checks that a model can be fine-tuned, saved and made to speak."""

    @promise(
        "a model is loaded in float32 and in evaluation mode",
        keep="pass dtype=torch.float32 to from_pretrained, and call module.eval()",
    )
    def test_weights_are_float32_and_in_evaluation_mode(self, adapter: ModelAdapter) -> None:
        import torch

        others = {parameter.dtype for parameter in adapter.module.parameters()} - {torch.float32}
        require(not others, f"it has weights in {', '.join(map(str, others))}")
        require(not adapter.module.training, "it is in training mode")

    @promise(
        "n_params counts every parameter once, embeddings included",
        keep="give the ModelSpec the sum over module.parameters(), or None",
    )
    def test_parameters_are_counted_as_the_module_has_them(self, adapter: ModelAdapter, spec: ModelSpec) -> None:
        n_params = sum(parameter.numel() for parameter in adapter.module.parameters())
        require(spec.n_params in (None, n_params), f"{spec.name!r} says {spec.n_params}, and the module has {n_params}")

    @promise(
        "the loss falls by a fifth when eight pairs are overfitted",
        keep="let gradients flow from `loss` to every weight: no detach, no no_grad, no frozen layers",
    )
    def test_loss_falls_when_overfitting_eight_pairs(self, adapter: ModelAdapter) -> None:
        encoded = self.encode(adapter, PAIRS)
        before = self.loss(adapter, encoded)
        self.train(adapter, encoded, steps=20)
        after = self.loss(adapter, encoded)
        require(after < 0.8 * before, f"{before:.6g} nats became {after:.6g} in twenty steps")

    @promise(
        "training repeats bit for bit with the seed",
        keep="draw from torch's generator alone, and load the same weights every time",
    )
    def test_training_repeats_bitwise_with_the_seed(
        self, entry: AdapterEntry, spec: ModelSpec, adapter: ModelAdapter
    ) -> None:
        both = (adapter, entry.load(spec, spec.checkpoint))
        first, second = (self.train(each, self.encode(each, PAIRS), steps=3).tolist() for each in both)
        require(first == second, f"the losses {first} became {second}")

    @promise(
        "a saved model is the model, bit for bit",
        keep="let `save` write safetensors, configuration and tokeniser, and `load` read them from any folder",
    )
    def test_saved_model_has_the_same_loss_bit_for_bit(
        self, entry: AdapterEntry, spec: ModelSpec, adapter: ModelAdapter, tmp_path: Path
    ) -> None:
        folder = tmp_path / "saved"
        folder.mkdir()
        self.train(adapter, self.encode(adapter, PAIRS), steps=1)
        adapter.save(folder)
        require(bool(list(folder.glob("*.safetensors"))), "`save` wrote no safetensors")
        saved = entry.load(spec, str(folder))
        one, other = (self.loss(each, self.encode(each, PAIRS)) for each in (adapter, saved))
        require(one == other, f"a loss of {one!r} is {other!r} after loading")

    @promise(
        "a model generates what it was taught, without the prompt and without special tokens",
        keep="cut the prompt off a decoder's output, stop at the end of sequence, decode with skip_special_tokens=True",
    )
    def test_generates_what_it_was_taught_and_not_the_prompt(self, adapter: ModelAdapter) -> None:
        pairs = [Example(input="the library reads", target="whale"), Example(input="which river?", target="sea")]
        self.train(adapter, self.encode(adapter, pairs), steps=40)
        outputs = adapter.generate(pairs, max_input_tokens=self.max_input_tokens, max_new_tokens=8)
        require(outputs == ["whale", "sea"], f"taught 'whale' and 'sea' it generates {outputs}")

    @promise(
        "a model generates the same alone as in a batch",
        keep="pad prompts on the left with an attention mask, and decode greedily",
    )
    def test_generates_the_same_alone_as_in_a_batch(self, adapter: ModelAdapter) -> None:
        def generate(examples: Sequence[Example]) -> list[str]:
            return adapter.generate(examples, max_input_tokens=self.max_input_tokens, max_new_tokens=6)

        together = generate(PAIRS[:4])
        alone = [text for example in PAIRS[:4] for text in generate([example])]
        require(together == alone, f"{alone} one by one became {together} together")
