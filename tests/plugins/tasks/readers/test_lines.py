from __future__ import annotations

import gzip
import json
from pathlib import Path

from worlds.damaged_files import GOOD, message


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
