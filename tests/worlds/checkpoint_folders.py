"""What tests of several rooms share of checkpoint folders."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audition.types import ModelSpec
from worlds.local_hub import COMMIT

if TYPE_CHECKING:
    from collections.abc import Mapping


ASK = """
import json, sys
from dataclasses import asdict
from audition.checkpoints import describe_download, read_spec, resolve
from audition.errors import UsageError
from audition.types import ModelSpec
given = json.loads(sys.argv[1])
if given.pop("only_read", False):
    print(json.dumps(asdict(read_spec(given["checkpoint"], given.get("revision"), adapter_for=lambda kind: kind))))
    raise SystemExit
spec = ModelSpec(family="f", adapter="gpt2", architecture="decoder-only", licence="mit", n_params=None, **given)
try:
    checkpoint = resolve(spec)
    answer = {**asdict(checkpoint), "folder": str(checkpoint.folder)}
except UsageError as error:
    answer = {"error": str(error)}
answer["plan"] = describe_download(spec)
if "error" not in answer:
    answer["spec"] = asdict(read_spec(spec.checkpoint, spec.revision, adapter_for=lambda kind: kind))
answer["torch"] = "torch" in sys.modules
print(json.dumps(answer))
"""


def ask(home: Path, checkpoint: str, environment: Mapping[str, str], **given: Any) -> dict[str, Any]:  # noqa: ANN401 - of any field
    """Resolve a hub model in a process of its own: the hub's client reads its environment once."""
    model = {"name": checkpoint, "checkpoint": checkpoint, **given}
    settings = {"HF_HOME": str(home), "HF_HUB_DISABLE_PROGRESS_BARS": "1", **environment}
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    clean["PYTHONPATH"] = os.pathsep.join(sys.path)
    finished = subprocess.run(
        [sys.executable, "-c", ASK, json.dumps(model)],
        env=clean | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return dict(json.loads(finished.stdout))


def model(checkpoint: str | Path, **given: Any) -> ModelSpec:  # noqa: ANN401 - of any field
    known: dict[str, Any] = {"family": "gpt2", "adapter": "gpt2", "architecture": "decoder-only", "licence": "mit"}
    return ModelSpec(name="m", checkpoint=str(checkpoint), n_params=None, **known | given)


def cache_by_hand(checkpoint: Path, home: Path, name: str) -> Path:
    """Lay `checkpoint` out as the hub's client does."""
    repository = home / "hub" / f"models--{name.replace('/', '--')}"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text(COMMIT, encoding="utf-8")
    return Path(shutil.copytree(checkpoint, repository / "snapshots" / COMMIT))
