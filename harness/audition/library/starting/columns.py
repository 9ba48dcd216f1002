"""The columns of a file before anybody has said which is the input and which the target."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

from audition.readings.inspection import Lengths
from audition.tasks.labels import LEAST_REPEATED, LONGEST, MOST_LABELS

LOOKED_AT = 50_000  #: rows of the training data that columns are told by
#: names that people give to what a model reads and to what it shall write; the first are the surest
INPUTS = "text input question prompt query sentence document content body review message source article description"
TARGETS = (
    "target label answer output completion response chosen summary category class intent sentiment topic reply title y"
)
NEVER = frozenset({"rejected"})  #: what a model shall not write


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column, as the rows that were looked at have it."""

    name: str
    kind: str  #: "text", "number", "list" or "object"
    n_rows: int  #: that were looked at
    n_filled: int
    n_distinct: int
    lengths: Lengths | None  #: in bytes; None: it holds nothing that has a length

    @property
    def looks_like_classes(self) -> bool:
        """Return whether few short values come again and again, as labels do (`audition.tasks.labels`)."""
        is_short = self.lengths is not None and self.lengths.longest <= LONGEST
        return is_short and 2 <= self.n_distinct <= MOST_LABELS and LEAST_REPEATED * self.n_distinct <= self.n_filled

    @property
    def is_called_like_a_value(self) -> bool:
        """Return whether its name is a sentence: the file may have no header, and its first row was taken for one."""
        return len(self.name) > 40 or self.name.count(" ") >= 3

    @property
    def is_name(self) -> bool:
        """Return whether it tells rows apart and no more: a number or a code of its own a row."""
        is_short = self.lengths is not None and self.lengths.p99 <= 40
        return (
            is_short and self.n_distinct == self.n_filled and self.name.lower() in {"id", "uid", "uuid", "idx", "key"}
        )


@dataclass
class _Seen:
    n_filled: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    values: set[int] = field(default_factory=set)
    n_bytes: list[int] = field(default_factory=list)


def columns_of(rows: Iterable[Mapping[str, object] | str]) -> tuple[Column, ...]:
    """Return the columns of the first rows; those that are malformed, given by their message, count for nothing."""
    seen: dict[str, _Seen] = {}
    n_rows = 0
    for row in islice(rows, LOOKED_AT):
        if isinstance(row, str):
            continue
        n_rows += 1
        for name, value in _flat(row):
            _note(seen.setdefault(name, _Seen()), value)
    return tuple(_column(name, each, n_rows) for name, each in seen.items())


def guess_pair(columns: Iterable[Column]) -> tuple[str, str] | None:
    """Return the columns that are most likely input and target; None: there are no two that could be.

    Names decide where they are known; else the target is the one that looks like classes, or the shorter text.
    """
    usable = [each for each in columns if each.kind in ("text", "number") and not each.is_name]
    usable = [each for each in usable if each.n_filled and each.name.lower() not in NEVER]
    usable = [each for each in usable if 2 * each.n_filled > each.n_rows and each.n_distinct > 1]
    texts = [each for each in usable if each.kind == "text"]
    named = _named(usable, TARGETS)
    if named is None:
        classes = [each for each in texts if each.looks_like_classes]
        others = [each for each in texts if _named([each], INPUTS) is None]
        named = min(classes or others or texts, key=_size, default=None)
    if named is None:
        return None
    rest = [each for each in texts if each is not named]
    source = _named([each for each in rest if not each.looks_like_classes], INPUTS) or max(
        rest, key=_size, default=None
    )
    return None if source is None else (source.name, named.name)


def _flat(row: Mapping[str, object]) -> Iterable[tuple[str, object]]:
    """Yield names and values; those inside an object as "outer.inner"."""
    for name, value in row.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}.{inner}", each) for inner, each in value.items())
        else:
            yield name, value


def _note(seen: _Seen, value: object) -> None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return
    kind = "text" if isinstance(value, str) else "number" if isinstance(value, int | float) else "list"
    kind = "object" if isinstance(value, Mapping) else kind
    text = value if isinstance(value, str) else repr(value)
    if isinstance(value, str) and _is_number(value):
        kind = "number"
    seen.n_filled += 1
    seen.kinds[kind] = seen.kinds.get(kind, 0) + 1
    seen.values.add(hash(text))
    seen.n_bytes.append(len(text.encode(errors="replace")))


def _column(name: str, seen: _Seen, n_rows: int) -> Column:
    kind = max(seen.kinds, key=lambda each: seen.kinds[each]) if seen.kinds else "text"
    return Column(
        name=name,
        kind=kind,
        n_rows=n_rows,
        n_filled=seen.n_filled,
        n_distinct=len(seen.values),
        lengths=Lengths.of_counts(name, "bytes", seen.n_bytes) if seen.n_bytes else None,
    )


def _named(columns: Iterable[Column], names: str) -> Column | None:
    """Return the column with the surest of `names`; the part after the last dot counts, as in "translation.text"."""
    by_name = {each.name.lower().rpartition(".")[2].rstrip("s"): each for each in columns}
    return next((by_name[name] for name in names.split() if name in by_name), None)


def _size(column: Column) -> tuple[int, int]:
    """Return what tells a longer text from a shorter one."""
    return (column.lengths.median, column.lengths.p99) if column.lengths else (0, 0)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
