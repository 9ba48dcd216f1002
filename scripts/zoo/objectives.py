"""From a token stream to training batches, for each pre-training objective.

Every batch is a function of the stream, the position in it and a generator seeded by the step: nothing else has to be
saved to continue an interrupted training.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch

from zoo.tokenisers import EOS, MASK, N_SENTINELS, PAD, SENTINELS

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from zoo.specs import ZooModel
    from zoo.text import Tokens

Batch = Mapping[str, torch.Tensor]
Ids = npt.NDArray[np.int64]

#: Window lengths in tokens, and how often each is drawn: fine-tuning meets short and long texts.
_LENGTHS = {"causal": (64, 128, 256, 512), "seq2seq": (32, 64, 128, 256)}
_LENGTH_ODDS = (0.3, 0.5, 0.15, 0.05)
_IGNORED = -100
_SENTENCE_ENDS = tuple(".!?。！？")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The token numbers that an objective needs to know."""

    pad: int
    eos: int
    mask: int
    newline: int
    first_sentinel: int
    ends_sentence: npt.NDArray[np.bool_]  #: shape (n_vocab,)


def read_vocabulary(tokeniser: Tokenizer) -> Vocabulary:
    """Return the special tokens, and which tokens end a sentence."""
    newline = tokeniser.encode("\n").ids[-1]
    special = {token: tokeniser.get_vocab()[token] for token in (PAD, EOS, MASK, SENTINELS[0])}
    pieces = [tokeniser.decode([token]) for token in range(tokeniser.get_vocab_size())]
    ends = np.array([piece.endswith(_SENTENCE_ENDS) for piece in pieces])
    ends[newline] = True
    return Vocabulary(
        pad=special[PAD],
        eos=special[EOS],
        mask=special[MASK],
        newline=newline,
        first_sentinel=special[SENTINELS[0]],
        ends_sentence=ends,
    )


@dataclass(slots=True)
class Cursor:
    """A place in a stream that is read round and round."""

    stream: Tokens
    position: int = 0

    def take(self, n_tokens: int) -> Ids:
        """Return the next ``n_tokens``; the stream begins again when fewer are left."""
        if self.position + n_tokens > len(self.stream):
            self.position = 0
        window = self.stream[self.position : self.position + n_tokens].astype(np.int64)
        self.position += n_tokens
        return window

    def take_document(self, n_tokens: int, eos: int) -> Ids:
        """Return at most ``n_tokens``, cut at the last end of a document in the window's second half if there is one.

        The final end-of-sequence token is not included.
        """
        window = self.take(n_tokens)
        ends = np.flatnonzero(window == eos)
        if not len(ends) or ends[-1] < n_tokens // 2:
            return window
        self.position -= n_tokens - int(ends[-1]) - 1
        return window[: ends[-1]]


def next_batch(model: ZooModel, vocabulary: Vocabulary, cursor: Cursor, rng: np.random.Generator) -> tuple[Batch, int]:
    """Return a batch and the number of text tokens that it was made from."""
    lengths = _LENGTHS["causal" if model.objective == "causal" else "seq2seq"]
    length = int(rng.choice(lengths, p=_LENGTH_ODDS))
    n_rows = model.batch_tokens // length
    if model.objective == "causal":
        ids = torch.from_numpy(cursor.take(n_rows * length).reshape(n_rows, length))
        return {"input_ids": ids, "labels": ids}, ids.numel()
    windows = [cursor.take_document(length, vocabulary.eos) for _ in range(n_rows)]
    pairs = [_hide(model, vocabulary, window, rng) for window in windows]
    return _collate(pairs, vocabulary), sum(map(len, windows))


def _hide(model: ZooModel, vocabulary: Vocabulary, window: Ids, rng: np.random.Generator) -> tuple[Ids, Ids]:
    """Return source and target; within a sequence documents are separated by line breaks."""
    text = np.where(window == vocabulary.eos, vocabulary.newline, window)
    is_hidden = _hidden_spans(len(text), model.noise, float(rng.choice(model.mean_spans)), rng)
    if model.objective == "denoising":
        permuted = _permute_sentences(text, vocabulary.ends_sentence, rng)
        source = _replace_spans(permuted, is_hidden, np.full(N_SENTINELS, vocabulary.mask))
        return np.append(source, vocabulary.eos), np.append(text, vocabulary.eos)
    sentinels = vocabulary.first_sentinel + np.arange(N_SENTINELS)
    source = _replace_spans(text, is_hidden, sentinels)
    return np.append(source, vocabulary.eos), np.append(_only_spans(text, is_hidden, sentinels), vocabulary.eos)


def _hidden_spans(n_tokens: int, noise: float, mean_span: float, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Return a mask with about ``noise`` of the tokens in spans of random length, the last one at the end."""
    n_hidden = min(max(round(n_tokens * noise), 1), n_tokens - 1)
    n_spans = max(1, min(round(n_hidden / mean_span), N_SENTINELS, n_hidden, n_tokens - n_hidden))
    hidden = _random_lengths(n_hidden, n_spans, rng)
    visible = _random_lengths(n_tokens - n_hidden, n_spans, rng)
    lengths = np.stack([visible, hidden], axis=1).ravel()
    return np.repeat(np.tile([False, True], n_spans), lengths)


def _random_lengths(total: int, n_parts: int, rng: np.random.Generator) -> Ids:
    """Return ``n_parts`` positive lengths that add up to ``total``."""
    cuts = np.sort(rng.choice(total - 1, n_parts - 1, replace=False)) + 1
    return np.diff(np.concatenate([[0], cuts, [total]]))


def _replace_spans(text: Ids, is_hidden: npt.NDArray[np.bool_], markers: Ids) -> Ids:
    """Return the visible tokens with one marker in the place of each hidden span."""
    starts = is_hidden & ~np.concatenate([[False], is_hidden[:-1]])
    marked: Ids = np.where(starts, markers[np.maximum(np.cumsum(starts) - 1, 0)], text)
    visible: Ids = marked[~is_hidden | starts]
    return visible


def _only_spans(text: Ids, is_hidden: npt.NDArray[np.bool_], markers: Ids) -> Ids:
    """Return the hidden spans, each after its marker."""
    starts = np.flatnonzero(is_hidden & ~np.concatenate([[False], is_hidden[:-1]]))
    with_markers = np.insert(text, starts, markers[: len(starts)])
    keep = np.insert(is_hidden, starts, values=True)
    return with_markers[keep]


def _permute_sentences(text: Ids, ends_sentence: npt.NDArray[np.bool_], rng: np.random.Generator) -> Ids:
    cuts = np.flatnonzero(ends_sentence[text][:-1]) + 1
    sentences = np.split(text, cuts)
    return np.concatenate([sentences[index] for index in rng.permutation(len(sentences))])


def _collate(pairs: list[tuple[Ids, Ids]], vocabulary: Vocabulary) -> Batch:
    sources = [torch.from_numpy(source) for source, _ in pairs]
    targets = [torch.from_numpy(target) for _, target in pairs]
    pad = torch.nn.utils.rnn.pad_sequence
    lengths = torch.tensor([len(source) for source in sources])
    input_ids = pad(sources, batch_first=True, padding_value=vocabulary.pad)
    return {
        "input_ids": input_ids,
        "attention_mask": (torch.arange(input_ids.shape[1]) < lengths[:, None]).long(),
        "labels": pad(targets, batch_first=True, padding_value=_IGNORED),
    }
