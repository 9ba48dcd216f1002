"""Register one plugin, checked: whole, or not at all."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from audition.errors import PluginError, did_you_mean
from audition.hookspecs import HOOKS

if TYPE_CHECKING:
    from pluggy import PluginManager


def register(manager: PluginManager, plugin: object, name: str) -> tuple[str, ...]:
    """Return the hooks that `plugin` implements, registered; leave no trace of it when one of them is wrong.

    Raises:
        PluginError: a hook is misspelled, unmarked or a wrapper, or the plugin has another name already.
        pluggy.PluginValidationError: a hook takes an argument that its specification does not have.
    """
    if other := manager.get_name(plugin):
        raise PluginError(f"it is the same object as plugin {other!r}")
    try:
        manager.register(plugin, name)
        hooks = tuple(sorted(caller.name for caller in manager.get_hookcallers(plugin) or ()))
        _check_hooks(manager, plugin)
        manager.check_pending()  # after each plugin, so that it is this one's fault
    except Exception:  # whatever it is, it is raised again below
        # before pluggy 1.7 a plugin that fails to register stays behind, in part
        if manager.get_plugin(name) is plugin:
            manager.unregister(plugin, name)
        raise
    return hooks


def _check_hooks(manager: PluginManager, plugin: object) -> None:
    for caller in manager.get_hookcallers(plugin) or ():
        for impl in caller.get_hookimpls():
            if impl.plugin is not plugin:
                continue
            if impl.hookwrapper or impl.wrapper:
                raise PluginError(f"{caller.name} must not be a wrapper: nothing may depend on the order of plugins")
            if not caller.has_spec() and not impl.optionalhook:
                raise PluginError(f"there is no hook {caller.name!r}{did_you_mean(caller.name, HOOKS)}")
    for name in dir(plugin):
        is_meant = name.startswith("audition_") and inspect.isroutine(getattr(plugin, name, None))
        if is_meant and manager.parse_hookimpl_opts(plugin, name) is None:
            raise PluginError(f"{name} is not marked with @audition.hookimpl")
