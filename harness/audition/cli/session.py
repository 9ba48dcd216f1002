"""What the commands of one invocation share: the plugins and what they offer, loaded when first asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audition.plugins.catalog import Catalog


@dataclass
class Session:
    """The options that stand before a command. A command gets it by `ctx.ensure_object(Session)`."""

    strict_plugins: bool | None = None  #: None: as the environment says
    plugin_files: list[str] = field(default_factory=list)  #: plugins that are one file, besides the environment's

    @cached_property
    def catalog(self) -> Catalog:
        """Return what all plugins offer; `catalog.plugins` are the plugins themselves."""
        from audition.library.words import load_catalog

        return load_catalog(self.plugin_files, strict=self.strict_plugins)
