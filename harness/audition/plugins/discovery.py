"""Find the plugins that distributions offer, without importing any and whatever state their metadata is in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.metadata import Distribution, EntryPoint, distributions
from pathlib import Path
from typing import TYPE_CHECKING

from audition.plugins.files import import_source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audition.types import PluginFile

GROUP = "audition"  #: the entry-point group; name = plugin name, value = module


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPlugin:
    """A plugin on offer, not imported yet."""

    name: str
    distribution: str  #: "local" for a file, and for one that was handed over as an object
    version: str
    value: str  #: the module, as the entry point names it; empty when the metadata cannot be read
    error: str | None = None  #: why the metadata cannot be read
    plugin: object | None = None  #: the object that was handed over
    file: PluginFile | None = None  #: the file that the user named
    source: bytes = b""  #: what it holds

    @classmethod
    def local(cls, name: str, plugin: object) -> FoundPlugin:
        """Return the offer of an object that comes from no distribution."""
        value = getattr(plugin, "__name__", type(plugin).__qualname__)
        return cls(name=name, distribution="local", version="", value=value, plugin=plugin)

    @classmethod
    def of_file(cls, file: PluginFile, source: bytes) -> FoundPlugin:
        """Return the offer of a file; its name has the suffix, so that no entry point is called the same."""
        name = Path(file.path).name
        return cls(name=name, distribution="local", version="", value=file.path, file=file, source=source)

    @property
    def is_first_party(self) -> bool:
        """Return whether audition itself ships it."""
        return _canonical(self.distribution) == "audition"

    @property
    def must_load(self) -> bool:
        """Return whether going on without it would surprise: audition's own, and what was handed over."""
        return self.is_first_party or self.plugin is not None or self.file is not None

    def load(self) -> object:
        """Import and return the plugin; raises whatever importing raises."""
        if self.file is not None:
            return import_source(self.file, self.source)
        return EntryPoint(self.name, self.value, GROUP).load() if self.plugin is None else self.plugin


def find_plugins(path: Sequence[str] | None = None) -> tuple[FoundPlugin, ...]:
    """Return what distributions on `path` (None: `sys.path`) offer: first-party ones first, then by name and origin.

    The order of `path` does not matter, except that of two copies of one distribution the first counts, as it does
    for `import`.
    """
    copies: dict[str, tuple[FoundPlugin, ...]] = {}
    for distribution in distributions() if path is None else distributions(path=list(path)):
        if offers := tuple(_offers(distribution)):
            copies.setdefault(_canonical(offers[0].distribution), offers)
    offered = [offer for offers in copies.values() for offer in offers]
    return tuple(sorted(offered, key=lambda offer: (not offer.is_first_party, offer.name, offer.distribution)))


def _offers(distribution: Distribution) -> Iterator[FoundPlugin]:
    try:
        text = distribution.read_text("entry_points.txt") or ""
    except (OSError, UnicodeDecodeError):
        return  # nothing says that it has to do with us
    if f"[{GROUP}]" not in text:  # most have not: reading every METADATA would cost a tenth of a second
        return
    name, version = _name(distribution), _version(distribution)
    try:
        entry_points = distribution.entry_points.select(group=GROUP)
    except Exception as error:  # noqa: BLE001 - the parser raises whatever a malformed line leads to
        message = f"its entry_points.txt cannot be read: {error}"
        yield FoundPlugin(name=name, distribution=name, version=version, value="", error=message)
        return
    for entry_point in entry_points:
        yield FoundPlugin(name=entry_point.name, distribution=name, version=version, value=entry_point.value)


def _name(distribution: Distribution) -> str:
    try:
        return distribution.metadata["Name"] or "unknown"
    except Exception:  # noqa: BLE001 - metadata may be missing or malformed in any way, and is only for display
        return "unknown"


def _version(distribution: Distribution) -> str:
    try:
        return distribution.version or "unknown"
    except Exception:  # noqa: BLE001 - as above
        return "unknown"


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
