"""Text files in, token streams out: reading, mixing languages, tokenising once."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from zoo.files import atomic_path
from zoo.tokenisers import EOS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tokenizers import Tokenizer

    from zoo.specs import TokeniserSpec

Tokens = npt.NDArray[np.uint16]

#: Text read for one tokeniser's stream; more than any model of the zoo sees.
STREAM_BYTES = 20_000_000
_HELD_OUT = 0.01  #: share of the stream at its end that no model trains on
_NEWLINE_EVERY = 5  #: every fifth paragraph ends in a line break instead of the end of a document


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFile:
    """A file of one paragraph a line, in one language."""

    language: str
    path: Path

    def digest(self) -> dict[str, str]:
        """Return the file's name and the SHA-256 of its bytes, as stored on disk."""
        return {"file": self.path.name, "sha256": hashlib.sha256(self.path.read_bytes()).hexdigest()}

    def paragraphs(self) -> Iterator[str]:
        """Yield non-empty lines; gzip is recognised by the suffix."""
        opener = gzip.open if self.path.suffix == ".gz" else open
        with opener(self.path, "rt", encoding="utf-8") as lines:
            yield from (stripped for line in lines if (stripped := line.strip()))


def mixed_paragraphs(files: list[TextFile], shares: Mapping[str, float], n_bytes: int) -> Iterator[str]:
    """Yield about ``n_bytes`` of text, languages interleaved so that every prefix has the wanted shares.

    A language that runs out ends the stream: the shares hold to the last paragraph.
    """
    sources = {file.language: file.paragraphs() for file in files}
    missing = sorted(set(shares) - set(sources))
    if missing:
        raise ValueError(f"no text file for language {missing[0]!r}; --text gave {sorted(sources)}")
    written = dict.fromkeys(shares, 0)
    while sum(written.values()) < n_bytes:
        language = min(shares, key=lambda name: written[name] / shares[name])
        paragraph = next(sources[language], None)
        if paragraph is None:
            return
        written[language] += len(paragraph.encode())
        yield paragraph


def token_stream(spec: TokeniserSpec, tokeniser: Tokenizer, files: list[TextFile], work: Path) -> Tokens:
    """Return the text as one stream of tokens, documents ended by the end-of-sequence token; cached in ``work``."""
    path = work / f"tokens-{spec.name}.npy"
    if not path.exists():
        with atomic_path(path) as temporary, temporary.open("wb") as out:
            np.save(out, _tokenise(tokeniser, mixed_paragraphs(files, spec.shares, STREAM_BYTES)))
    return np.load(path, mmap_mode="r")  # type: ignore[no-any-return]  # numpy types it as Any


def _tokenise(tokeniser: Tokenizer, paragraphs: Iterator[str]) -> Tokens:
    eos, newline = tokeniser.token_to_id(EOS), tokeniser.encode("\n").ids
    pieces: list[Tokens] = []
    index = 0
    while chunk := list(islice(paragraphs, 5000)):
        for encoding in tokeniser.encode_batch(chunk):
            index += 1
            end = [eos] if index % _NEWLINE_EVERY else newline
            pieces.append(np.array(encoding.ids + end, dtype=np.uint16))
    return np.concatenate(pieces)


def split(stream: Tokens) -> tuple[Tokens, Tokens]:
    """Return the part to train on and the held-out part."""
    cut = int(len(stream) * (1 - _HELD_OUT))
    return stream[:cut], stream[cut:]
