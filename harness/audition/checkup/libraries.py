"""The distributions that fine-tuning needs, as audition's own metadata names them."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, requires, version
from typing import TYPE_CHECKING

from audition.checkup.devices import INSTALL
from audition.checkup.findings import Check

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def check_libraries(requirements: Iterable[str] | None = None) -> Check:
    """Return which distributions of the extra `train` are missing, or older than audition needs.

    Args:
        requirements: as metadata has them; None: those of audition.
    """
    wrong = dict(_wrong(requires("audition") or () if requirements is None else requirements))
    if wrong:
        found = ", ".join(wrong.values())
        return Check(name="libraries", verdict="warning", found=found, advice=INSTALL, facts={"wrong": sorted(wrong)})
    return Check(name="libraries", verdict="ok", found="all that fine-tuning needs are installed")


def _wrong(requirements: Iterable[str]) -> Iterator[tuple[str, str]]:
    try:
        from packaging.requirements import Requirement
    except ImportError:  # it comes with transformers
        yield "transformers", "the extra 'train' is not installed"
        return
    for requirement in map(Requirement, requirements):
        if requirement.marker is None or not requirement.marker.evaluate({"extra": "train"}):
            continue
        try:
            installed = version(requirement.name)
        except PackageNotFoundError:
            yield requirement.name, f"no {requirement.name}"
            continue
        if not requirement.specifier.contains(installed, prereleases=True):
            yield requirement.name, f"{requirement.name} {installed} (needs {requirement.specifier})"
