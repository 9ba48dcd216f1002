"""The selectors that a benchmark compares, each with its options and the plugin it comes from."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass

from audition.errors import UsageError
from audition.plugins.catalog import Catalog
from audition.plugins.factories import make_selector
from audition.types import SelectorEntry
from audition.types.protocols import Selector


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """A selector with its options."""

    name: str
    options: tuple[str, ...]  #: as given, such as "k=4"; those that it takes
    selector: Selector
    plugin: str
    version: str  #: of the distribution that the plugin comes from
    definition: str = ""  #: of the plugin: name, version and hash; empty: unknown


def make_contestants(
    catalog: Catalog, names: Sequence[str] = (), options: Sequence[str] = ()
) -> tuple[Contestant, ...]:
    """Return the selectors `names`, or all; each takes the `options` that it knows.

    Raises:
        UsageError: a name is unknown, an option has a wrong value, or nobody takes it.
    """
    entries = [catalog.selector(name) for name in names] or [offer.entry for offer in catalog.selectors.values()]
    entries = list({entry.name: entry for entry in entries}.values())  # "ats,AtS" is one contestant
    for option in options:
        if not any(_takes(entry, option) for entry in entries):
            if len(entries) == 1:
                make_selector(entries[0], [option])  # raises, and says which options there are
            raise UsageError(f"none of {', '.join(entry.name for entry in entries)} takes option {option!r}")
    return tuple(_contestant(catalog, entry, [o for o in options if _takes(entry, o)]) for entry in entries)


def _takes(entry: SelectorEntry, option: str) -> bool:
    return option.partition("=")[0] in inspect.signature(entry.make).parameters


def _contestant(catalog: Catalog, entry: SelectorEntry, options: Sequence[str]) -> Contestant:
    plugin = catalog.selectors[entry.name].plugin
    record = next(record for record in catalog.plugins.records if (record.name, record.status) == (plugin, "loaded"))
    return Contestant(
        name=entry.name,
        options=tuple(options),
        selector=make_selector(entry, options, plugin=plugin),
        plugin=plugin,
        version=record.version,
        definition=record.definition,
    )
