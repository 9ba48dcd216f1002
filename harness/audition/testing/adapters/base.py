"""What the checks of an adapter share: a checkpoint, loaded, and eight pairs of text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from audition.checkpoints import read_spec
from audition.testing.reference import reference_loss
from audition.types import AdapterEntry, Example, ModelSpec
from audition.types.lazy import LazyModule
from audition.types.protocols import Encoded, ModelAdapter

if TYPE_CHECKING:
    import torch
else:
    torch = LazyModule("torch")


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
TOLERANCE = 1e-5  #: relative; a sum in float32 depends a little on its order


class AdapterChecks:
    """An adapter under test."""

    max_input_tokens = 64  #: long enough for every input of `PAIRS`
    learning_rate = 3e-3  #: that overfits eight pairs in twenty steps

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

    def train(self, adapter: ModelAdapter, encoded: Sequence[Encoded], *, steps: int) -> torch.Tensor:
        """Train with dropout on one batch, seeded, and return the loss of every step, shape (steps,)."""
        import torch

        torch.manual_seed(0)
        adapter.module.train()
        optimizer = torch.optim.AdamW(adapter.module.parameters(), lr=self.learning_rate)
        losses = []
        for _ in range(steps):
            loss = adapter.loss(adapter.collate(encoded))
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            losses.append(loss.detach())
        adapter.module.eval()
        return torch.stack(losses)


def is_close(one: float, other: float, *, tolerance: float = TOLERANCE) -> bool:
    """Return whether two losses are equal but for the rounding of a sum."""
    return abs(one - other) <= tolerance * max(abs(one), abs(other))


def n_own_tokens(adapter: ModelAdapter, text: str) -> int:
    """Return the tokens of `text` alone, without special tokens."""
    return len(adapter.tokenizer(text, add_special_tokens=False)["input_ids"])
