"""The ledger: the durable store of observations. SQLite by default, any SQLAlchemy URL otherwise.

An observation is in the ledger before anyone sees it. Rows are only ever added; a row that another try may change is
replaced by the next one: a crash, a time-out, a GPU whose memory other processes held, and a model that did not fit a
CPU, since the key of a measurement knows a GPU by its kind, which has so much memory, but nothing of a machine's.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from audition.errors import UsageError
from audition.text import codec
from audition.types import Calibration, Observation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

RETRIED = frozenset({"crashed", "timed-out", "out-of-memory"})  #: statuses that another try may change
_AT_ONCE = 500  #: keys of one statement; databases limit how many parameters it may have

_metadata = sa.MetaData()
_observations = sa.Table(
    "observations",
    _metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("model", sa.String, index=True, nullable=False),
    sa.Column("task", sa.String, index=True, nullable=False),
    sa.Column("n_samples", sa.Integer, nullable=False),
    sa.Column("seed", sa.Integer, nullable=False),
    sa.Column("status", sa.String, nullable=False),
    sa.Column("measured_at", sa.String, nullable=False),
    sa.Column("observation", sa.Text, nullable=False),  # JSON
)
_calibrations = sa.Table(
    "calibrations",
    _metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("calibration", sa.Text, nullable=False),  # JSON
)
_runs = sa.Table(
    "runs",
    _metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("finished_at", sa.String, nullable=False),
    sa.Column("folder", sa.String, nullable=False),
    sa.Column("report", sa.Text, nullable=False),  # JSON
)

_readings = sa.Table(
    "readings",
    _metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("reading", sa.Text, nullable=False),  # JSON
)

TABLES = _metadata.tables  #: by name, for whoever looks a ledger over without making one


def is_final(observation: Observation) -> bool:
    """Return whether measuring again could not give another outcome."""
    if observation.status == "does-not-fit":
        return observation.device_kind != "cpu"
    return observation.status not in RETRIED


class Ledger:
    """Observations by key, calibrations by key, and finished runs. Safe for threads and processes."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._engine = _engine(url)
        with self._reporting():
            _metadata.create_all(self._engine)

    def get(self, key: str) -> Observation | None:
        """Return the observation of a finished measurement, or None if it should be measured (again)."""
        return self.get_all([key]).get(key)

    def get_all(self, keys: Sequence[str]) -> dict[str, Observation]:
        """Return the observations of those measurements that are finished, by key."""
        found: dict[str, Observation] = {}
        with self._reporting(), self._engine.connect() as connection:
            for start in range(0, len(keys), _AT_ONCE):
                query = sa.select(_observations.c.key, _observations.c.observation).where(
                    _observations.c.key.in_(keys[start : start + _AT_ONCE])
                )
                for row in connection.execute(query):
                    found[row.key] = codec.from_json(Observation, json.loads(row.observation))
        return {key: observation for key, observation in found.items() if is_final(observation)}

    def put(self, key: str, observation: Observation) -> None:
        """Store an observation; returns once it is on disk."""
        self.put_all({key: observation})

    def put_all(self, observations: Mapping[str, Observation]) -> None:
        """Store observations by key, all or none; returns once they are on disk."""
        rows = [
            {
                "key": key,
                "model": observation.model,
                "task": observation.task,
                "n_samples": observation.n_samples,
                "seed": observation.seeds[0],
                "status": observation.status,
                "measured_at": _now(),
                "observation": codec.dumps(observation),
            }
            for key, observation in observations.items()
        ]
        self._replace(_observations, _observations.c.key, rows)

    def observations(self) -> tuple[Observation, ...]:
        """Return everything measured, oldest first."""
        query = sa.select(_observations.c.observation).order_by(_observations.c.measured_at, _observations.c.key)
        with self._reporting(), self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return tuple(codec.from_json(Observation, json.loads(row.observation)) for row in rows)

    def curves(
        self, *, task: str = "*", model: str = "*", limit: int | None = None, offset: int = 0
    ) -> tuple[Mapping[str, Any], ...]:
        """Return task, model and what there is of each pair, by name: counted by the database, nothing is decoded.

        Args:
            task: a name, or a pattern with `*`.
            model: likewise.
            limit: how many pairs; None: all.
            offset: how many to pass over.
        """
        table = _observations.c
        query = (
            sa.select(
                table.task,
                table.model,
                sa.func.count().label("n_points"),
                sa.func.sum(sa.case((table.status == "ok", 1), else_=0)).label("n_ok"),
                sa.func.count(sa.distinct(table.n_samples)).label("n_sizes"),
                sa.func.min(table.n_samples).label("smallest"),
                sa.func.max(table.n_samples).label("largest"),
                sa.func.count(sa.distinct(table.seed)).label("n_seeds"),
            )
            .where(_matches(table.task, task), _matches(table.model, model))
            .group_by(table.task, table.model)
            .order_by(table.task, table.model)
            .limit(limit)
            .offset(offset)
        )
        with self._reporting(), self._engine.connect() as connection:
            return tuple(dict(row) for row in connection.execute(query).mappings())

    def points(self, task: str, model: str) -> tuple[tuple[str, Observation], ...]:
        """Return the measurements of one pair with their keys, smallest first."""
        table = _observations.c
        query = (
            sa.select(table.key, table.observation)
            .where(table.task == task, table.model == model)
            .order_by(table.n_samples, table.seed, table.key)
        )
        with self._reporting(), self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return tuple((row.key, codec.from_json(Observation, json.loads(row.observation))) for row in rows)

    def get_calibration(self, key: str) -> Calibration | None:
        """Return how fast a model was on a device, or None."""
        query = sa.select(_calibrations.c.calibration).where(_calibrations.c.key == key)
        with self._reporting(), self._engine.connect() as connection:
            row = connection.execute(query).first()
        return None if row is None else codec.from_json(Calibration, json.loads(row.calibration))

    def put_calibration(self, key: str, calibration: Calibration) -> None:
        """Store how fast a model is on a device."""
        self._replace(_calibrations, _calibrations.c.key, [{"key": key, "calibration": codec.dumps(calibration)}])

    def get_reading(self, key: str) -> dict[str, Any] | None:
        """Return how a model reads a task, as `audition.readings` keeps it, or None."""
        query = sa.select(_readings.c.reading).where(_readings.c.key == key)
        with self._reporting(), self._engine.connect() as connection:
            row = connection.execute(query).first()
        return None if row is None else json.loads(row.reading)

    def put_reading(self, key: str, reading: dict[str, Any]) -> None:
        """Store how a model reads a task."""
        self._replace(_readings, _readings.c.key, [{"key": key, "reading": json.dumps(reading)}])

    def add_run(self, run_id: str, folder: Path, report: dict[str, Any]) -> None:
        """Note a finished run and its report."""
        row = {"id": run_id, "finished_at": _now(), "folder": str(folder), "report": json.dumps(report)}
        self._replace(_runs, _runs.c.id, [row])

    def runs(self) -> tuple[dict[str, Any], ...]:
        """Return id, finished_at, folder and report of every run, newest first."""
        query = sa.select(_runs).order_by(_runs.c.finished_at.desc(), _runs.c.id)
        with self._reporting(), self._engine.connect() as connection:
            rows = connection.execute(query).mappings().all()
        return tuple({**row, "report": json.loads(row["report"])} for row in rows)

    def close(self) -> None:
        """Release the connections."""
        self._engine.dispose()

    def _replace(self, table: sa.Table, key: sa.Column[str], rows: Sequence[Mapping[str, Any]]) -> None:
        with self._reporting(), self._engine.begin() as connection:
            for start in range(0, len(rows), _AT_ONCE):
                some = rows[start : start + _AT_ONCE]
                connection.execute(sa.delete(table).where(key.in_([row[key.name] for row in some])))
                connection.execute(sa.insert(table), some)

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.SQLAlchemyError as error:
            reason = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise UsageError(f"{self._url}: the ledger cannot be used: {reason}") from error


def _matches(column: sa.Column[Any], pattern: str) -> sa.ColumnElement[bool]:
    """Return whether a column is `pattern`, in which `*` is any text."""
    if "*" not in pattern:
        return column == pattern
    escaped = pattern.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return column.like(escaped.replace("*", "%"), escape="\\")


def _engine(url: str) -> sa.Engine:
    address: str | sa.URL = url
    if "://" not in url:
        path = Path(url).expanduser()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"{url}: the ledger's folder cannot be made: {error.strerror}") from error
        address = sa.URL.create("sqlite", database=str(path))  # as it is: "?" and "#" are letters of a name
    try:
        engine = sa.create_engine(address)
    except (sa.exc.ArgumentError, ImportError) as error:
        raise UsageError(f"{url}: not a ledger file or a database URL audition can open: {error}") from error
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own type
    """Wait for other writers instead of failing, and survive a power cut."""
    connection.execute("PRAGMA busy_timeout = 30000")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
