"""First-party model adapters. Importing this package loads no torch: each entry's `load` does, when it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

from audition_plugins.models import auto, bart, gpt2, opt, phi, switch, t5

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audition.types import AdapterEntry

hookimpl = pluggy.HookimplMarker("audition")


@hookimpl
def audition_adapters() -> Iterable[AdapterEntry]:
    """Offer one adapter a family of architectures, and `auto` for the rest."""
    return (gpt2.ENTRY, opt.ENTRY, phi.ENTRY, bart.ENTRY, t5.ENTRY, switch.ENTRY, auto.ENTRY)
