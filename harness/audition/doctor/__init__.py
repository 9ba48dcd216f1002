"""Hold an installed plugin to the promises that its kind of plugin makes, and say which are broken. Private.

The checks are the conformance classes of `audition.testing`, run by pytest in this process: an author's own tests and
the doctor cannot disagree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition.doctor.findings import Finding, Verdict
from audition.errors import UsageError, unknown_name

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from audition.doctor.subjects import Subject
    from audition.plugins.catalog import Catalog

__all__ = ["Finding", "Verdict", "examine"]


def examine(
    catalog: Catalog,
    plugin: str,
    *,
    checkpoint: Path | None = None,
    on_finding: Callable[[Finding], None] = lambda _: None,
) -> Verdict:
    """Return the verdict on everything that `plugin` offers. Nothing is downloaded.

    Args:
        catalog: of all plugins that are loaded.
        plugin: its name.
        checkpoint: folder of a small checkpoint for its adapters; None: models that are on this disk.
        on_finding: told of every finding as it comes.

    Raises:
        UsageError: there is no such plugin, it is blocked, or pytest is not installed.
    """
    records = {record.name: record for record in catalog.plugins.records if record.status != "failed"}
    failed = next((record for record in catalog.plugins.failures if record.name == plugin), None)
    record = records.get(plugin, failed)
    if record is None:
        raise unknown_name("plugin", plugin, {record.name for record in catalog.plugins.records})
    if record.status == "blocked":
        raise UsageError(f"plugin {plugin!r} is blocked: take it out of AUDITION_DISABLE_PLUGINS")
    findings = (
        (_not_loaded(plugin, record.error or ""),)
        if record is failed
        else _findings(catalog, plugin, checkpoint, on_finding)
    )
    return Verdict(plugin=plugin, distribution=record.distribution, version=record.version, findings=findings)


def _findings(
    catalog: Catalog, plugin: str, checkpoint: Path | None, on_finding: Callable[[Finding], None]
) -> tuple[Finding, ...]:
    from audition.doctor.subjects import subjects_of

    try:
        from audition.doctor.running import run
    except ModuleNotFoundError as error:
        if error.name != "pytest":
            raise
        raise UsageError("the checks need pytest: pip install 'audition[testing]'") from None
    subjects = subjects_of(catalog, plugin, checkpoint=checkpoint)
    found = run([subject for subject in subjects if not subject.obstacle], on_finding)
    return (*found, *(_not_checked(subject) for subject in subjects if subject.obstacle))


def _not_checked(subject: Subject) -> Finding:
    return Finding(
        kind=subject.kind, entry=subject.name, check="", promise="", outcome="not-checked", message=subject.obstacle
    )


def _not_loaded(plugin: str, error: str) -> Finding:
    return Finding(
        kind="plugin",
        entry=plugin,
        check="it_loads",
        promise="a plugin loads",
        outcome="broken",
        message=f"it failed: {error}",
        keep="mend that; `audition plugins` lists what loads",
    )
