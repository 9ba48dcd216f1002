"""Make the executor that a user asked for, with all that it must be told."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from audition.errors import UsageError

if TYPE_CHECKING:
    from audition.plugins.catalog import Catalog
    from audition.types.protocols import Executor

WHY = {
    "plugins": "its workers would not have the adapters and tasks of --plugin",
    "devices": "it would leave all but one of the devices idle",
    "timeout": "it would not end a measurement that takes too long",
}


def make_executor(catalog: Catalog, name: str, **options: Any) -> Executor:  # noqa: ANN401 - each executor's own
    """Return the executor called `name`, told which files its workers must load, if there are any.

    An option that is None was not asked for; an executor that lacks a parameter for it is as good.

    Raises:
        UsageError: there is no such executor, or it does not take what was asked for.
    """
    entry = catalog.executor(name)
    parameters = inspect.signature(entry.make).parameters.values()
    known = {parameter.name for parameter in parameters}
    takes_any = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)
    asked = {**options, **catalog.plugins.executor_options}
    given = {option: value for option, value in asked.items() if takes_any or option in known}
    for option in asked.keys() - given.keys():
        if asked[option] is not None:
            raise UsageError(f"executor {name!r} takes no {option}: {WHY.get(option, f'got {asked[option]!r}')}")
    return entry.make(**given)
