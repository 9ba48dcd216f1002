"""The embedded tasks: how each corpus becomes train, validation and test splits without a leak between them."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

Row = dict[str, str]
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedTask:
    """One corpus, how it is split, and what the catalogue says of it."""

    name: str
    corpus: str  #: file name in the corpora folder
    group: str | None  #: rows that share this column stay in one split; None: a row is its own group
    columns: tuple[str, ...]  #: kept beside input and target
    n_train: int
    n_validation: int = 1000
    n_test: int = 2000
    description: str
    metric: str
    languages: tuple[str, ...]
    licence: str
    source: str
    citation: str

    def group_of(self, row: Row) -> str:
        """Return what decides the split of `row`."""
        return row[self.group] if self.group else row["input"]


TASKS = (
    EmbeddedTask(
        name="package-synopsis",
        corpus="package_synopsis.jsonl.gz",
        group="package",
        columns=("package",),
        n_train=25600,
        description="summarisation: the first sentences of a Debian package description to its one-line synopsis",
        metric="rouge",
        languages=("en",),
        licence="various free licences (Debian main): each row under the licence of its `package`",
        source="package descriptions of Debian main, https://packages.debian.org",
        citation="The Debian Project, package descriptions of the main archive area",
    ),
    EmbeddedTask(
        name="office-help-en-zh",
        corpus="office_help_en_zh.jsonl.gz",
        group=None,
        columns=(),
        n_train=19200,
        description="translation: English to Simplified Chinese help pages and user interface of LibreOffice",
        metric="chrf",
        languages=("en", "zh"),
        licence="MPL-2.0",
        source="LibreOffice help and user interface and their translation, https://www.libreoffice.org",
        citation="LibreOffice contributors, help and user interface, English and Simplified Chinese",
    ),
    EmbeddedTask(
        name="wordnet-instructions",
        corpus="wordnet_instructions.jsonl.gz",
        group="group",
        columns=("group", "kind"),
        n_train=25600,
        description="instructions with free-form answers: eight kinds of questions about the words of WordNet 3.0",
        metric="rouge",
        languages=("en",),
        licence="WordNet-3.0",
        source="WordNet 3.0, https://wordnet.princeton.edu; instruction templates written for this project",
        citation="G. A. Miller (1995), WordNet: A Lexical Database for English, Communications of the ACM 38(11)",
    ),
)


def read_rows(corpora: Path, task: EmbeddedTask) -> list[Row]:
    """Return the corpus without repeated inputs, in its order, which is a random one."""
    with gzip.open(corpora / task.corpus, "rt", encoding="utf-8") as file:
        rows: list[Row] = [json.loads(line) for line in file]
    return list({row["input"]: row for row in reversed(rows)}.values())[::-1]


def split_rows(rows: list[Row], task: EmbeddedTask) -> dict[str, list[Row]]:
    """Split `rows` into exact sizes, keeping groups whole and the order of rows.

    Groups are taken in the order of their SHA-256: test first, then validation; one that would overfill its split goes
    on to the next. Training takes the first rows of what is left.
    """
    sizes: dict[str, int] = defaultdict(int)
    for row in rows:
        sizes[task.group_of(row)] += 1
    waiting = sorted(sizes, key=lambda group: hashlib.sha256(group.encode()).digest())
    split_of: dict[str, str] = {}
    for split, wanted in (("test", task.n_test), ("validation", task.n_validation)):
        for group in waiting:
            if group not in split_of and sizes[group] <= wanted:
                split_of[group] = split
                wanted -= sizes[group]
    parts: dict[str, list[Row]] = {"train": [], "validation": [], "test": []}
    for row in rows:
        parts[split_of.get(task.group_of(row), "train")].append(row)
    parts["train"] = parts["train"][: task.n_train]
    return parts


def describe(task: EmbeddedTask, parts: dict[str, list[Row]]) -> dict[str, Any]:
    """Return the catalogue's record of a task. A Chinese character counts as a word."""
    return {
        "name": task.name,
        "description": task.description,
        "metric": task.metric,
        "languages": list(task.languages),
        "licence": task.licence,
        **{f"n_{split}": len(rows) for split, rows in parts.items()},
        "mean_words_in": _mean(_count_words(row["input"]) for row in parts["train"]),
        "mean_words_out": _mean(_count_words(row["target"]) for row in parts["train"]),
        "columns": ["input", "target", *task.columns],
        "group": task.group,
        "source": task.source,
        "citation": task.citation,
    }


def write_splits(folder: Path, task: EmbeddedTask, parts: dict[str, list[Row]]) -> list[Path]:
    """Write the splits that are not there with the same rows, and return their paths.

    Same rows, same file: the bytes of Parquet depend on the version of its writer, the rows do not.
    """
    names = ("input", "target", *task.columns)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for split, rows in parts.items():
        path = folder / f"{split}.parquet"
        table = pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in names})
        if path.exists() and pq.read_table(path).equals(table):
            continue
        dictionary: list[str] = [name for name in names if name == "kind"]
        pq.write_table(
            table, path, compression="zstd", compression_level=19, use_dictionary=dictionary, write_statistics=False,
            row_group_size=len(rows), store_schema=False,
        )  # fmt: skip
        written.append(path)
    return written


def _count_words(text: str) -> int:
    return len(_HAN.findall(text)) + len(_HAN.sub(" ", text).split())


def _mean(counts: Iterable[int]) -> float:
    values = list(counts)
    return round(sum(values) / len(values), 1)


def make_tasks(corpora: Path, folder: Path, report: Callable[[Path], None]) -> str:
    """Write every task below `folder`, call `report` for each file written, and return the catalogue as JSON."""
    records = []
    for task in TASKS:
        parts = split_rows(read_rows(corpora, task), task)
        if {split: len(rows) for split, rows in parts.items()} != {
            "train": task.n_train, "validation": task.n_validation, "test": task.n_test,
        }:  # fmt: skip
            raise ValueError(f"{task.corpus}: too few rows for the splits of {task.name!r}")
        for path in write_splits(folder / task.name, task, parts):
            report(path)
        records.append(describe(task, parts))
    return json.dumps(records, indent=1, ensure_ascii=False) + "\n"
