"""bitsandbytes, imported without its side effects."""

from __future__ import annotations

import logging
import sys
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

_DOWNLOADER = "kernels"  #: with this package, importing bitsandbytes (0.50) fetches compiled code from the hub


@cache
def bitsandbytes_functions() -> Any:  # noqa: ANN401 - a module without types
    """Return `bitsandbytes.functional`; takes seconds the first time. Nothing is downloaded and nothing is printed."""
    import_bitsandbytes()
    import bitsandbytes.functional

    return bitsandbytes.functional


@cache
def bitsandbytes_optimisers() -> Any:  # noqa: ANN401 - a module without types
    """Return `bitsandbytes.optim`; takes seconds the first time. Nothing is downloaded and nothing is printed."""
    import_bitsandbytes()
    import bitsandbytes.optim

    return bitsandbytes.optim


def import_bitsandbytes() -> None:
    """Import it where it is installed, before somebody else does: peft, for one, would, whatever it is asked for."""
    if find_spec("bitsandbytes") is None:
        return
    log = logging.getLogger("bitsandbytes")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        with _missing(_DOWNLOADER):
            import bitsandbytes  # noqa: F401 - for what the import does
    finally:
        log.setLevel(level)


@contextmanager
def _missing(name: str) -> Iterator[None]:
    """Make `import name` fail for a while."""
    modules: dict[str, ModuleType | None] = sys.modules  # type: ignore[assignment]  # None there means: do not import
    before = modules.get(name)
    modules[name] = None
    try:
        yield
    finally:
        del modules[name]
        if before is not None:
            modules[name] = before
