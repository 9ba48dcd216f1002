"""Physical lines of a text file, plain or gzipped, without reading more than one at a time."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING

from audition.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BOM = b"\xef\xbb\xbf"


def read_lines(path: Path, label: str) -> Iterator[tuple[int, bytes]]:
    """Yield (number from 1, line with its ending), a byte-order mark left out.

    Raises:
        UsageError: the file cannot be read, or its gzip data is damaged.
    """
    number = 0
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            for number, line in enumerate(stream, start=1):
                yield number, line.removeprefix(_BOM) if number == 1 else line
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        reason = str(error).rstrip(".")
        raise UsageError(f"{label}:{number + 1}: gzip data is damaged or cut short ({reason})") from error
    except OSError as error:
        raise UsageError(f"{label}: cannot be read: {error.strerror}") from error


def undecodable(line: bytes, error: UnicodeDecodeError) -> str:
    """Return what stands where `line` is not UTF-8, for a message."""
    return f"byte 0x{line[error.start]:02x} at position {error.start + 1} of the line"
