"""Make the selector and the executor that a user asked for, with all that they must be told."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from audition.errors import PluginError, UsageError
from audition.plugins.guests import plugin_error, to_stderr
from audition.plugins.options import kind_of, parse_option

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from audition.plugins.catalog import Catalog
    from audition.types import SelectorEntry
    from audition.types.protocols import Executor, Selector

#: what an executor is told by the core, and not by `--executor-option`
TOLD = frozenset({"slots", "log_dir", "timeout", "devices", "capacity", "plugins"})
WHY = {
    "plugins": "its workers would not have the adapters and tasks of --plugin",
    "devices": "it would leave all but one of the devices idle",
    "capacity": "it would not keep what shares a GPU within its memory",
    "timeout": "it would not end a measurement that takes too long",
}


def make_selector(entry: SelectorEntry, options: Sequence[str], *, plugin: str | None = None) -> Selector:
    """Return the selector that `entry` makes with options such as "k=4"; only their types are looked at.

    Args:
        entry: as a plugin offers it.
        options: each "name=value".
        plugin: that offers it, for errors.

    Raises:
        UsageError: an option is unknown or malformed; the message says what is allowed.
        PluginError: the type of an option cannot be resolved, or the plugin raised.
    """
    values = _options(entry.make, options, owner=f"selector {entry.name!r}", plugin=plugin)
    parameters = inspect.signature(entry.make).parameters
    missing = [name for name, each in parameters.items() if _is_needed(each) and name not in values]
    if missing:
        needed = " ".join(f"--option {name}=…" for name in missing)
        raise UsageError(f"selector {entry.name!r} has to be told {', '.join(missing)}: {needed}")
    with to_stderr():
        try:
            return entry.make(**values)
        except Exception as error:
            blamed = plugin_error(error, entry.make, f"selector {entry.name!r}, when it was made,")
            if blamed is None:
                raise
            raise blamed from error


def _options(
    make: Callable[..., object],
    options: Sequence[str],
    *,
    owner: str,
    plugin: str | None,
    reserved: Collection[str] = (),
) -> dict[str, object]:
    """Return options such as "k=4" by name, of the types that `make` gives them; `reserved` are not a user's."""
    parameters = {name: each for name, each in inspect.signature(make).parameters.items() if name not in reserved}
    values = {}
    for option in options:
        name, equals, text = option.partition("=")
        if not equals:
            raise UsageError(f"an option must look like name=value, got {option!r}")
        if name not in parameters:
            known = ", ".join(sorted(parameters)) or "it takes none"
            raise UsageError(f"{owner} has no option {name!r}; known: {known}")
        try:
            kind = kind_of(make, name)
        except PluginError as error:
            offered = f"plugin {plugin!r}, " if plugin else ""
            raise PluginError(f"{offered}{owner}: {error}") from error
        values[name] = parse_option(text, kind, f"option {name!r} of {owner.partition(' ')[2]}")
    return values


def _is_needed(parameter: inspect.Parameter) -> bool:
    """Return whether an option has no default."""
    takes_rest = parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL)
    return parameter.default is parameter.empty and not takes_rest


def make_executor(
    catalog: Catalog,
    name: str,
    wanted: Sequence[str] = (),
    **options: Any,  # noqa: ANN401 - each executor's own
) -> Executor:
    """Return the executor called `name`, told which files its workers must load, if there are any.

    An option that is None was not asked for; an executor that lacks a parameter for it is as good.

    Args:
        catalog: all that plugins offer.
        name: of the executor.
        wanted: a user's own options, each "name=value".
        options: what the core tells an executor.

    Raises:
        UsageError: there is no such executor, or it does not take what was asked for.
    """
    entry = catalog.executor(name)
    plugin = catalog.executors[entry.name].plugin
    own = _options(entry.make, wanted, owner=f"executor {name!r}", plugin=plugin, reserved=TOLD)
    parameters = inspect.signature(entry.make).parameters.values()
    known = {parameter.name for parameter in parameters}
    takes_any = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)
    asked = {**options, **catalog.plugins.executor_options}
    given = {option: value for option, value in asked.items() if takes_any or option in known}
    for option in asked.keys() - given.keys():
        if asked[option] is not None:
            raise UsageError(f"executor {name!r} takes no {option}: {WHY.get(option, f'got {asked[option]!r}')}")
    return entry.make(**given, **own)
