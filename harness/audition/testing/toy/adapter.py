"""A language model over bytes that trains in milliseconds, as a complete `ModelAdapter`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

from audition.types import AdapterEntry, Example, ModelSpec
from audition.types.protocols import Encoded

_PAD, _EOS, _SEPARATOR = 256, 257, 258  #: after the 256 bytes
_N_VOCAB = 259
_WEIGHTS = "toy.safetensors"  #: what `save` writes; a checkpoint without it has random weights


class ByteTokeniser:
    """Writes text as its UTF-8 bytes, and reads it back; called as the tokenisers of transformers are."""

    eos_token_id = _EOS
    pad_token_id = _PAD
    unk_token_id = None
    unk_token = None

    def __call__(self, text: str | Sequence[str], **_options: object) -> dict[str, Any]:
        """Return `{"input_ids": …}` without special tokens, of one text or of several."""
        if isinstance(text, str):
            return {"input_ids": list(text.encode())}
        return {"input_ids": [list(each.encode()) for each in text]}

    def decode(self, ids: Iterable[int], **_options: object) -> str:
        """Return the text of `ids`, special tokens left out."""
        return bytes(each for each in ids if each < _PAD).decode(errors="replace")

    def batch_decode(self, rows: Iterable[Iterable[int]], **_options: object) -> list[str]:
        """Return the texts of several rows."""
        return [self.decode(row) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToyEncoded:
    """One tokenised pair: input, separator, target, end of sequence."""

    ids: tuple[int, ...]
    n_target_tokens: int
    is_truncated: bool

    @property
    def n_tokens(self) -> int:
        """Return the number of tokens of input and target."""
        return len(self.ids)


class ToyAdapter:
    """A language model over bytes: an embedding, a GRU, and the embedding again. About 15,000 parameters.

    The GRU reads from left to right, so padding on the right changes nothing.
    """

    def __init__(self, *, seed: int = 0, width: int = 32, dropout: float = 0.1) -> None:
        self.module: Any = _language_model(seed=seed, width=width, dropout=dropout)
        self.tokenizer: Any = ByteTokeniser()

    @classmethod
    def load(cls, spec: ModelSpec, folder: str) -> ToyAdapter:
        """Return the toy that `save` wrote to `folder`, or a new one whose weights depend on the model's name."""
        digest = sha256(spec.name.encode()).digest()
        adapter = cls(seed=int.from_bytes(digest[:4], "little"))
        if (weights := Path(folder) / _WEIGHTS).is_file():
            from safetensors.torch import load_model

            load_model(adapter.module, weights)
        return adapter

    def encode(self, example: Example, *, max_input_tokens: int, max_target_tokens: int | None) -> ToyEncoded:
        """Tokenise one pair; both are cut at their end."""
        source = [*self.tokenizer(example.input)["input_ids"], _SEPARATOR]
        target = [*self.tokenizer(example.target)["input_ids"], _EOS]
        kept, cut = source[:max_input_tokens], target[:max_target_tokens]
        return ToyEncoded(
            ids=(*kept, *cut),
            n_target_tokens=len(cut),
            is_truncated=len(kept) < len(source) or len(cut) < len(target),
        )

    def collate(self, batch: Sequence[Encoded]) -> dict[str, Any]:
        """Return `ids`, padded on the right, and `is_target`, both of shape (len(batch), longest)."""
        from torch import arange, full, long, stack, tensor

        pairs = cast("Sequence[ToyEncoded]", batch)
        ids = full((len(pairs), max(pair.n_tokens for pair in pairs)), _PAD, dtype=long)
        for row, pair in zip(ids, pairs, strict=True):
            row[: pair.n_tokens] = tensor(pair.ids)
        column = arange(ids.shape[1])
        is_target = stack(
            [(column >= pair.n_tokens - pair.n_target_tokens) & (column < pair.n_tokens) for pair in pairs]
        )
        return {"ids": ids, "is_target": is_target}

    def loss(self, batch: dict[str, Any]) -> Any:  # noqa: ANN401 - a torch tensor
        """Return Σ negative log-likelihood of the target tokens in nats."""
        from torch.nn.functional import cross_entropy

        logits = self.module(batch["ids"][:, :-1])
        is_target = batch["is_target"][:, 1:]
        return cross_entropy(logits[is_target].float(), batch["ids"][:, 1:][is_target], reduction="sum")

    def generate(self, examples: Sequence[Example], *, max_input_tokens: int, max_new_tokens: int) -> list[str]:
        """Return one greedy continuation an example."""
        return [self._continue(example.input, max_input_tokens, max_new_tokens) for example in examples]

    def save(self, folder: Path) -> None:
        """Write the weights to `folder`."""
        from safetensors.torch import save_model

        folder.mkdir(parents=True, exist_ok=True)
        save_model(self.module, str(folder / _WEIGHTS))

    def _continue(self, text: str, max_input_tokens: int, max_new_tokens: int) -> str:
        from torch import no_grad, tensor

        self.module.eval()
        device = next(self.module.parameters()).device
        ids = [*self.tokenizer(text)["input_ids"], _SEPARATOR][:max_input_tokens]
        n_read = len(ids)
        with no_grad():
            while len(ids) < n_read + max_new_tokens and ids[-1] != _EOS:
                ids.append(int(self.module(tensor([ids], device=device))[0, -1].argmax()))
        return str(self.tokenizer.decode(ids[n_read:]))


def _language_model(*, seed: int, width: int, dropout: float) -> Any:  # noqa: ANN401 - a torch module
    import torch

    class LanguageModel(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding = torch.nn.Embedding(_N_VOCAB, width)
            torch.nn.init.normal_(self.embedding.weight, std=0.5)  # starts near the loss of a uniform guess
            self.dropout = torch.nn.Dropout(dropout)
            self.recurrent = torch.nn.GRU(width, width, batch_first=True)
            self.output = torch.nn.Linear(width, _N_VOCAB)
            self.output.weight = self.embedding.weight  # tied, as in most language models

        def forward(self, ids: torch.Tensor) -> torch.Tensor:
            hidden, _ = self.recurrent(self.dropout(self.embedding(ids)))
            return cast("torch.Tensor", self.output(self.dropout(hidden)))

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return LanguageModel().eval()


TOY_ADAPTER = AdapterEntry(name="toy", model_types=("audition-toy",), load=ToyAdapter.load)
