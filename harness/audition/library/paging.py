"""`audition.page`: a run, or a benchmark, as a page of HTML."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from audition.errors import UsageError, describe, unknown_name
from audition.library.words import DEFAULT_LEDGER, load_catalog
from audition.plugins.catalog import Catalog

PAGE = "page.html"  #: in a run folder
LAST_LINES = 30  #: of a worker's log, where candidates failed
_LOGS = 8  #: at most


def page(
    run: str | PathLike[str] | None = None,
    *,
    output: str | PathLike[str] | None = None,
    ledger: str = DEFAULT_LEDGER,
    rows: Sequence[str | PathLike[str]] = (),
    published: str | PathLike[str] | None = None,
    plugin: Sequence[str | PathLike[str]] = (),
    catalog: Catalog | None = None,
) -> Path:
    """Write a run, or a benchmark, as a page of HTML that opens from disk and asks nothing of a network.

    Does what `audition page` does, with its words and defaults.

    Args:
        run: a run of the ledger or the beginning of its name, a run folder, a report.json, or "bench"; None: the latest
            of the ledger.
        output: folder of the page; None: the run's own, or `bench-page`.
        ledger: file or database URL that knows the runs.
        rows: files of `audition bench --json` that a page of a benchmark shows; empty: all selectors are judged now.
        published: cells of a paper beside ours, `paper/tables.csv` of `audition reproduce`.
        plugin: Python files to load as plugins.
        catalog: plugins that are loaded already; None: they are loaded now.

    Returns:
        The page.

    Raises:
        UsageError: there is no such run, a file cannot be read, or the page cannot be written.
    """
    if str(run) == "bench":
        text = _bench(rows, published, catalog or load_catalog(plugin, strict=True))
        return write_page(Path(output or "bench-page"), text, name="index.html")
    folder, report = _find(None if run is None else str(run), ledger)
    try:
        text = page_of_run(report, folder)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise UsageError(f"{folder}: its report is damaged: {describe(error)}") from error
    return write_page(Path(output or folder), text)


def page_of_run(report: Mapping[str, Any], folder: Path) -> str:
    """Return the page of a run, with the ends of its workers' logs where candidates failed."""
    from audition.pages.run import run_page

    has_failed = any(
        row["status"] not in ("ok", "does-not-fit") for each in report["strata"] for row in each["ranking"]
    )
    return run_page(report, _logs(folder) if has_failed else ())


def write_page(folder: Path, text: str, name: str = PAGE) -> Path:
    """Return the file that holds the page now, whole or not at all.

    Raises:
        UsageError: the folder cannot be written.
    """
    path = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / f"{name}.part"
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        raise UsageError(f"{path}: the page cannot be written: {error.strerror or error}") from error
    return path


def _find(run: str | None, ledger: str) -> tuple[Path, Mapping[str, Any]]:
    """Return folder and report of a run."""
    path = None if run is None else Path(run)
    if path is not None and path.exists():
        file = path / "report.json" if path.is_dir() else path
        return file.parent, _read(file)
    runs = _runs(ledger)
    found = [each for each in runs if each["report"]["strata"] and (run is None or each["id"].startswith(run))]
    if not found:
        if run is None:
            raise UsageError(f"no selection has finished with {ledger} yet: `audition select` makes one")
        raise unknown_name("run", run, [each["id"] for each in runs], hint="(a folder or a report.json works, too)")
    if len(found) > 1 and run is not None and found[0]["id"] != run:
        raise UsageError(f"{run!r} is the beginning of {len(found)} runs: {', '.join(m['id'] for m in found[:5])}")
    return Path(found[0]["folder"]), found[0]["report"]


def _runs(ledger: str) -> Sequence[Mapping[str, Any]]:
    from audition.measuring.ledger import Ledger

    return Ledger(ledger).runs() if "://" in ledger or Path(ledger).exists() else ()


def _read(path: Path) -> Mapping[str, Any]:
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from None
    except ValueError:
        report = None
    if not isinstance(report, dict) or not {"strata", "task", "provenance", "spent"} <= report.keys():
        raise UsageError(f"{path}: not the report of a selection")
    return report


def _logs(folder: Path) -> list[tuple[str, str]]:
    logs = sorted((folder / "workers").glob("*.log"))
    tails = [
        (log.name, "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:]))
        for log in logs
    ]
    return [(name, tail) for name, tail in tails if tail.strip()][:_LOGS]


def _bench(rows: Sequence[str | PathLike[str]], published: str | PathLike[str] | None, catalog: Catalog) -> str:
    import csv

    from audition.bench import open_recorded_task
    from audition.bench.joining import add_files
    from audition.library.benchmarking import bench
    from audition.pages.benchmark import bench_page

    judged = add_files([], map(Path, rows)) if rows else bench(is_leaderboard=True, catalog=catalog).rows
    tasks = list(dict.fromkeys(row.task for row in judged))
    compared: list[dict[str, str]] = []
    if published is not None:
        try:
            compared = list(csv.DictReader(Path(published).read_text(encoding="utf-8").splitlines()))
        except OSError as error:
            raise UsageError(f"{published}: cannot be read: {error.strerror or error}") from None
    return bench_page(
        judged,
        {task: open_recorded_task(catalog, task).full_losses for task in tasks},
        benchmarks={task: catalog.curves(task)[0].plugin for task in tasks},
        published=compared,
    )
