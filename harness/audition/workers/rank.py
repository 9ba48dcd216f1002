"""The program of one process of a team: a worker that has joined others. Its leader is its parent.

python -m audition.workers.rank RANK SIZE MEETING_POINT [PLUGIN_FILE …]
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audition.text import codec
from audition.training.failures import StartAgainError
from audition.training.sharding.team import join
from audition.types import Attempt
from audition.workers.worker import claim_stdout, plugin_files, reporter, requests, serve

if TYPE_CHECKING:
    from audition.types import MeasurementRequest
    from audition.workers.worker import Worker


def main() -> None:
    """Join the team, and serve until standard input ends. The first process reports progress for all."""
    answers, lines = claim_stdout(), requests()
    rank, size, meeting_point, *plugins = sys.argv[1:]
    team = join(int(rank), int(size), Path(meeting_point))
    report = reporter(answers) if team.rank == 0 else lambda _: None

    def answer(worker: Worker, message: dict[str, Any], request: MeasurementRequest) -> dict[str, Any]:
        attempt = codec.from_json(Attempt, message["attempt"])
        try:
            return {"answer": worker.answer(message["verb"], request, report, attempt=attempt)}
        except StartAgainError as error:
            return {"again": error.attempt}

    serve(answers, lines, plugin_files(plugins), answer, team)


if __name__ == "__main__":
    main()
