"""Read recipes from TOML. Torch-free, since planning needs them."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from audition.errors import UsageError, unknown_name
from audition.recipes.fields import checked
from audition.types.recipes import Recipe

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


GPU_PRECISION: Final = "bf16"  #: what a recipe's "auto" means on a GPU of today, where no GPU is asked
_SHIPPED = files("audition.recipes") / "shipped"


def load_recipe(name_or_path: str) -> Recipe:
    """Return the recipe called so, or the one in a TOML file; a path ends with .toml or contains a slash.

    Raises:
        UsageError: there is none, or a field of the file is unknown, of the wrong type or out of range.
    """
    if name_or_path in recipe_names():
        return _recipe(_SHIPPED / f"{name_or_path}.toml", name_or_path)
    if name_or_path.endswith(".toml") or "/" in name_or_path:
        return _recipe(Path(name_or_path), name_or_path)
    raise unknown_name("recipe", name_or_path, recipe_names(), hint="A file must be given as ./name.toml")


def recipe_names() -> tuple[str, ...]:
    """Return the names of the recipes that come with audition."""
    return tuple(sorted(path.name.removesuffix(".toml") for path in _SHIPPED.iterdir()))


def _recipe(source: Traversable, place: str) -> Recipe:
    values = _read(source, place)
    base = values.pop("extends", None)
    if base is not None and base not in recipe_names():
        known = " or ".join(recipe_names())
        raise UsageError(f"{place}: 'extends' must be {known}, got {base!r}")
    inherited = {} if base is None else _inherited(load_recipe(base))
    name = source.name.removesuffix(".toml")
    return Recipe(**{"name": name, **inherited, **{key: checked(place, key, values[key]) for key in values}})


def _inherited(base: Recipe) -> dict[str, Any]:
    return {each.name: getattr(base, each.name) for each in fields(Recipe) if each.name != "name"}


def _read(source: Traversable, place: str) -> dict[str, Any]:
    try:
        return tomllib.loads(source.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{place}: not valid TOML: {error}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{place}: a recipe must be UTF-8 text") from None
    except OSError as error:
        raise UsageError(f"{place}: cannot read the recipe: {(error.strerror or str(error)).lower()}") from None
