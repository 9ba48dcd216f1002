from __future__ import annotations

from pathlib import Path

from worlds.damaged_files import GOOD, message


def test_a_file_that_is_not_parquet_is_named() -> None:
    Path("my.parquet").write_text("\n".join(GOOD), encoding="utf-8")
    assert message("my.parquet").startswith("my.parquet: not a readable Parquet file (Parquet magic bytes not found")


def test_damage_inside_a_parquet_file_is_named_by_its_row() -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({"input": [f"q {i}" for i in range(3000)], "target": [f"a {i}" for i in range(3000)]})
    pq.write_table(table, "my.parquet", row_group_size=1500, compression="zstd", use_dictionary=False)
    # rows are read a thousand at a time
    second = pq.ParquetFile("my.parquet").metadata.row_group(1).column(0)
    data = bytearray(Path("my.parquet").read_bytes())
    start = second.data_page_offset + 40
    data[start : start + 400] = b"\xff" * 400
    Path("my.parquet").write_bytes(data)
    assert message("my.parquet").startswith("my.parquet: row 1001 or later: damaged Parquet (")


def test_a_null_in_a_parquet_file_is_named_by_its_row() -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"input": ["q"] * 5, "target": ["a", "a", None, "a", "a"]}), "my.parquet")
    assert message("my.parquet") == "my.parquet: row 3: 'target' must be a non-empty string, got None"


def test_text_of_a_parquet_file_that_is_not_utf8_is_named_by_its_row() -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    binary = pa.array([b"fine", b"caf\xe9", b"fine"])
    strings = pa.Array.from_buffers(pa.string(), 3, binary.buffers())
    pq.write_table(pa.table({"input": strings, "target": ["a", "a", "a"]}), "my.parquet")
    assert message("my.parquet") == "my.parquet: row 2: text must be UTF-8, got byte 0xe9"
