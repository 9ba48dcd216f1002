"""Find plugins, load them one by one, and ask them through typed hooks. Private."""

from __future__ import annotations

from audition.plugins.loading import PluginRecord, Plugins, load_plugins

__all__ = [
    "PluginRecord",
    "Plugins",
    "load_plugins",
]
