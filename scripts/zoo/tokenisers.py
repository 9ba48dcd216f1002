"""Tokenisers trained on the zoo's own text: byte-level BPE, and unigram with byte fallback.

Both turn any text into tokens and back without loss. They share one table of special tokens, so that every model of
the zoo may use either kind.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

from zoo.files import atomic_path

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from zoo.specs import TokeniserSpec

PAD, EOS, BOS, UNK, MASK = "<pad>", "</s>", "<s>", "<unk>", "<mask>"
N_SENTINELS = 32
SENTINELS = tuple(f"<extra_id_{index}>" for index in range(N_SENTINELS))
SPECIAL_TOKENS = (PAD, EOS, BOS, UNK, MASK, *SENTINELS)
_BYTE_PIECES = tuple(f"<0x{byte:02X}>" for byte in range(256))
#: Characters with a unigram piece of their own; the rarer ones, thousands in Chinese, are spelled in bytes.
_N_CHARACTERS = 1500
#: So unlikely that text which spells a byte piece, such as ``<0x0A>``, is never read as that byte.
_BYTE_SCORE = -1000.0


def train_tokeniser(spec: TokeniserSpec, paragraphs: Iterable[str], work: Path) -> Tokenizer:
    """Return the tokeniser, trained at the first call and read from ``work`` afterwards."""
    path = work / f"tokeniser-{spec.name}.json"
    if not path.exists():
        make = _byte_level_bpe if spec.kind == "bpe" else _unigram
        with atomic_path(path) as temporary:
            make(spec.n_vocab, paragraphs).save(str(temporary))
    return Tokenizer.from_file(str(path))


def _byte_level_bpe(n_vocab: int, paragraphs: Iterable[str]) -> Tokenizer:
    tokeniser = Tokenizer(models.BPE())
    tokeniser.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokeniser.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=n_vocab,
        special_tokens=list(SPECIAL_TOKENS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokeniser.train_from_iterator(paragraphs, trainer)
    return tokeniser


def _unigram(n_vocab: int, paragraphs: Iterable[str]) -> Tokenizer:
    """Train a unigram model, then put the special tokens and the 256 byte pieces before its own pieces.

    ``UnigramTrainer`` cannot do that: tokens given to it as special would be skipped when decoding.
    """
    draft = Tokenizer(models.Unigram())
    draft.pre_tokenizer = pre_tokenizers.Metaspace()
    reserved = len(SPECIAL_TOKENS) + len(_BYTE_PIECES)
    trainer = trainers.UnigramTrainer(
        vocab_size=n_vocab - reserved + 1, unk_token=UNK, special_tokens=[UNK], show_progress=False
    )
    draft.train_from_iterator(_without_rare_characters(list(paragraphs)), trainer)
    learned = [tuple(entry) for entry in json.loads(draft.to_str())["model"]["vocab"] if entry[0] != UNK]
    vocabulary = [(token, 0.0) for token in SPECIAL_TOKENS]
    vocabulary += [(piece, _BYTE_SCORE) for piece in _BYTE_PIECES]
    vocabulary += learned[: n_vocab - reserved]
    tokeniser = Tokenizer(models.Unigram(vocabulary, unk_id=SPECIAL_TOKENS.index(UNK), byte_fallback=True))
    # Not Metaspace's own prefix: it adds none to text that begins with a space, which is then lost in decoding.
    tokeniser.normalizer = normalizers.Prepend("▁")
    tokeniser.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="never")
    tokeniser.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    tokeniser.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL_TOKENS])
    return tokeniser


def _without_rare_characters(paragraphs: list[str]) -> list[str]:
    """Return the paragraphs with rare characters blanked: the trainer wants a piece for every character it sees."""
    counts = Counter(character for paragraph in paragraphs for character in paragraph)
    rare = {ord(character): " " for character, _ in counts.most_common()[_N_CHARACTERS:]}
    return [paragraph.translate(rare) for paragraph in paragraphs]


def shipped_tokeniser(tokeniser: Tokenizer, *, n_positions: int, is_seq2seq: bool) -> PreTrainedTokenizerFast:
    """Return the tokeniser as transformers loads it; sequence-to-sequence inputs end in ``</s>``."""
    own = Tokenizer.from_str(tokeniser.to_str())
    if is_seq2seq:
        own.post_processor = processors.TemplateProcessing(
            single=f"$A {EOS}", pair=f"$A {EOS} $B {EOS}", special_tokens=[(EOS, own.token_to_id(EOS))]
        )
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]  # the library leaves it untyped
        tokenizer_object=own,
        pad_token=PAD,
        eos_token=EOS,
        bos_token=BOS,
        unk_token=UNK,
        mask_token=MASK,
        additional_special_tokens=list(SENTINELS),
        model_max_length=n_positions,
        clean_up_tokenization_spaces=False,
        padding_side="right",
    )
