"""Examples as an Arrow stream on disk, the form that `datasets` maps into memory."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from audition.types import Example

_MOST_ROWS = 1000  #: held at once
_MOST_CHARACTERS = 4 * 2**20  #: held at once, but for a longer row


def write_examples(examples: Iterable[Example], path: Path, *, is_chat: bool) -> str:
    """Write examples to `path`, a few at a time; return a hash of everything in them."""
    import pyarrow as pa

    fields = [("input", pa.string()), ("target", pa.string())]
    if is_chat:
        fields.append(("turns", pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))))
    schema = pa.schema(fields)
    digest = sha256()
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, schema) as stream:
        for batch in _batches(examples):
            rows = [_as_row(example, is_chat=is_chat) for example in batch]
            for row in rows:
                digest.update(json.dumps(row).encode())
            stream.write_batch(pa.RecordBatch.from_pylist(rows, schema=schema))
    return digest.hexdigest()


def _as_row(example: Example, *, is_chat: bool) -> dict[str, object]:
    row: dict[str, object] = {"input": example.input, "target": example.target}
    if is_chat:
        row["turns"] = [{"role": turn.role, "content": turn.content} for turn in example.turns]
    return row


def _batches(examples: Iterable[Example]) -> Iterator[list[Example]]:
    batch, n_characters = [], 0
    for example in examples:
        batch.append(example)
        n_characters += len(example.input) + len(example.target)
        if len(batch) == _MOST_ROWS or n_characters >= _MOST_CHARACTERS:
            yield batch
            batch, n_characters = [], 0
    if batch:
        yield batch
