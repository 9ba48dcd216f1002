"""Every kind of damage has one clear line, which says where it is."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from audition.errors import UsageError
from audition.types import TaskOptions
from audition_plugins.tasks.files import open_path

if TYPE_CHECKING:
    from collections.abc import Callable

GIVE_MORE = "give more, or --validation and --test files"
NAME_THEM = "name them by --input-column (or --prompt) and --target-column"
SUFFIXES = ".jsonl, .json, .csv, .tsv, .parquet, .jsonl.gz, .json.gz, .csv.gz, .tsv.gz"
GOOD = [json.dumps({"input": f"question {i}", "target": f"answer {i}"}) for i in range(60)]


def message(address: str, **options: str | bool) -> str:
    with pytest.raises(UsageError) as caught:
        open_path(address, TaskOptions(**options))  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)
    return str(caught.value)


def damaged(line: str | bytes) -> Path:
    """Write sixty good rows with `line` as the seventh."""
    lines: list[bytes] = [good.encode() for good in GOOD]
    lines.insert(6, line.encode() if isinstance(line, str) else line)
    Path("my.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    return Path("my.jsonl")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('{"input": "q", "target": ""}', "'target' must be a non-empty string, got ''"),
        ('{"input": "q", "target": "  "}', "'target' must be a non-empty string, got '  '"),
        ('{"input": null, "target": "a"}', "'input' must be a non-empty string, got None"),
        ('{"input": "q", "target": []}', "'target' must hold an answer, got an empty list"),
        ('{"input": ["q", "r"], "target": "a"}', "'input' must be text or a number, got a list"),
        (
            '{"input": "q", "target": {"a": 1}}',
            "'target' must be text or a number, got an object; name what is inside it, such as target.a",
        ),
        ('{"input": "q", "target": NaN}', "'target' must be a non-empty string, got None"),
        (
            '{"input": "q", "target": "a", "target": "b"}',
            "keys of a JSON object must differ, got 'target' more than once",
        ),
        ('{"input": "q", "output": "a"}', "'target' is missing, got columns 'input', 'output'"),
        (
            '{"input": "q", "target": "a"',
            "a line must be one JSON object, got broken JSON (Expecting ',' delimiter at character 29)",
        ),
        ('["q", "a"]', "a line must be one JSON object, got a list"),
        ('"q"', "a line must be one JSON object, got 'q'"),
        ("[" * 100_000, "a line must be one JSON object, got unreadable JSON (maximum recursion depth exceeded"),
        (b'{"input": "caf\xe9", "target": "a"}', "text must be UTF-8, got byte 0xe9 at position 15 of the line"),
        ('{"input": "q", "target": "\\ud83d"}', "text must be valid Unicode, got the lone surrogate '\\ud83d'"),
    ],
)
def test_a_malformed_line_is_named(line: str | bytes, expected: str) -> None:
    damaged(line)
    assert message("my.jsonl").startswith(f"my.jsonl:7: {expected}")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("one,two,three", "a row must have the 2 fields of the header, got 3"),
        ("one", "a row must have the 2 fields of the header, got 1"),
        ("one,", "'target' must be a non-empty string, got ''"),
        ('"one" more,two', "a row must be well-formed, got ',' expected after '\"'"),
        ("o\0ne,two", "text must hold no NUL, got one at position 2 of the line"),
        ("un,deux \udce9", "text must be UTF-8, got byte 0xe9 at position 9 of the line"),
    ],
)
def test_a_malformed_csv_row_is_named_by_its_physical_line(row: str, expected: str) -> None:
    text = '\ninput,target\nfirst,"over\ntwo lines"\n\n' + row + "\n" + "".join(f"q{i},a{i}\n" for i in range(60))
    Path("my.csv").write_bytes(text.encode(errors="surrogateescape"))
    assert message("my.csv") == f"my.csv:6: {expected}"


def test_a_quote_that_never_ends_is_named_where_it_begins_even_when_bad_rows_are_skipped() -> None:
    Path("my.csv").write_text('input,target\na,b\nc,"d\ne,f\ng,h\n', encoding="utf-8")
    expected = "my.csv:3: a quoted field must end, got none of its closing quote in 3 lines"
    assert message("my.csv") == expected
    assert message("my.csv", skip_bad_rows=True) == expected


def test_a_header_that_repeats_a_name_is_refused() -> None:
    Path("my.csv").write_text("input,target,input\na,b,c\n", encoding="utf-8")
    assert message("my.csv") == "my.csv:1: column names must differ, got 'input' more than once"


def test_gzip_data_that_was_cut_short_is_named_by_the_line_that_it_ends_in() -> None:
    rows = "".join(json.dumps({"input": f"question {i * 7919 % 100_003}", "target": "a"}) + "\n" for i in range(5000))
    Path("my.jsonl.gz").write_bytes(gzip.compress(rows.encode())[:-2000])
    text = message("my.jsonl.gz", skip_bad_rows=True)
    place, _, reason = text.partition(": ")
    assert 2000 < int(place.removeprefix("my.jsonl.gz:")) < 5000
    assert reason == (
        "gzip data is damaged or cut short (Compressed file ended before the end-of-stream marker was reached)"
    )


def test_a_file_that_is_not_gzip_is_named() -> None:
    Path("my.jsonl.gz").write_text("\n".join(GOOD), encoding="utf-8")
    assert message("my.jsonl.gz") == "my.jsonl.gz:1: gzip data is damaged or cut short (Not a gzipped file (b'{\"'))"


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


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("gone.jsonl", None, "gone.jsonl: no such file"),
        ("empty.jsonl", "", "empty.jsonl: the file is empty"),
        ("blank.jsonl", "\n\n", "{here}/blank.jsonl: a task must have rows, got none"),
        ("header.csv", "input,target\n", "{here}/header.csv: a task must have rows, got none"),
        (
            "object.json",
            '{\n"a": [1]\n}',
            (
                "object.json:1: a file must hold JSON objects, one a line or in one array, got one object; jq makes "
                "lines of what is in it, such as jq -c '.a[]'"
            ),
        ),
        (
            "array.json",
            '[\n{"input": "q"}, 3]',
            f"array.json: no input and target among the columns 'input'; {NAME_THEM}",
        ),
        ("few.jsonl", GOOD[0], "{here}/few.jsonl: a validation split must have rows, got none of 1; " + GIVE_MORE),
        ("my.txt", "text", f"my.txt: a data file must end in {SUFFIXES}, got 'my.txt'"),
        (
            "semicolons.csv",
            "question;answer\nq;a\n",
            (
                "semicolons.csv:1: a header must name columns with ',' between, got the one column 'question;answer', "
                "which looks delimited by ';': --delimiter ';'"
            ),
        ),
    ],
)
def test_a_file_that_is_no_task_is_named(name: str, content: str | None, expected: str) -> None:
    if content is not None:
        Path(name).write_text(content, encoding="utf-8")
    assert message(name) == expected.format(here=Path.cwd())


def test_a_folder_of_mixed_kinds_is_refused() -> None:
    Path("data").mkdir()
    Path("data/a.jsonl").write_text(GOOD[0], encoding="utf-8")
    Path("data/b.csv").write_text("input,target\nq,a\n", encoding="utf-8")
    assert message("data") == "data: a folder must hold one kind of data files, got a.jsonl, b.csv"


def test_a_folder_without_data_is_refused() -> None:
    Path("data").mkdir()
    assert message("data").startswith("data: a folder must hold data files (.jsonl, ")


def test_a_folder_with_test_rows_alone_is_refused() -> None:
    Path("data").mkdir()
    Path("data/test.jsonl").write_text(GOOD[0], encoding="utf-8")
    assert message("data") == "data: a folder must hold training data, got only test.jsonl"


def test_a_held_out_file_without_the_columns_is_refused(
    pairs: Callable[..., Any], write_jsonl: Callable[..., Path]
) -> None:
    write_jsonl("my.jsonl", pairs(50))
    write_jsonl("held.jsonl", pairs(50, target="label"))
    assert message("my.jsonl", test="held.jsonl") == "held.jsonl: no column 'target'; columns are 'input', 'label'"


def test_a_malformed_row_of_a_held_out_file_is_named(
    pairs: Callable[..., Any], write_jsonl: Callable[..., Path]
) -> None:
    write_jsonl("my.jsonl", pairs(50))
    write_jsonl("held.jsonl", [*pairs(3, start=100), {"input": "q", "target": ""}])
    assert message("my.jsonl", test="held.jsonl") == "held.jsonl:4: 'target' must be a non-empty string, got ''"


def test_nothing_is_left_of_a_reading_that_failed() -> None:
    damaged("{")
    message("my.jsonl")
    assert [path.name for path in Path(".audition/cache/tasks").iterdir()] == []


def test_skipped_rows_are_counted_by_what_is_wrong_with_them() -> None:
    bad: list[str | bytes] = [
        '{"input": "q", "target": ""}',
        "{",
        '{"input": "q", "target": null}',
        '"text"',
        b"\xff",
        '{"input": "", "target": "a"}',
    ]
    lines = [line if isinstance(line, bytes) else line.encode() for line in (*bad, *GOOD)]
    Path("my.jsonl").write_bytes(b"\n".join(lines))
    report = open_path("my.jsonl", TaskOptions(skip_bad_rows=True)).report
    assert report is not None
    assert (report.n_rows, report.n_bad) == (66, 6)
    assert dict(report.bad) == {
        "'target' must be a non-empty string": 2,
        "a line must be one JSON object": 2,
        "text must be UTF-8": 1,
        "'input' must be a non-empty string": 1,
    }
    assert report.bad_examples[0] == "my.jsonl:1: 'target' must be a non-empty string, got ''"
    assert len(report.bad_examples) == 5


def test_a_file_of_bad_rows_alone_says_what_is_wrong_with_the_first() -> None:
    Path("my.jsonl").write_text('{"input": "q", "target": ""}\n' * 3, encoding="utf-8")
    expected = "all 3 rows are malformed; my.jsonl:1: 'target' must be a non-empty string, got ''"
    assert message("my.jsonl", skip_bad_rows=True) == f"{Path.cwd()}/my.jsonl: {expected}"


def test_a_cache_that_cannot_be_written_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("my.jsonl").write_text("\n".join(GOOD), encoding="utf-8")
    Path("in-the-way").touch()
    monkeypatch.setenv("AUDITION_CACHE", "in-the-way")
    assert message("my.jsonl") == (
        "cannot write the task cache in-the-way/tasks: Not a directory; AUDITION_CACHE moves it"
    )
