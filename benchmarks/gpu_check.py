"""What only a GPU can show: its tests, and a measured table. `make gpu-check` runs it; under eight minutes.

    python benchmarks/gpu_check.py [--device cuda] [--output gpu-report] [--seconds 460] [--only settings,halving]

Writes `report.md` and `report.json`. Exits 2 where the device is not there, 1 where something is not as it must be.
`--device cpu` rehearses whatever a CPU can run, and says on every page that nothing was measured on a GPU.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from audition.errors import UsageError
from audition.plugins.catalog import Catalog
from audition.plugins.loading import load_plugins
from audition.text.tables import to_table
from audition.training.devices.finding import resolve_devices
from audition.types import TaskOptions
from gpu_sections.crowding import context, crowding
from gpu_sections.environment import environment, tests
from gpu_sections.losses import agreement, repeatability, settings, side_by_side
from gpu_sections.memory import large_sizes, real_sizes, transfers
from gpu_sections.sharing import sharing
from gpu_sections.shortage import halving
from gpu_sections.workshop import Section, Workshop

if TYPE_CHECKING:
    from collections.abc import Callable

SECTIONS: dict[str, Callable[[Workshop], Section]] = {
    "environment": environment,
    "tests": tests,
    "settings": settings,
    "halving": halving,
    "memory": real_sizes,
    "large": large_sizes,
    "crowding": crowding,
    "context": context,
    "agreement": agreement,
    "side-by-side": side_by_side,
    "sharing": sharing,
    "transfers": transfers,
    "repeatability": repeatability,
}
REHEARSAL = "REHEARSAL on a CPU: nothing here was measured on a GPU."


def main() -> int:
    """Run every section that the time allows, write the report, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--output", type=Path, default=Path("gpu-report"))
    parser.add_argument("--seconds", type=float, default=460.0)
    parser.add_argument("--only", default=",".join(SECTIONS))
    arguments = parser.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"  # nothing is downloaded here
    try:
        workshop = open_workshop(arguments.device, arguments.output, arguments.seconds)
    except UsageError as error:
        print(f"error: gpu-check cannot run: {error}", file=sys.stderr)
        return 2
    sections = [run(SECTIONS[name], workshop) for name in arguments.only.split(",")]
    write(sections, workshop)
    problems = [problem for section in sections for problem in section.problems]
    print("\n".join([*problems, f"{len(problems)} problems; {arguments.output / 'report.md'}"]))
    return 1 if problems else 0


def open_workshop(names: str, output: Path, seconds: float) -> Workshop:
    """Return where the sections measure.

    Raises:
        UsageError: there are no such devices here.
    """
    devices = resolve_devices(names)
    folder = output / time.strftime("%Y%m%d-%H%M%S")
    folder.mkdir(parents=True, exist_ok=True)
    catalog = Catalog(load_plugins(strict=True))
    return Workshop(
        device=devices[0],
        devices=devices,
        catalog=catalog,
        task=catalog.open_task("package-synopsis", TaskOptions()),
        folder=folder.resolve(),
        deadline=time.monotonic() + seconds,
    )


def run(section: Callable[[Workshop], Section], workshop: Workshop) -> Section:
    """Return a section; what goes wrong in it is its own problem, and what there is no time for is said."""
    name = section.__name__.replace("_", " ")
    if workshop.seconds_left < 20:
        return Section(name, notes=["skipped: no time was left"])
    started = time.monotonic()
    try:
        done = section(workshop)
    except Exception as error:  # noqa: BLE001 - the other sections are worth having
        return Section(name, problems=[f"{name}: {type(error).__name__}: {error}"])
    done.notes.append(f"this section took {time.monotonic() - started:.0f} s (measured)")
    print(f"{done.title}: {len(done.rows)} rows, {len(done.problems)} problems", flush=True)
    return done


def write(sections: list[Section], workshop: Workshop) -> None:
    """Write the report for people and for programs, beside the folder of this run's logs."""
    label = [REHEARSAL, ""] if workshop.is_rehearsal else []
    text = [f"# GPU check on {workshop.device.kind}", "", *label]
    for section in sections:
        text += [f"## {section.title}", ""]
        rows = [{key: str(value) for key, value in row.items()} for row in section.rows]
        text += [to_table(rows, "github", left=2)] if rows else []
        text += [f"- {note}" for note in section.notes]
        text += [f"- **problem**: {problem}" for problem in section.problems]
        text.append("")
    output = workshop.folder.parent
    (output / "report.md").write_text("\n".join(text), encoding="utf-8")
    report = {
        "rehearsal": workshop.is_rehearsal,
        "sections": [
            {"title": each.title, "rows": each.rows, "notes": each.notes, "problems": each.problems}
            for each in sections
        ],
    }
    (output / "report.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
