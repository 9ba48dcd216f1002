"""What every adapter must do. Inherit from `AdapterConformance` and give it an entry and a checkpoint.

    class TestMyAdapter(AdapterConformance):
        @pytest.fixture
        def entry(self):
            return my_plugin.ENTRY

        @pytest.fixture
        def checkpoint(self, tmp_path):
            return build_checkpoint("llama", tmp_path / "checkpoint")

Prompts made in another way than audition's own (see `reference_loss`) override that method too.
"""
# ruff: noqa: D102, S101 - the names of tests are their documentation, and asserting is the point

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audition.checkpoints import read_spec
from audition.testing.reference import reference_loss
from audition.types import Example

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from torch import Tensor

    from audition.protocols import Encoded, ModelAdapter
    from audition.types import AdapterEntry, ModelSpec

#: of very different lengths, so that a batch of them is padded
PAIRS: tuple[Example, ...] = (
    Example(input="Name a mammal.", target="whale"),
    Example(input="Summarise: the committee met on Thursday and decided nothing at all.", target="No decision."),
    Example(input="Translate to Chinese: the weather is fine", target="天气很好"),
    Example(input="", target="an answer without a question"),
    Example(input="reads archives", target="A library that reads and writes compressed archives."),
    Example(input="Repeat: " + "river " * 12, target="river " * 12),
    Example(input="One letter", target="a"),
    Example(input="window?", target="She opened the window and listened for a while."),
)
_TOLERANCE = 1e-5  #: relative; a sum in float32 depends a little on its order


