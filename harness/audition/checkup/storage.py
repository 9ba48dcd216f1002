"""Free space where audition writes: beside the ledger, and in the hub's cache."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from audition.checkup.findings import Check
from audition.checkup.hub import cache_folder
from audition.checkup.ledger import file_of
from audition.text.sizes import GIB, format_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

TOO_LITTLE = GIB // 4  #: measurements and logs take little, but a full disk ends a selection
LITTLE = {"ledger": 2 * GIB, "hub": 10 * GIB}  #: run folders and fine-tuned models; a few models of a billion weights


def check_disk(ledger: str) -> Iterator[Check]:
    """Yield the free space beside the ledger and in the hub's cache."""
    path = file_of(ledger)
    yield free_space("disk", "the ledger", (path or Path()).absolute().parent, LITTLE["ledger"])
    hub = cache_folder()
    if hub is not None:
        yield free_space("hub disk", "the hub's cache", hub, LITTLE["hub"])


def free_space(name: str, what: str, folder: Path, little: int) -> Check:
    """Return how much is free where `folder` is, or will be made; less than `little` is a warning."""
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    try:
        free = shutil.disk_usage(there).free
    except OSError as error:
        found = f"{there}: the free space cannot be told: {error.strerror}"
        return Check(name=name, verdict="warning", found=found, facts={"path": str(there)})
    facts = {"path": str(there), "free_bytes": free}
    found = f"{format_bytes(free)} free at {there}, for {what}"
    if free >= little:
        return Check(name=name, verdict="ok", found=found, facts=facts)
    return Check(
        name=name,
        verdict="problem" if free < TOO_LITTLE else "warning",
        found=found,
        advice=f"free some: {format_bytes(little)} are little for {what}",
        facts=facts,
    )
