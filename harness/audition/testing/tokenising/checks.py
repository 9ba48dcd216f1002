"""The tests of `TokeniserConformance`."""
# ruff: noqa: D102 - the names of tests are their documentation

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from audition.checkpoints import read_spec
from audition.encoding import EncodedPair
from audition.encoding.pairs import IGNORED
from audition.testing.adapters.base import is_close
from audition.testing.promises import promise, require
from audition.testing.tokenising.reference import nll, reference_of
from audition.training.adapters.causal import CausalAdapter
from audition.training.adapters.seq2seq import Seq2SeqAdapter
from audition.types import Example, Turn
from audition.types.protocols import ModelAdapter

PLAIN = (
    Example(input="Which river?", target="the sea"),
    Example(input="Name a mammal: the whale, the shark or the salmon?", target="the whale"),
    Example(input="a", target="She opened the window, listened for a while, and went back to her work."),
)
CHATS = tuple(
    Example(input=pair.input, target=pair.target, turns=(Turn(role="user", content=pair.input),)) for pair in PLAIN
)
LONGER = Example(
    input="…",
    target="the sea",
    turns=(
        Turn(role="user", content="Name a mammal."),
        Turn(role="assistant", content="the whale"),
        Turn(role="user", content="Which river?"),
    ),
)
WHITE_SPACE = Example(input="a", target="the sea\nthe  river")
SPECIAL = "the {} sea"
_STEPS, _RATE, _LEARNED = 400, 1e-2, 0.1  #: steps at most, rate, and nats that teach a very small model two answers


