"""Settings from a TOML file: its keys are the words of a command, checked by what the library's function takes."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, get_type_hints

from audition import library
from audition.errors import UsageError, unknown_name
from audition.library.settings.kinds import Kinds, kinds_of

Setting = str | int | float | bool | list[str]
#: by command, the function that has its words; a table of the command's name holds words for it alone
COMMANDS: Mapping[str, Callable[..., object]] = {"select": library.select, "finetune": library.finetune}
_NOT_WORDS = {"return", "catalog", "progress"}


def words_of_command(command: str) -> dict[str, Kinds]:
    """Return the words of a command with what each may hold."""
    hints = get_type_hints(COMMANDS[command])
    return {name: kinds_of(hint) for name, hint in hints.items() if name not in _NOT_WORDS}


def read_settings(path: Path, command: str, flags: frozenset[str] = frozenset()) -> dict[str, Setting]:
    """Return what `path` says for `command`, by word, as the command line would have it.

    Words that only another command has are for that one. `flags` are words of the command alone, true or false.

    Raises:
        UsageError: the file cannot be read, or a key is none of these words, or holds something else.
    """
    everything = _load(path)
    own = {**words_of_command(command), **dict.fromkeys(flags, kinds_of(bool))}
    everybody = {word for name in COMMANDS for word in words_of_command(name)} | set(own)
    tables = {name: everything.pop(name) for name in COMMANDS if isinstance(everything.get(name), Mapping)}
    found: dict[str, Setting] = {}
    for key, value in everything.items():
        word = _known(path, key, everybody)
        if word in own:
            found[word] = _checked(path, key, value, own[word])
    for key, value in tables.get(command, {}).items():
        found[_known(path, key, own)] = _checked(path, f"{command}.{key}", value, own[_known(path, key, own)])
    return found


def _known(path: Path, key: str, words: set[str] | Mapping[str, Kinds]) -> str:
    word = key.replace("-", "_")
    if word not in words:
        raise UsageError(f"{path}: {unknown_name('setting', key, words)}")
    return word


def _checked(path: Path, key: str, value: object, kinds: Kinds) -> Setting:
    found = kinds.read(value)
    if found is None:
        shown = repr(value) if len(repr(value)) <= 60 else f"{repr(value)[:60]}…"
        raise UsageError(f"{path}: {key!r} must be {kinds.expected}, got {_as_toml(value, shown)}")
    return found


def _as_toml(value: object, shown: str) -> str:
    """Return a value as the file has it: true, not True."""
    return str(value).lower() if isinstance(value, bool) else shown


def _load(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: not valid TOML: {error}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: settings must be UTF-8 text") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot read the settings: {(error.strerror or str(error)).lower()}") from None
