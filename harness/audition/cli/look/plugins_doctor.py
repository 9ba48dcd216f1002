"""`audition plugins doctor`: whether a plugin keeps the promises of its kind."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audition.cli.arguments import PluginFiles
from audition.cli.session import Session
from audition.cli.show.tables import AsJson, print_json
from audition.text.tables import render

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audition.doctor import Finding, Verdict
    from audition.doctor.findings import Outcome

BROKEN = 1  #: exit code where a promise is broken


def doctor(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="A plugin, as `audition plugins` lists it.")],
    checkpoint: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="A small checkpoint to try the plugin's adapters on.")
    ] = None,
    plugin: PluginFiles = None,
    as_json: AsJson = False,
) -> None:
    """Hold everything that plugin NAME offers to the conformance tests, and print a verdict.

    The exit code is 0 where no promise is broken, 1 where one is. Nothing is downloaded: what that leaves unchecked is
    said, and counts for nothing.
    """
    from audition.doctor import examine

    catalog = ctx.ensure_object(Session).catalog
    verdict = examine(catalog, name, checkpoint=checkpoint, on_finding=_note if sys.stderr.isatty() else _ignore)
    if as_json:
        print_json(_as_json(verdict))
    else:
        typer.echo("\n".join(_lines(verdict)))
    if not verdict.is_healthy:
        raise typer.Exit(BROKEN)


def _note(finding: Finding) -> None:
    """Show on a terminal what is being checked, in one line that the next one overwrites."""
    typer.echo(f"\r\x1b[K{finding.kind} {finding.entry}: {finding.check}"[:100], nl=False, err=True)


def _ignore(_finding: Finding) -> None:
    """Show nothing."""


def _as_json(verdict: Verdict) -> dict[str, object]:
    return {
        "plugin": verdict.plugin,
        "distribution": verdict.distribution,
        "version": verdict.version,
        "is_healthy": verdict.is_healthy,
        "n_kept": len(verdict.having("kept")),
        "n_broken": len(verdict.having("broken")),
        "n_not_checked": len(verdict.having("not-checked")),
        "findings": verdict.findings,
    }


def _lines(verdict: Verdict) -> Iterator[str]:
    yield f"{verdict.plugin} of {verdict.distribution} {verdict.version}".rstrip()
    yield ""
    yield render([_row(verdict, *entry) for entry in verdict.entries], right=("kept", "broken", "not checked"))
    for title, findings in (("broken", verdict.having("broken")), ("not checked", verdict.having("not-checked"))):
        for text, places in _grouped(findings).items():
            yield f"\n{title}: {', '.join(places)}\n  {text}"
    yield ""
    yield _sentence(verdict)


def _row(verdict: Verdict, kind: str, entry: str) -> dict[str, object]:
    outcomes = [finding.outcome for finding in verdict.findings if (finding.kind, finding.entry) == (kind, entry)]
    counts = {name: outcomes.count(outcome) for name, outcome in _COLUMNS.items()}
    return {"kind": kind, "name": entry, **{name: count or "" for name, count in counts.items()}}


_COLUMNS: Mapping[str, Outcome] = {"kept": "kept", "broken": "broken", "not checked": "not-checked"}


def _grouped(findings: tuple[Finding, ...]) -> dict[str, list[str]]:
    """Return who is concerned, by what there is to say: the same is said once."""
    groups: dict[str, list[str]] = {}
    for finding in findings:
        text = f"{finding.promise}, but {finding.message}" if finding.outcome == "broken" else finding.message
        text += f"\n  to keep it: {finding.keep}" if finding.keep else ""
        place = f"{finding.kind} {finding.entry}"
        if place not in groups.setdefault(text, []):
            groups[text].append(place)
    return groups


def _sentence(verdict: Verdict) -> str:
    kept, broken, unchecked = (len(verdict.having(outcome)) for outcome in ("kept", "broken", "not-checked"))
    rest = f"; {unchecked} not checked" if unchecked else ""
    if broken:
        return f"Verdict: {broken} of {kept + broken} checks found a broken promise{rest}."
    return f"Verdict: healthy, {kept} checks passed{rest}."
