"""Which plugins load, and whether what they offer can be had together."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from audition.checkup.findings import Check
from audition.errors import AuditionError, PluginWarning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from audition.plugins.catalog import Catalog

KINDS = ("adapters", "models", "tasks", "selectors", "executors", "objectives", "loggers", "reproductions")


def check_plugins(open_catalog: Callable[[], Catalog]) -> Check:
    """Return which plugins failed to load, or clash, and why."""
    try:
        with warnings.catch_warnings(action="ignore", category=PluginWarning):  # it is said below
            catalog = open_catalog()
    except AuditionError as error:
        advice = "install it again, or block it with AUDITION_DISABLE_PLUGINS"
        return Check(name="plugins", verdict="problem", found=str(error), advice=advice)
    records = catalog.plugins.records
    by_status = {
        status: [record.name for record in records if record.status == status]
        for status in ("loaded", "blocked", "failed")
    }
    found = f"{len(by_status['loaded'])} loaded"
    if by_status["blocked"]:
        found += f", blocked: {', '.join(by_status['blocked'])}"
    failures = [f"{failure} failed to load: {failure.error}" for failure in catalog.plugins.failures]
    if failures:
        advice = "update or uninstall it, or block it: AUDITION_DISABLE_PLUGINS=" + ",".join(by_status["failed"])
        found = f"{found}; {'; '.join(failures)}"
        return Check(name="plugins", verdict="problem", found=found, advice=advice, facts=by_status)
    clashes = list(_clashes(catalog))
    if clashes:
        return Check(name="plugins", verdict="problem", found=f"{found}; {'; '.join(clashes)}", facts=by_status)
    return Check(name="plugins", verdict="ok", found=found, facts=by_status)


def _clashes(catalog: Catalog) -> Iterator[str]:
    for kind in KINDS:
        try:
            getattr(catalog, kind)
        except AuditionError as error:
            yield str(error)
