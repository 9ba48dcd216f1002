from __future__ import annotations

import pytest

from audition.errors import UsageError
from audition.text.sizes import GIB, format_bytes, parse_bytes


@pytest.mark.parametrize(
    ("text", "size"),
    [("24GB", 24 * GIB), ("24gib", 24 * GIB), ("512 MB", 2**29), ("1.5G", 3 * 2**29), ("1000 B", 1000)],
)
def test_sizes_are_binary(text: str, size: int) -> None:
    assert parse_bytes(text) == size


@pytest.mark.parametrize("text", ["", "GB", "-1GB", "24 apples", "0GB", "1..5GB", "24", "0"])
def test_a_bad_size_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError, match="GB"):
        parse_bytes(text)


def test_sizes_are_printed_in_binary_units() -> None:
    assert (format_bytes(24 * GIB), format_bytes(2**29)) == ("24 GiB", "512 MiB")
    assert format_bytes(1001 * 2**20) == "1001 MiB"