class TokeniserConformance:
    """Tests that hold of every tokeniser; they need torch."""

    keeps_white_space: bool | None = None  #: whether line breaks and double spaces come back; None: not tried
    takes_specials: bool | None = None  #: whether text that spells a special token comes back; None: not tried

    @pytest.fixture
    def checkpoint(self) -> Path:
        """Return the folder of a checkpoint with the tokeniser."""
        raise NotImplementedError("give the tokeniser under test: a fixture 'checkpoint' that returns a folder")

    @pytest.fixture
    def adapter(self, checkpoint: Path) -> Any:  # noqa: ANN401 - one of two classes
        """Return the checkpoint, freshly loaded."""
        spec = read_spec(str(checkpoint), adapter_for=lambda _: "auto")
        of = CausalAdapter if spec.architecture == "decoder-only" else Seq2SeqAdapter
        return of.load(spec, str(checkpoint))

    def examples(self, adapter: ModelAdapter) -> tuple[Example, ...]:
        """Return pairs, and conversations where the model has a chat template."""
        has_template = bool(adapter.tokenizer.chat_template) and not adapter.module.config.is_encoder_decoder
        return (*PLAIN, *CHATS, LONGER) if has_template else PLAIN

    @promise("ids, end and mask are those that transformers writes", keep="encode as `reference_of` does")
    def test_ids_end_and_mask_are_those_that_transformers_writes(self, adapter: Any) -> None:  # noqa: ANN401
        for example in self.examples(adapter):
            encoded, expected = _encode(adapter, example), reference_of(adapter, example)
            scored = [label for label in encoded.labels if label != IGNORED]
            require(scored == expected.target, f"{example} is scored on {scored}, not {expected.target}")
            whole = expected.inputs or expected.before + expected.target[:-1]
            require(list(encoded.input_ids) == whole, f"{example} is read as {list(encoded.input_ids)}, not {whole}")

    @promise("the loss is that of plain torch to 1e-5, alone and in a padded batch", keep="mask what is padding")
    def test_loss_is_that_of_plain_torch_alone_and_in_a_batch(self, adapter: Any) -> None:  # noqa: ANN401
        import torch

        examples = self.examples(adapter)
        pairs = [_encode(adapter, example) for example in examples]
        expected = [nll(adapter, reference_of(adapter, example)) for example in examples]
        with torch.no_grad():
            alone = [float(adapter.loss(adapter.collate([pair]))) for pair in pairs]
            together = float(adapter.loss(adapter.collate(pairs)))
        for example, got, wanted in zip(examples, alone, expected, strict=True):
            require(is_close(got, wanted), f"the loss of {example} is {got:.7g}, by plain torch {wanted:.7g}")
        require(is_close(together, sum(expected)), f"a batch has {together:.7g}, its examples {sum(expected):.7g}")

    @promise("targets come back as they were", keep="decode what was encoded, special tokens left out")
    def test_targets_come_back(self, adapter: Any) -> None:  # noqa: ANN401
        for example in self.examples(adapter):
            require(not adapter.encoder.is_lossy(example), f"{example.target!r} counts as lost")
            back = adapter.vocabulary.decode([label for label in _encode(adapter, example).labels if label != IGNORED])
            require(back.strip() == example.target, f"{example.target!r} came back as {back!r}")

    @promise("white space that cannot be written counts as lost", keep="compare line breaks and double spaces, too")
    def test_white_space_comes_back_or_is_counted_as_lost(self, adapter: Any) -> None:  # noqa: ANN401
        if self.keeps_white_space is not None:
            lost = adapter.encoder.is_lossy(WHITE_SPACE)
            require(
                lost is not self.keeps_white_space, f"{WHITE_SPACE.target!r} counts as {'lost' if lost else 'kept'}"
            )

    @promise("text that spells a special token stays text", keep="tokenise data with special tokens split")
    def test_text_that_spells_special_tokens_stays_text(self, adapter: Any) -> None:  # noqa: ANN401
        special = set(adapter.tokenizer.all_special_ids) - {adapter.tokenizer.unk_token_id}
        ends = {adapter.encoder.turn_end[-1]} if hasattr(adapter.encoder, "turn_end") else set()
        for example in (_spelling(adapter, adapter.tokenizer.eos_token), *self._in_chats(adapter)):
            encoded = _encode(adapter, example)
            scored = [label for label in encoded.labels if label != IGNORED]
            inside = set(scored[:-1]) & (special | ends)
            require(not inside, f"{example.target!r} is scored on the special tokens {sorted(inside)}")
            if self.takes_specials:
                back = adapter.vocabulary.decode(scored).strip()
                require(back == example.target, f"{example.target!r} came back as {back!r}")

    @promise("a target that was cut has no end", keep="leave the end out where the target loses tokens")
    def test_a_cut_target_has_no_end(self, adapter: Any) -> None:  # noqa: ANN401
        for example in self.examples(adapter):
            whole = reference_of(adapter, example).target
            cut = adapter.encode(example, max_input_tokens=200, max_target_tokens=len(whole) - 1)
            scored = [label for label in cut.labels if label != IGNORED]
            require(scored == whole[: len(scored)] and len(scored) < len(whole), f"{whole} was cut to {scored}")
            require(whole[-1] not in scored and cut.is_target_cut, f"{scored} of a cut target has an end")

    @promise("a model generates what it was taught, ends there, and does so in a batch", keep="stop where targets end")
    def test_generates_what_it_was_taught_and_ends_there(self, adapter: Any) -> None:  # noqa: ANN401
        import torch

        taught = self.examples(adapter)[-2:] if len(self.examples(adapter)) > len(PLAIN) else PLAIN[:2]
        torch.manual_seed(0)
        optimizer = torch.optim.AdamW(adapter.module.parameters(), lr=_RATE)
        batch = adapter.collate([_encode(adapter, example) for example in taught])
        for _ in range(_STEPS):
            loss = adapter.loss(batch)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            if float(loss.detach()) < _LEARNED:
                break
        said = adapter.generate(taught, max_input_tokens=200, max_new_tokens=40)
        expected = [example.target for example in taught]
        require([text.strip() for text in said] == expected, f"taught {expected} it says {said}")

    def _in_chats(self, adapter: ModelAdapter) -> list[Example]:
        if len(self.examples(adapter)) == len(PLAIN):
            return []
        turn_end = adapter.tokenizer.decode([reference_of(adapter, CHATS[0]).target[-1]])
        example = _spelling(adapter, turn_end)
        turns = (Turn(role="user", content=example.input),)
        return [Example(input=example.input, target=example.target, turns=turns)]


def _encode(adapter: Any, example: Example) -> EncodedPair:  # noqa: ANN401 - one of two classes
    pair: EncodedPair = adapter.encode(example, max_input_tokens=200, max_target_tokens=None)
    return pair


def _spelling(adapter: ModelAdapter, special: str) -> Example:
    """Return a pair whose input and target spell a special token of the tokeniser."""
    del adapter
    return Example(input=SPECIAL.format(special), target=SPECIAL.format(special))
