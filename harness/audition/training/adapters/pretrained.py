"""What adapters of decoder-only and of encoder-decoder models share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audition.encoding import EncodedPair, Vocabulary
from audition.encoding.chat import dated
from audition.encoding.loading import Encoder, n_positions_of
from audition.types import Example, Side, TrainOn
from audition.types.lazy import LazyModule

if TYPE_CHECKING:
    import transformers
else:
    transformers = LazyModule("transformers")


_GENERATION_BATCH = 16  #: prompts generated for at once


class PretrainedAdapter:
    """A transformers model with its tokeniser: what `ModelAdapter` asks for, but the architecture's own part.

    `module` is in float32, on the CPU and in evaluation mode until the caller changes that.
    """

    def __init__(
        self, module: transformers.PreTrainedModel, tokenizer: transformers.PreTrainedTokenizerBase, *, name: str
    ) -> None:
        self.module: Any = module
        self.tokenizer: Any = tokenizer
        self.name = name  #: of the model, for errors

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Return how the tokeniser writes text."""
        n_vocab = self.module.get_input_embeddings().weight.shape[0]
        return Vocabulary.of(self.tokenizer, n_vocab=n_vocab, owner=self.name)

    @cached_property
    def n_positions(self) -> int:
        """Return the longest sequence the model was made for, in tokens; `NO_LIMIT` for relative positions."""
        return n_positions_of(self.module.config)

    @property
    def encoder(self) -> Encoder:
        """Return what turns examples into ids: the architecture's own."""
        raise NotImplementedError(f"{type(self).__name__} must say how it encodes")

    def encode(
        self,
        example: Example,
        *,
        max_input_tokens: int,
        max_target_tokens: int | None,
        truncate: Side = "end",
        train_on: TrainOn = "last",
    ) -> EncodedPair:
        """Tokenise one pair; see `CausalEncoder.encode` and `Seq2SeqEncoder.encode`."""
        return self.encoder.encode(
            example,
            max_input_tokens=max_input_tokens,
            max_target_tokens=max_target_tokens,
            truncate=truncate,
            train_on=train_on,
        )

    def save(self, folder: Path) -> None:
        """Write weights (safetensors), configuration and tokeniser to `folder`."""
        from audition.encoding.pretrained import quiet

        with quiet(), self._dated():
            self.module.save_pretrained(folder)
            self.tokenizer.save_pretrained(folder)

    @contextmanager
    def _dated(self) -> Iterator[None]:
        """Save a chat template that asks for the date with the date that it was trained with."""
        own = self.tokenizer.chat_template
        if isinstance(own, str):
            self.tokenizer.chat_template = dated(own)
        try:
            yield
        finally:
            self.tokenizer.chat_template = own

    def _in_batches(self, prompts: Sequence[tuple[int, ...]]) -> Iterator[Sequence[tuple[int, ...]]]:
        for start in range(0, len(prompts), _GENERATION_BATCH):
            yield prompts[start : start + _GENERATION_BATCH]

    def _greedy(self, max_new_tokens: int, ends: Sequence[int]) -> transformers.GenerationConfig:
        from transformers import GenerationConfig

        return GenerationConfig(  # type: ignore[no-untyped-call]  # the library leaves it untyped
            do_sample=False,
            num_beams=1,
            max_new_tokens=max_new_tokens,
            eos_token_id=list(ends) if len(ends) > 1 else ends[0],
            pad_token_id=self.vocabulary.pad,
            bos_token_id=self.tokenizer.bos_token_id,
            decoder_start_token_id=getattr(self.module.config, "decoder_start_token_id", None),
        )

    @contextmanager
    def _generating(self, config: transformers.GenerationConfig) -> Iterator[None]:
        """Evaluate without gradients under `config` alone.

        transformers fills what a given configuration leaves out from the model's own, such as BART-CNN's minimum
        length; so the model's own steps aside.
        """
        from torch import no_grad

        own, was_training = self.module.generation_config, self.module.training
        self.module.generation_config = config
        self.module.eval()
        try:
            with no_grad():
                yield
        finally:
            self.module.generation_config = own
            self.module.train(was_training)
