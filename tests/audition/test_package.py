"""`import audition`: cheap, whole, and at home in a notebook."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import audition


def test_every_name_on_the_door_is_there() -> None:
    assert {name for name in audition.__all__ if getattr(audition, name, None) is None} == set()
    assert set(audition.__all__) <= set(dir(audition))


def test_importing_the_package_imports_nothing_that_takes_time() -> None:
    heavy = "{'numpy', 'pandas', 'scipy', 'torch', 'transformers', 'rich', 'typer', 'sqlalchemy'}"
    code = f"import audition, sys; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_running_event_loop_as_in_a_notebook_is_no_obstacle() -> None:
    async def cell() -> str | None:
        return audition.select("flan", source="recorded", ratio="1/512", models="gpt2*").recommended

    assert asyncio.run(cell()) == audition.select("flan", source="recorded", ratio="1/512", models="gpt2*").recommended
