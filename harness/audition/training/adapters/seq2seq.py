"""Encoder-decoder models: the encoder reads the input, the decoder is taught the target."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self, cast

from audition.encoding import EncodedPair, Seq2SeqEncoder, attention_mask, pad_rows
from audition.encoding.pairs import IGNORED
from audition.training.adapters.objective import scored_places, summed_loss
from audition.training.adapters.pretrained import PretrainedAdapter
from audition.types import Example, ModelSpec, Side
from audition.types.lazy import LazyModule
from audition.types.protocols import Encoded

if TYPE_CHECKING:
    import torch
    import transformers
else:
    torch = LazyModule("torch")
    transformers = LazyModule("transformers")


class Seq2SeqAdapter(PretrainedAdapter):
    """Serves any encoder-decoder checkpoint that `AutoModelForSeq2SeqLM` loads."""

    @classmethod
    def load(
        cls, spec: ModelSpec, folder: str, *, model_types: Sequence[str] = (), attention: str | None = None
    ) -> Self:
        """Load the checkpoint in `folder`; see `audition.training.adapters.loading`."""
        from audition.training.adapters.loading import load_pretrained

        module, tokenizer = load_pretrained(
            spec, folder, "AutoModelForSeq2SeqLM", model_types=model_types, attention=attention
        )
        return cls(module, tokenizer, name=spec.name)

    @cached_property
    def encoder(self) -> Seq2SeqEncoder:
        """Return what turns examples into ids."""
        start = getattr(self.module.config, "decoder_start_token_id", None)
        return Seq2SeqEncoder(vocabulary=self.vocabulary, n_positions=self.n_positions, decoder_start=start)

    @property
    def decoder_prefix(self) -> tuple[int, ...]:
        """Return what the decoder reads before the target; see `Seq2SeqEncoder.decoder_prefix`."""
        return self.encoder.decoder_prefix

    def collate(self, batch: Sequence[Encoded]) -> dict[str, torch.Tensor]:
        """Return `input_ids`, `attention_mask`, `decoder_input_ids` and `labels`, padded on the right; and `scored`.

        The last says which labels are targets, as places in the flattened labels.
        The decoder's input is its prefix and the target without its last token: made here, not by the model, whose own
        shift would lose the prefix. It needs no mask: padding on the right comes after everything that is scored.
        """
        from torch import tensor

        pairs = cast("Sequence[EncodedPair]", batch)
        inputs = [pair.input_ids for pair in pairs]
        prefix = self.decoder_prefix
        labels = pad_rows([pair.labels for pair in pairs], IGNORED)
        shifted = [prefix + pair.labels[len(prefix) - 1 : -1] for pair in pairs]
        return {
            "input_ids": tensor(pad_rows(inputs, self.vocabulary.pad)),
            "attention_mask": tensor(attention_mask(inputs)),
            "decoder_input_ids": tensor(pad_rows(shifted, self.vocabulary.pad)),
            "labels": tensor(labels),
            "scored": tensor(scored_places(labels)),
        }

    def loss(self, batch: dict[str, Any]) -> torch.Tensor:
        """Return Σ negative log-likelihood of the target tokens in nats."""
        read = ("input_ids", "attention_mask", "decoder_input_ids")
        return summed_loss(self.module, {**{name: batch[name] for name in read}, "use_cache": False}, batch)

    def generate(
        self, examples: Sequence[Example], *, max_input_tokens: int, max_new_tokens: int, truncate: Side = "end"
    ) -> list[str]:
        """Return one greedy output an example, without the decoder's prefix."""
        inputs = [self.encoder.inputs(example, max_input_tokens, truncate)[0] for example in examples]
        with self._generating(self.generation_config(examples, max_new_tokens)):
            return [text for batch in self._in_batches(inputs) for text in self._answer(batch)]

    def generation_config(
        self,
        examples: Sequence[Example],
        max_new_tokens: int,
    ) -> transformers.GenerationConfig:
        """Return what `generate` decodes with; what the decoder reads before a target is forced."""
        start, *forced = self.decoder_prefix
        config = self._greedy(max_new_tokens + len(forced), ends=(self.vocabulary.eos,))
        config.decoder_start_token_id = start
        config.forced_bos_token_id = forced[0] if forced else None
        # transformers (5.23) gives the decoder a cache of as many layers as the encoder has: too few would fail.
        layers = self.module.config
        config.use_cache = getattr(layers, "num_decoder_layers", None) in (None, layers.num_hidden_layers)
        return config

    def _answer(self, inputs: Sequence[tuple[int, ...]]) -> list[str]:
        from torch import tensor

        device, prefix = self.module.device, self.decoder_prefix
        outputs = self.module.generate(
            input_ids=tensor(pad_rows(inputs, self.vocabulary.pad), device=device),
            attention_mask=tensor(attention_mask(inputs), device=device),
        )  # the decoder's prefix is forced by the configuration, as it will be where the model is used
        return [self.vocabulary.decode(row) for row in outputs[:, len(prefix) :].tolist()]
