"""Arguments that commands and functions share: one name or several, as text or as values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Literal, TypeAlias

from audition.errors import UsageError
from audition.text.sizes import parse_bytes
from audition.types import Quotes, TaskOptions

if TYPE_CHECKING:
    from audition.plugins.catalog import Catalog

Names: TypeAlias = str | Sequence[str]
Options: TypeAlias = Mapping[str, object] | Sequence[str]
Sizes: TypeAlias = str | int | Sequence[str | int]
DEFAULT_LEDGER = ".audition/ledger.db"
_DELIMITERS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}


def names(given: Names) -> tuple[str, ...]:
    """Return the names, each once: one text may hold several, with commas between.

    >>> names(["gpt2*,tiny/t5", "gpt2*"])
    ('gpt2*', 'tiny/t5')
    """
    texts = [given] if isinstance(given, str) else given
    parts = [part.strip() for text in texts for part in text.split(",")]
    return tuple(dict.fromkeys(part for part in parts if part))


def options(given: Options) -> tuple[str, ...]:
    """Return options as the command line has them.

    >>> options({"k": 4, "delta": 2.0})
    ('k=4', 'delta=2.0')
    """
    return tuple(f"{name}={value}" for name, value in given.items()) if isinstance(given, Mapping) else tuple(given)


def sizes(given: Sizes) -> tuple[int, ...]:
    """Return memory sizes in bytes.

    >>> sizes(["8GB,24GB", 1024])
    (8589934592, 25769803776, 1024)

    Raises:
        UsageError: a text is no size.
    """
    values: Iterable[str | int] = [given] if isinstance(given, str | int) else given
    return tuple(
        size
        for value in values
        for size in ([value] if isinstance(value, int) else [parse_bytes(part) for part in names(value)])
    )


def n_workers(given: int | str | None) -> int | Literal["auto"] | None:
    """Return how many measurements run at once, as a configuration has it.

    >>> n_workers("4")
    4

    Raises:
        UsageError: it is neither "auto" nor a whole number of at least 1.
    """
    if given is None:
        return None
    if given == "auto":
        return "auto"
    if str(given).isdecimal() and int(given) >= 1:
        return int(given)
    raise UsageError(f"workers must be a whole number of at least 1, or auto; got {str(given)!r}")


def load_catalog(plugins: Sequence[str | PathLike[str]], *, strict: bool | None = None) -> Catalog:
    """Return what all plugins offer, with those in the files `plugins` and in `AUDITION_PLUGINS`.

    Raises:
        UsageError: a file is no plugin.
        PluginError: a plugin did not load, and `strict` says that it must; None: as the environment says.
    """
    from audition.plugins.catalog import Catalog
    from audition.plugins.files import files_of_environment
    from audition.plugins.guests import to_stderr
    from audition.plugins.loading import load_plugins

    files = (*files_of_environment(), *map(str, plugins))
    with to_stderr():
        return Catalog(load_plugins(strict=strict, files=files))


def plugin_files(catalog: Catalog) -> tuple[str, ...]:
    """Return the plugins that are a file, by absolute path."""
    return tuple(record.path for record in catalog.plugins.records if record.path is not None)


def task_options(
    *,
    input_column: str | None,
    target_column: str | None,
    prompt: str | None,
    validation: str | None,
    test: str | None,
    delimiter: str | None,
    quotes: Quotes,
    skip_bad_rows: bool,
) -> TaskOptions:
    """Return how the rows of a task are read.

    Raises:
        UsageError: the delimiter is no single character.
    """
    return TaskOptions(
        input_column=input_column,
        target_column=target_column,
        prompt=prompt,
        validation=validation,
        test=test,
        delimiter=_delimiter(delimiter),
        quotes=quotes,
        skip_bad_rows=skip_bad_rows,
    )


def _delimiter(text: str | None) -> str | None:
    found = _DELIMITERS.get((text or "").lower(), text)
    if found is not None and (len(found) != 1 or found in '"\r\n'):
        raise UsageError(f"a delimiter must be one character, or {', '.join(_DELIMITERS)}, got {text!r}")
    return found
