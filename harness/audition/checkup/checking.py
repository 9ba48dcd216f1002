"""All checks, in the order in which they are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition.checkup.devices import check_bitsandbytes, check_cpu, check_gpus, check_torch
from audition.checkup.hub import check_cache, check_hub
from audition.checkup.ledger import check_ledger
from audition.checkup.leftovers import check_temporary_folders, check_workers
from audition.checkup.libraries import check_libraries
from audition.checkup.plugins import check_plugins
from audition.checkup.storage import check_disk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from audition.checkup.findings import Check
    from audition.plugins.catalog import Catalog


def check_all(open_catalog: Callable[[], Catalog], ledger: str, *, timeout: float) -> Iterator[Check]:
    """Yield every check as it is made. Nothing is written, downloaded or repaired.

    Args:
        open_catalog: loads the plugins, and may raise what that raises.
        ledger: file or database URL.
        timeout: seconds that the hub may take to answer.
    """
    yield check_cpu()
    yield check_libraries()
    yield check_torch()
    yield from check_gpus()
    yield check_bitsandbytes()
    yield from check_disk(ledger)
    yield check_ledger(ledger)
    yield check_plugins(open_catalog)
    yield check_cache()
    yield check_hub(timeout)
    yield check_workers()
    yield check_temporary_folders()