class AdapterConformance:
    """Tests that any `ModelAdapter` passes."""

    max_input_tokens = 64  #: long enough for every input of `PAIRS`

    @pytest.fixture
    def entry(self) -> AdapterEntry:
        """Return the adapter under test."""
        raise NotImplementedError("give the adapter under test: a fixture 'entry' that returns its AdapterEntry")

    @pytest.fixture
    def checkpoint(self, tmp_path: Path) -> Path:
        """Return the folder of a small checkpoint."""
        raise NotImplementedError("give the adapter something to load: a fixture 'checkpoint' that returns a folder")

    @pytest.fixture
    def spec(self, entry: AdapterEntry, checkpoint: Path) -> ModelSpec:
        """Return what the checkpoint's own configuration says."""
        return read_spec(str(checkpoint), adapter_for=lambda _: entry.name)

    @pytest.fixture
    def adapter(self, entry: AdapterEntry, spec: ModelSpec) -> ModelAdapter:
        """Return the checkpoint, freshly loaded."""
        return entry.load(spec, spec.checkpoint)

    def reference_loss(self, adapter: ModelAdapter, example: Example) -> float:
        """Return the loss of one example by another route than the adapter's."""
        return reference_loss(adapter, example)

    def encode(self, adapter: ModelAdapter, examples: Sequence[Example]) -> list[Encoded]:
        """Tokenise as the test split is tokenised."""
        limit = self.max_input_tokens
        return [adapter.encode(example, max_input_tokens=limit, max_target_tokens=None) for example in examples]

    def loss(self, adapter: ModelAdapter, batch: Sequence[Encoded]) -> float:
        """Return the loss of one batch, without gradients."""
        import torch

        with torch.no_grad():
            loss = adapter.loss(adapter.collate(batch))
        return float(loss)

    def test_weights_are_float32_and_in_evaluation_mode(self, adapter: ModelAdapter) -> None:
        import torch

        assert {parameter.dtype for parameter in adapter.module.parameters()} == {torch.float32}
        assert not adapter.module.training

    def test_parameters_are_counted_as_the_module_has_them(self, adapter: ModelAdapter, spec: ModelSpec) -> None:
        assert spec.n_params == sum(parameter.numel() for parameter in adapter.module.parameters())

    @pytest.mark.parametrize("example", PAIRS, ids=lambda example: example.target[:12])
    def test_loss_equals_a_cross_entropy_computed_token_by_token(self, adapter: ModelAdapter, example: Example) -> None:
        loss = self.loss(adapter, self.encode(adapter, [example]))
        assert loss == pytest.approx(self.reference_loss(adapter, example), rel=_TOLERANCE)

    def test_only_target_and_end_of_sequence_are_counted(self, adapter: ModelAdapter) -> None:
        for example, encoded in zip(PAIRS, self.encode(adapter, PAIRS), strict=True):
            ids = adapter.tokenizer(example.target, add_special_tokens=False)["input_ids"]
            assert encoded.n_target_tokens == len(ids) + 1
            assert encoded.n_tokens > encoded.n_target_tokens

    def test_loss_ignores_padding(self, adapter: ModelAdapter) -> None:
        short, *longer = self.encode(adapter, [PAIRS[6], PAIRS[5]])
        together, apart = self.loss(adapter, [short, *longer]), self.loss(adapter, longer)
        assert together - apart == pytest.approx(self.loss(adapter, [short]), rel=_TOLERANCE * 10)

    @pytest.mark.parametrize("batch_size", [1, 2, 3, 5])
    def test_loss_is_the_same_whatever_the_batch_size(self, adapter: ModelAdapter, batch_size: int) -> None:
        encoded = self.encode(adapter, PAIRS)
        batches = [encoded[start : start + batch_size] for start in range(0, len(encoded), batch_size)]
        loss = sum(self.loss(adapter, batch) for batch in batches)
        assert loss == pytest.approx(self.loss(adapter, encoded), rel=_TOLERANCE)

    def test_loss_is_float32_under_autocast_to_bf16(self, adapter: ModelAdapter) -> None:
        import torch

        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = adapter.loss(adapter.collate(self.encode(adapter, PAIRS)))
        assert loss.dtype == torch.float32
        assert loss.shape == ()

    def test_loss_falls_when_overfitting_eight_pairs(self, adapter: ModelAdapter) -> None:
        encoded = self.encode(adapter, PAIRS)
        before = self.loss(adapter, encoded)
        _train(adapter, encoded, steps=20)
        adapter.module.eval()
        assert self.loss(adapter, encoded) < 0.8 * before

    def test_training_repeats_bitwise_with_the_seed(self, entry: AdapterEntry, spec: ModelSpec) -> None:
        import torch

        losses = []
        for _ in range(2):
            adapter = entry.load(spec, spec.checkpoint)
            losses.append(_train(adapter, self.encode(adapter, PAIRS), steps=3))
        assert torch.equal(*losses)

    def test_saved_model_has_the_same_loss_bit_for_bit(
        self, entry: AdapterEntry, spec: ModelSpec, adapter: ModelAdapter, tmp_path: Path
    ) -> None:
        _train(adapter, self.encode(adapter, PAIRS), steps=1)
        adapter.module.eval()
        adapter.save(tmp_path)
        saved = entry.load(spec, str(tmp_path))
        assert list(tmp_path.glob("*.safetensors"))
        assert self.loss(saved, self.encode(saved, PAIRS)) == self.loss(adapter, self.encode(adapter, PAIRS))

    def test_generates_what_it_was_taught_and_not_the_prompt(self, adapter: ModelAdapter) -> None:
        pairs = [Example(input="the library reads", target="whale"), Example(input="which river?", target="sea")]
        _train(adapter, self.encode(adapter, pairs), steps=40)
        outputs = adapter.generate(pairs, max_input_tokens=self.max_input_tokens, max_new_tokens=8)
        assert outputs == ["whale", "sea"]

    def test_generates_the_same_alone_as_in_a_batch(self, adapter: ModelAdapter) -> None:
        def generate(examples: Sequence[Example]) -> list[str]:
            return adapter.generate(examples, max_input_tokens=self.max_input_tokens, max_new_tokens=6)

        assert generate(PAIRS[:4]) == [text for example in PAIRS[:4] for text in generate([example])]

    def test_test_targets_are_never_cut(self, adapter: ModelAdapter) -> None:
        long = Example(input="Repeat.", target="river " * 20)
        whole = adapter.encode(long, max_input_tokens=64, max_target_tokens=None)
        cut = adapter.encode(long, max_input_tokens=64, max_target_tokens=7)
        assert cut.n_target_tokens == 7
        assert cut.is_truncated
        assert whole.n_target_tokens == 1 + len(adapter.tokenizer(long.target, add_special_tokens=False)["input_ids"])
        assert not whole.is_truncated

    def test_long_inputs_are_cut_and_say_so(self, adapter: ModelAdapter) -> None:
        long = Example(input="river " * 100, target="sea")
        encoded = adapter.encode(long, max_input_tokens=16, max_target_tokens=None)
        assert encoded.is_truncated
        assert encoded.n_tokens - encoded.n_target_tokens <= 17  # a decoder's start token may come on top


def _train(adapter: ModelAdapter, encoded: Sequence[Encoded], *, steps: int) -> Tensor:
    """Train with dropout on one batch, seeded, and return the loss of every step, shape (steps,)."""
    import torch

    torch.manual_seed(0)
    adapter.module.train()
    optimizer = torch.optim.AdamW(adapter.module.parameters(), lr=3e-3)
    losses = []
    for _ in range(steps):
        loss = adapter.loss(adapter.collate(encoded))
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.detach())
    return torch.stack(losses)
