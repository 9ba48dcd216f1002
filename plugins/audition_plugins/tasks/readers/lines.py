"""Physical lines of a text file, plain or gzipped, without reading more than one at a time."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING

from audition.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedReader
    from pathlib import Path
    from typing import TypeAlias

    Stream: TypeAlias = gzip.GzipFile | BufferedReader

_BOM = b"\xef\xbb\xbf"
_LOOKED_AT = 2**20  #: bytes at the beginning that tell how lines end


def read_lines(path: Path, label: str) -> Iterator[tuple[int, bytes]]:
    """Yield (number from 1, line with its ending), a byte-order mark left out; lines may end in carriage returns alone.

    Raises:
        UsageError: the file cannot be read, or its gzip data is damaged.
    """
    number = 0
    try:
        start = _beginning(path)
        _refuse_utf16(start, label)
        with _opened(path) as stream:
            lines = _carriage_returns(stream) if b"\r" in start and b"\n" not in start else stream
            for number, line in enumerate(lines, start=1):
                yield number, line.removeprefix(_BOM) if number == 1 else line
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        reason = str(error).rstrip(".")
        raise UsageError(f"{label}:{number + 1}: gzip data is damaged or cut short ({reason})") from error
    except OSError as error:
        raise UsageError(f"{label}: cannot be read: {error.strerror}") from error


def _opened(path: Path) -> Stream:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")


def _beginning(path: Path) -> bytes:
    """Return the first bytes, none of a damaged file: reading it line by line tells where the damage is."""
    try:
        with _opened(path) as stream:
            return stream.read(_LOOKED_AT)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        return b""


def _carriage_returns(stream: Stream) -> Iterator[bytes]:
    """Yield the lines of a file that ends them as old Macs did."""
    rest = b""
    while chunk := stream.read(_LOOKED_AT):
        *lines, rest = (rest + chunk).split(b"\r")
        yield from (line + b"\n" for line in lines)
    if rest:
        yield rest


def _refuse_utf16(start: bytes, label: str) -> None:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UsageError(f"{label}:1: text must be UTF-8, got UTF-16; iconv -f UTF-16 -t UTF-8 converts it")


def undecodable(line: bytes, error: UnicodeDecodeError) -> str:
    """Return what stands where `line` is not UTF-8, for a message."""
    return f"byte 0x{line[error.start]:02x} at position {error.start + 1} of the line"
