"""What a report was made with, so that it can be made again."""

from __future__ import annotations

import platform
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from audition import hookspecs
from audition.measuring.keys import installed_versions
from audition.text import codec

if TYPE_CHECKING:
    from collections.abc import Collection

    from audition.measuring.setting import LiveSetting
    from audition.plugins.loading import Plugins


def of_plugins(plugins: Plugins) -> dict[str, Any]:
    """Return the program, its plugins, those that failed to load, and the time."""
    return {
        "audition": installed_versions(["audition"])["audition"],
        "started_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "hook_specification": hookspecs.VERSION,
        "plugins": [
            {
                "name": record.name,
                "distribution": record.distribution,
                "version": record.version,
                "path": record.path,
                "sha256": record.sha256,
                "status": record.status,
                "error": record.error,
            }
            for record in plugins.records
        ],
    }


def definitions(plugins: Plugins, names: Collection[str]) -> tuple[str, ...]:
    """Return what made a row: audition's version, and the definitions of the plugins called `names`, as listed."""
    version = installed_versions(["audition"])["audition"]
    return (f"audition {version}", *(record.definition for record in plugins.records if record.name in names))


def of_setting(setting: LiveSetting, selector: object) -> dict[str, Any]:
    """Return everything that the numbers of a live selection depend on."""
    return {
        "selector": repr(selector),
        "task_fingerprint": setting.task.fingerprint,
        "task_options": codec.to_json(setting.task.spec.options),
        "recipe": codec.to_json(setting.recipe),
        "device": setting.device_kind,
        "seeds": list(setting.seeds),
        "libraries": installed_versions(),
    }
