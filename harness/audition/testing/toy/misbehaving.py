"""Models that die, hang or run out of memory when asked for a loss: a plugin of what executors must bear.

`ExecutorConformance` installs it for the workers of the executor under test. Its checkpoint says
how a model behaves.
"""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from audition import hookimpl
from audition.testing.toy.adapter import ToyAdapter
from audition.testing.toy.model import build_toy_checkpoint
from audition.testing.toy.task import ToyTask, open_toy_task
from audition.types import AdapterEntry, TaskEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from audition.types import ModelSpec

Behaviour: TypeAlias = Literal[
    "good", "fine", "raises", "runs-out", "diverges", "exits", "is-killed", "hangs", "meets", "prints"
]
NAME = "misbehaving"  #: of the plugin and its adapter
TASK = ToyTask(name="misbehaving/colours")
HANGING, RELEASED = "hanging", "released"  #: files in a checkpoint: the model has begun to hang; it may stop
IN_PROCESS = "in-process"  #: a file in a checkpoint: the model was to end the process that asked, and spared it
_SCRIPT = "behaviour.json"
_PATIENCE = 60.0  #: seconds that a model waits for others, unless its script says; it may wait in vain


class MisbehavingAdapter(ToyAdapter):
    """Behaves as its checkpoint says; `good` and `fine` are good."""

    folder: Path
    script: dict[str, Any]

    @classmethod
    def load(cls, spec: ModelSpec, folder: str) -> MisbehavingAdapter:
        """Return the toy of `spec`; one that raises does so here."""
        adapter = super().load(spec, folder)
        assert isinstance(adapter, MisbehavingAdapter)  # noqa: S101 - `super().load` makes a `cls`
        adapter.folder = Path(folder)
        adapter.script = json.loads((adapter.folder / _SCRIPT).read_text(encoding="utf-8"))
        if adapter.script["behaviour"] == "raises":
            raise RuntimeError("no such layer\nand more")
        return adapter

    def loss(self, batch: dict[str, Any]) -> Any:  # noqa: ANN401 - a torch tensor
        """Return the toy's loss, if it comes to that."""
        match self.script["behaviour"]:
            case "exits":
                self._spare_who_asked()
                os._exit(3)
            case "is-killed":
                self._spare_who_asked()
                os.kill(os.getpid(), signal.SIGKILL)
            case "hangs":
                (self.folder / HANGING).touch()
                wait_for(lambda: (self.folder / RELEASED).exists(), seconds=600)
            case "meets":
                self._meet(Path(self.script["place"]), self.script["n"])
            case "runs-out":
                raise MemoryError("cannot allocate 1 TiB")
            case "diverges":
                return super().loss(batch) * float("nan")
            case "prints":
                print("a library that prints to standard output")  # noqa: T201 - what a library may do
        return super().loss(batch)

    def _spare_who_asked(self) -> None:
        """Leave a mark and raise instead of ending the process that wrote the checkpoint."""
        if os.getpid() == self.script["owner"]:
            (self.folder / IN_PROCESS).touch()
            raise RuntimeError("it was to end its process, which is the one that asked")

    def _meet(self, place: Path, n: int) -> None:
        """Go on when `n` models are here at the same time."""
        (place / self.folder.name).touch()
        if not wait_for(lambda: len(list(place.iterdir())) >= n, seconds=self.script.get("patience", _PATIENCE)):
            raise RuntimeError(f"waited alone: {n} should run at once")


def build_misbehaving_checkpoint(folder: str | Path, behaviour: Behaviour = "good", **script: object) -> ModelSpec:
    """Write a checkpoint that behaves so, and return its model, called `misbehaving/<behaviour>`.

    `meets` takes a folder `place` and a number `n` of models that should be there at once.
    """
    spec = build_toy_checkpoint(folder, f"{NAME}/{behaviour}", adapter=NAME)
    text = json.dumps({"behaviour": behaviour, "owner": os.getpid(), **script})
    (Path(spec.checkpoint) / _SCRIPT).write_text(text, encoding="utf-8")
    return spec


def wait_for(is_so: Callable[[], bool], *, seconds: float) -> bool:
    """Return whether `is_so()` came true within so many seconds."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


MISBEHAVING_ADAPTER = AdapterEntry(name=NAME, model_types=("audition-misbehaving",), load=MisbehavingAdapter.load)


@hookimpl
def audition_adapters() -> Iterable[AdapterEntry]:
    """Return the adapter of the models that misbehave."""
    return [MISBEHAVING_ADAPTER]


@hookimpl
def audition_tasks() -> Iterable[TaskEntry]:
    """Return the toy task, under a name that no other plugin has."""
    return [TaskEntry(name=TASK.spec.name, open=open_toy_task, spec=TASK.spec)]
