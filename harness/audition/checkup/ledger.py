"""Whether a ledger can be read and written, and is one. It is looked at, never made, changed or repaired."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from audition.checkup.findings import Check, Verdict
from audition.errors import UsageError
from audition.measuring.ledger import TABLES
from audition.text import codec
from audition.types import Observation

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADER = b"SQLite format 3\0"
N_DECODED = 200  #: of the newest observations: all of a large ledger would take minutes
ANOTHER = "name another one: --ledger FILE"


def file_of(ledger: str) -> Path | None:
    """Return the file of a SQLite ledger; None: a database of another kind, or nothing that has a file."""
    if "://" not in ledger:
        return Path(ledger).expanduser()
    try:
        url = sa.make_url(ledger)
    except sa.exc.ArgumentError:
        return None
    is_file = url.get_backend_name() == "sqlite" and url.database and not url.database.startswith(("file:", ":memory:"))
    return Path(str(url.database)) if is_file else None


def check_ledger(ledger: str) -> Check:
    """Return whether the ledger opens, is whole, has the tables and columns that it should, and how much it holds."""
    path = file_of(ledger)
    if path is None:
        return _check_database(ledger, ledger)
    if not path.exists():
        return _finding("ok", f"{path}: none yet; the first selection makes it", path=str(path))
    if path.is_dir():
        return _finding("problem", f"{path}: is a folder", ANOTHER, path=str(path))
    if wrong := _wrong_file(path):
        return wrong
    check = _check_database(str(path), f"sqlite:///file:{_quoted(path)}?mode=ro&uri=true")
    if check.verdict == "ok" and not (os.access(path, os.W_OK) and os.access(path.absolute().parent, os.W_OK)):
        advice = f"make file and folder writable, or {ANOTHER}"
        return _finding("problem", f"{check.found}; it cannot be written", advice, **check.facts)
    return check


def _wrong_file(path: Path) -> Check | None:
    try:
        with path.open("rb") as file:
            header = file.read(len(HEADER))
    except OSError as error:
        return _finding("problem", f"{path}: cannot be read: {error.strerror}", ANOTHER, path=str(path))
    if header and header != HEADER:
        found = f"{path}: is not a ledger: no SQLite file, or its beginning is damaged"
        return _finding("problem", found, f"move it away, or {ANOTHER}", path=str(path))
    return None


def _check_database(name: str, url: str) -> Check:
    try:
        engine = sa.create_engine(url)
    except (sa.exc.ArgumentError, ImportError) as error:
        shown = re.sub(r"//[^/]*@", "//…@", name)  # without its password
        return _finding("problem", f"{shown}: no ledger file or database URL audition can open: {error}", ANOTHER)
    name = name if url != name else engine.url.render_as_string()  # without its password
    try:
        with engine.connect() as connection:
            return _check_content(name, connection)
    except (sa.exc.SQLAlchemyError, UnicodeDecodeError) as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        if "locked" in reason:
            return _finding("warning", f"{name}: somebody else is writing: {reason}", "try again", path=name)
        return _finding("problem", f"{name}: cannot be used: {reason}", _rescue(name), path=name)
    finally:
        engine.dispose()


def _check_content(name: str, connection: sa.Connection) -> Check:
    if connection.dialect.name == "sqlite":
        state = str(connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar())
        if state != "ok":
            return _finding("problem", f"{name}: is damaged: {' '.join(state.split())}", _rescue(name), path=name)
    inspector = sa.inspect(connection)
    found = set(inspector.get_table_names())
    if not found:
        return _finding("ok", f"{name}: empty so far", path=name)
    if "observations" not in found:
        others = ", ".join(sorted(found)[:3])
        text = f"{name}: is not a ledger: a database of another program, with tables {others}"
        return _finding("problem", text, ANOTHER, path=name)
    missing = list(_missing(inspector, found))
    if missing:
        text = f"{name}: an older or newer version made it: no {', '.join(missing)}"
        return _finding("problem", text, f"update audition, or {ANOTHER}", path=name)
    return _counted(name, connection)


def _missing(inspector: sa.Inspector, found: set[str]) -> Iterator[str]:
    """Yield the columns that tables lack; a table that is missing altogether is made when a ledger is opened."""
    for table in TABLES.values():
        if table.name in found:
            there = {column["name"] for column in inspector.get_columns(table.name)}
            yield from (f"{table.name}.{column.name}" for column in table.columns if column.name not in there)


def _counted(name: str, connection: sa.Connection) -> Check:
    observations = TABLES["observations"]
    n_observations = connection.execute(sa.select(sa.func.count()).select_from(observations)).scalar() or 0
    newest = sa.select(observations.c.observation).order_by(observations.c.measured_at.desc()).limit(N_DECODED)
    for row in connection.execute(newest):
        try:
            codec.from_json(Observation, json.loads(row.observation))
        except (UsageError, ValueError) as error:
            text = f"{name}: holds an observation that this version cannot read: {error}"
            return _finding("problem", text, f"update audition, or {ANOTHER}", path=name)
    version = _schema_version(connection)
    n_runs = _n_runs(connection)
    text = f"{name}: whole, schema {version}, {n_observations:,} observations, {n_runs:,} selections"
    return _finding("ok", text, path=name, schema=version, n_observations=n_observations, n_runs=n_runs)


def _n_runs(connection: sa.Connection) -> int:
    if not sa.inspect(connection).has_table("runs"):
        return 0
    return connection.execute(sa.select(sa.func.count()).select_from(TABLES["runs"])).scalar() or 0


def _schema_version(connection: sa.Connection) -> int:
    """Return SQLite's `user_version`, 0 in all ledgers so far; 0 elsewhere, too."""
    if connection.dialect.name != "sqlite":
        return 0
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar() or 0)


def _rescue(name: str) -> str:
    if "://" in name:
        return f"see to the database, or {ANOTHER}"
    return f"move it away; what is whole of it: sqlite3 {name} .recover | sqlite3 rescued.db; then --ledger rescued.db"


def _quoted(path: Path) -> str:
    """Return a path as SQLite's addresses of files have it, in an address of SQLAlchemy."""
    from urllib.parse import quote

    return quote(str(path.absolute()))


def _finding(verdict: Verdict, found: str, advice: str = "", **facts: object) -> Check:
    return Check(name="ledger", verdict=verdict, found=found, advice=advice, facts=facts)
