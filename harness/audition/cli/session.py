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
        from audition.plugins.catalog import Catalog
        from audition.plugins.files import files_of_environment
        from audition.plugins.loading import load_plugins
        from audition.plugins.output import to_stderr

        files = (*files_of_environment(), *self.plugin_files)
        with to_stderr():
            return Catalog(load_plugins(strict=self.strict_plugins, files=files))
