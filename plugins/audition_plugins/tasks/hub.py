"""Tasks from any data set of the Hugging Face hub, or its local cache: `hf:org/name[:config][@revision]`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from audition.errors import UsageError
from audition_plugins.tasks.files import given_files, spec_of
from audition_plugins.tasks.readers.folders import split_of
from audition_plugins.tasks.readers.sources import HubSplit
from audition_plugins.tasks.store.arrow_task import open_sources

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datasets import Dataset

    from audition.tasks import SplitName
    from audition.types import TaskOptions
    from audition_plugins.tasks.readers.sources import Source
    from audition_plugins.tasks.store.arrow_task import ArrowTask

_ADDRESS = re.compile(r"hf:(?P<repository>[\w.-]+(/[\w.-]+)?)(:(?P<config>[^@]+))?(@(?P<revision>.+))?")


class HubAddress(NamedTuple):
    """Where a data set is on the hub."""

    repository: str  #: "org/name"
    config: str | None = None
    revision: str | None = None  #: branch, tag, commit, or "refs/convert/parquet"

    def __str__(self) -> str:
        config = f":{self.config}" if self.config else ""
        return f"hf:{self.repository}{config}" + (f"@{self.revision}" if self.revision else "")

    @classmethod
    def parse(cls, address: str) -> HubAddress:
        """Return the parts of `hf:org/name[:config][@revision]`.

        Raises:
            UsageError: it is not such an address.
        """
        match = _ADDRESS.fullmatch(address)
        if match is None:
            raise UsageError(f"a hub data set is addressed as hf:org/name[:config][@revision], got {address!r}")
        return cls(match["repository"], match["config"], match["revision"])


def open_hub(address: str, options: TaskOptions) -> ArrowTask:
    """Open a data set of the hub; its own validation and test splits are used where it has them.

    Raises:
        UsageError: it cannot be loaded, or what is wrong with its rows.
    """
    splits = load_splits(HubAddress.parse(address))
    named = _by_split(list(splits), address)
    sources: dict[SplitName, Sequence[Source]] = {
        split: [HubSplit(splits[name], f"{address} {name}")] for split, name in named.items()
    }
    return open_sources(spec_of(address, address, options), {**sources, **given_files(options)}, options)


def load_splits(address: HubAddress, **options: Any) -> dict[str, Dataset]:  # noqa: ANN401 - what load_dataset takes
    """Return the splits of a data set by name, downloaded or from the cache.

    Raises:
        UsageError: it cannot be loaded; the message tells how to go on without the hub.
    """
    import datasets

    try:
        return dict(datasets.load_dataset(address.repository, address.config, revision=address.revision, **options))
    except Exception as error:  # hub, network and data set builders raise all kinds
        raise UsageError(f"{address}: cannot be loaded ({_reason(error)}); {_hint(error)}") from error


def _by_split(names: list[str], address: str) -> dict[SplitName, str]:
    """Return the hub's name of each of our splits; a lone split is the training split."""
    if len(names) == 1:
        return {"train": names[0]}
    found: dict[SplitName, str] = {}
    for name in sorted(names, key=lambda name: split_of(name) != name):  # an exact name wins over "test_sft"
        split = split_of(name)
        if split is None or found.get(split) == split:
            continue
        if split in found:
            raise UsageError(
                f"{address}: more than one {split} split ({found[split]!r}, {name!r}); download the one you mean"
            )
        found[split] = name
    if "train" not in found:
        raise UsageError(f"{address}: a data set must have a train split, got {', '.join(names)}")
    return found


def _reason(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0].rstrip('.')}" if lines else type(error).__name__


def _hint(error: Exception) -> str:
    if "scripts are no longer supported" in str(error):
        return "it needs a loading script; try its Parquet form by adding @refs/convert/parquet"
    return "offline, download it elsewhere and give its files (JSON lines, CSV or Parquet) as a path"
