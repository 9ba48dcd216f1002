from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from audition_plugins.tasks.store.rows import Rows

if TYPE_CHECKING:
    from pathlib import Path


def table(lengths: list[int]) -> tuple[pa.Table, list[dict[str, object]]]:
    """Return a table of batches of these lengths, and its rows."""
    rows: list[dict[str, object]] = [
        {"input": f"q {n}", "turns": [{"role": "user", "content": str(n)}] if n % 3 else None}
        for n in range(sum(lengths))
    ]
    whole = pa.Table.from_pylist(rows, schema=SCHEMA)
    starts = [sum(lengths[:place]) for place in range(len(lengths))]
    parts = [whole.slice(start, length) for start, length in zip(starts, lengths, strict=True)]
    return pa.concat_tables(parts) if parts else whole, rows


TURN = pa.struct([("role", pa.string()), ("content", pa.string())])
SCHEMA = pa.schema([("input", pa.string()), ("turns", pa.list_(TURN))])


@given(st.data(), st.lists(st.integers(0, 5), min_size=1, max_size=6).filter(any))
def test_rows_come_in_the_order_that_they_are_asked_for(data: st.DataObject, lengths: list[int]) -> None:
    made, rows = table(lengths)
    numbers = data.draw(st.lists(st.integers(0, len(rows) - 1), max_size=20))
    assert Rows(made).take(numbers) == [rows[number] for number in numbers]


def test_a_mapped_file_gives_the_same_rows(tmp_path: Path) -> None:
    made, rows = table([3, 1, 4])
    path = tmp_path / "rows.arrow"
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, made.schema) as stream:
        stream.write_table(made)
    assert Rows.mapped(path).take(range(8)) == rows
