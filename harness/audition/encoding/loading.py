"""A candidate's encoder from its checkpoint's small files: no weights are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audition.encoding.causal import CausalEncoder
from audition.encoding.seq2seq import Seq2SeqEncoder
from audition.encoding.vocabulary import NO_LIMIT, Vocabulary

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from audition.types import ModelSpec

Encoder = CausalEncoder | Seq2SeqEncoder  #: of either kind of model


def load_encoder(spec: ModelSpec, folder: str) -> Encoder:
    """Return what encodes examples for `spec`, whose checkpoint is in `folder`, as its adapter will.

    Raises:
        UsageError: configuration or tokeniser are damaged, or the tokeniser cannot end a target.
    """
    from audition.encoding.pretrained import load_config, load_tokenizer

    config = load_config(spec, folder)
    return encoder_of(load_tokenizer(spec, folder), config, owner=spec.name, n_vocab=n_vocab_of(config))


def encoder_of(tokenizer: PreTrainedTokenizerBase, config: Any, *, owner: str, n_vocab: int) -> Encoder:  # noqa: ANN401 - a configuration's class varies
    """Return the encoder of a model with this configuration; `n_vocab` is the rows of its input embeddings."""
    vocabulary = Vocabulary.of(tokenizer, n_vocab=n_vocab, owner=owner)
    if not config.is_encoder_decoder:
        return CausalEncoder(vocabulary=vocabulary, n_positions=n_positions_of(config))
    start = getattr(config, "decoder_start_token_id", None)
    return Seq2SeqEncoder(vocabulary=vocabulary, n_positions=n_positions_of(config), decoder_start=start)


def n_positions_of(config: Any) -> int:  # noqa: ANN401 - a configuration's class varies
    """Return the longest sequence a model was made for, in tokens; `NO_LIMIT` for relative positions."""
    limit = getattr(config.get_text_config(), "max_position_embeddings", None)
    return int(limit) if limit else NO_LIMIT


def n_vocab_of(config: Any) -> int:  # noqa: ANN401 - a configuration's class varies
    """Return the rows of the input embeddings that a configuration tells of; `NO_LIMIT` if it does not."""
    return int(getattr(config.get_text_config(), "vocab_size", None) or NO_LIMIT)
