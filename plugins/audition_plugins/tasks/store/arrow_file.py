"""Examples as an Arrow stream on disk, the form that `datasets` maps into memory."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from audition.types import Example, Turn

_MOST_ROWS = 1000  #: held at once
_MOST_CHARACTERS = 4 * 2**20  #: held at once, but for a longer row


def write_examples(examples: Iterable[Example], path: Path, *, is_chat: bool) -> str:
    """Write examples to `path`, a few at a time; return a hash of everything in them.

    Args:
        examples: each is taken once.
        path: of the Arrow stream.
        is_chat: the rows are conversations, also one that has no turns.
    """
    import pyarrow as pa

    turn = pa.struct([("role", pa.string()), ("content", pa.string()), ("extra", pa.string())])
    schema = pa.schema(
        [("input", pa.string()), ("target", pa.string()), ("turns", pa.list_(turn)), ("tools", pa.string())]
    )
    digest = sha256()
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, schema) as stream:
        for batch in _batches(examples):
            rows = [_as_row(example, is_chat=is_chat) for example in batch]
            for row in rows:
                digest.update(json.dumps(row).encode())
            stream.write_batch(pa.RecordBatch.from_pylist(rows, schema=schema))
    return digest.hexdigest()


def _as_row(example: Example, *, is_chat: bool) -> dict[str, object]:
    """Return what an example holds: what was added to examples later is left out where it is empty.

    So rows without it have the hash that they always had.
    """
    row: dict[str, object] = {"input": example.input, "target": example.target}
    if is_chat or example.turns:
        row["turns"] = [_as_turn(turn) for turn in example.turns]
    return row | ({"tools": example.tools} if example.tools else {})


def _as_turn(turn: Turn) -> dict[str, str]:
    row = {"role": turn.role, "content": turn.content}
    return row | ({"extra": turn.extra} if turn.extra else {})


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
