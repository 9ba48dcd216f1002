"""The folders show the architecture: who may import whom is import-linter's; this is how the rooms are kept."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from reference.api_list import MODULES as MODULES_OF_THE_API
from worlds.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

CORE, PLUGINS = ROOT / "harness" / "audition", ROOT / "plugins" / "audition_plugins"
FLAT = {"__init__", "__main__", "errors", "hookspecs", "protocols", "codec", "catalog"}  #: the last three are faces
MOST_FILES = 12
MOST_LINES = 400
MODULES = sorted(path for root in (CORE, PLUGINS) for path in root.rglob("*.py") if not path.name.startswith("__"))


def test_nothing_lies_flat_in_the_core_but_what_has_its_name_for_good() -> None:
    assert {path.stem for path in CORE.glob("*.py")} == FLAT


def test_no_folder_has_more_than_twelve_files() -> None:
    in_folder = Counter(path.parent for root in (CORE, PLUGINS) for path in root.rglob("*.py"))
    assert {path.as_posix(): n for path, n in in_folder.items() if n > MOST_FILES} == {}


def test_no_module_is_longer_than_four_hundred_lines() -> None:
    lengths = {path.as_posix(): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name: n for name, n in lengths.items() if n > MOST_LINES} == {}


@pytest.mark.parametrize("root", [CORE, PLUGINS])
def test_every_room_says_what_it_is_for(root: Path) -> None:
    for init in root.rglob("__init__.py"):
        assert init.read_text(encoding="utf-8").startswith('"""'), init


def test_a_package_that_promises_nothing_says_that_it_is_private() -> None:
    for init in CORE.rglob("*/__init__.py"):
        name = ".".join(("audition", *init.parent.relative_to(CORE).parts))
        is_public = any(module == name or module.startswith(f"{name}.") for module in MODULES_OF_THE_API)
        below_a_public_one = name.startswith(("audition.testing.", "audition.types."))
        said = "Private" in init.read_text(encoding="utf-8")
        assert is_public or below_a_public_one or said, name


def test_the_page_of_the_architecture_has_every_package() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    packages = [init.parent.name for root in (CORE, PLUGINS) for init in root.rglob("*/__init__.py")]
    assert {name for name in packages if f"{name}/" not in page} == set()


def test_at_least_half_of_all_modules_have_a_test_of_their_own_at_the_mirrored_path() -> None:
    mirrored = [path for path in MODULES if mirror(path).is_file()]
    assert 2 * len(mirrored) >= len(MODULES), f"{len(mirrored)} of {len(MODULES)}"


def test_every_folder_of_tests_mirrors_one_of_the_code() -> None:
    for name, root in (("audition", CORE), ("plugins", PLUGINS)):
        for path in (ROOT / "tests" / name).rglob("*.py"):
            assert (root / path.parent.relative_to(ROOT / "tests" / name)).is_dir(), path


def mirror(path: Path) -> Path:
    name, root = ("audition", CORE) if path.is_relative_to(CORE) else ("plugins", PLUGINS)
    return (ROOT / "tests" / name / path.relative_to(root)).with_name(f"test_{path.name}")
