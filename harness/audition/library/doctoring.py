"""`audition.library.doctor`: whether audition can work here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING, Any

from audition.checkup import Check
from audition.library.words import DEFAULT_LEDGER, load_catalog
from audition.plugins.catalog import Catalog
from audition.text import codec
from audition.types.lazy import LazyModule

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = LazyModule("pandas")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckUp:
    """What every check found."""

    checks: tuple[Check, ...]

    @property
    def is_healthy(self) -> bool:
        """Return whether there is no problem; warnings are none."""
        return all(check.verdict != "problem" for check in self.checks)

    def to_json(self) -> dict[str, Any]:
        """Return what `audition doctor --json` prints."""
        return {"is_healthy": self.is_healthy, "checks": codec.to_json(self.checks)}

    def to_frame(self) -> pd.DataFrame:
        """Return one row a check: name, verdict, what was found, what to do."""
        columns = ("name", "verdict", "found", "advice")
        return pd.DataFrame([{column: getattr(check, column) for column in columns} for check in self.checks])

    def _repr_html_(self) -> str:
        return str(self.to_frame().to_html(index=False))


def doctor(
    *,
    ledger: str = DEFAULT_LEDGER,
    timeout: float = 3.0,
    plugin: Sequence[str | PathLike[str]] = (),
    catalog: Catalog | Callable[[], Catalog] | None = None,
    on_check: Callable[[Check], None] = lambda _: None,
) -> CheckUp:
    """Look over devices, libraries, disks, ledger, plugins, caches, hub and leftovers, as `audition doctor` does.

    Nothing is written, downloaded or repaired. A plugin is held to its promises by `audition plugins doctor`.

    Args:
        ledger: file or database URL; it need not exist.
        timeout: seconds that the hub may take to answer.
        plugin: Python files to load as plugins.
        catalog: plugins that are loaded already, or what loads them; None: they are loaded now.
        on_check: hears each check as it is made.
    """
    from audition.checkup import check_all

    def open_catalog() -> Catalog:
        if catalog is None:
            return load_catalog(plugin)
        return catalog if isinstance(catalog, Catalog) else catalog()

    checks = []
    for check in check_all(open_catalog, ledger, timeout=timeout):
        on_check(check)
        checks.append(check)
    return CheckUp(checks=tuple(checks))
