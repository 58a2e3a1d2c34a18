"""What fails is counted, and the exit code says whether anything did.

Each program is held to its own words: of two runs at once both are told of.
"""

import re
from collections import Counter
from typing import TYPE_CHECKING

from psync.core.errors import EXIT_CONVERGED, EXIT_PARTIAL
from psync.core.problems import NOTICES, Problem
from psync.engine.events import Event, ProblemFound, RunState, Summary
from sim.checkers.checker import Checker
from sim.process import Process, current_process

if TYPE_CHECKING:
    from sim.trial import Trial

# A line that stands for many entries, of which none was tried.
NOT_SENT = re.compile(r"entries below it not sent: (\d+)|(\d+) files not sent")

STATES = {EXIT_CONVERGED: RunState.CONVERGED, EXIT_PARTIAL: RunState.PARTIAL}


class Counted(Checker):
    """Compares what a run has told one by one, what its summary says, and how it has ended."""

    def __init__(self, trial: "Trial") -> None:
        super().__init__(trial)
        self._told: Counter[Process] = Counter()
        self._summaries: dict[Process, Summary] = {}

    def heard(self, event: Event) -> None:
        """Count the entries that have failed, and keep the sum."""
        if isinstance(event, ProblemFound):
            self._told[current_process()] += entries_of(event.problem)
        elif isinstance(event, Summary):
            self._summaries[current_process()] = event

    def after_run(self, exit_code: int) -> None:
        """Look at all runs that are over, those beside this one, too."""
        ended = [process for process in self._summaries if process.exit_code is not None]
        for process in ended:
            summary = self._summaries.pop(process)
            if process.is_finished:
                self._check(process, summary)

    def _check(self, process: Process, summary: Summary) -> None:
        code, failed = process.exit_code or 0, summary.failed
        if failed != self._told[process]:
            raise self.broken(
                "counted", f"{process.name} counts {failed} failed, and told {self._told[process]}"
            )
        is_right = summary.state is STATES.get(code, RunState.FAILED)
        if not is_right or (code in STATES and bool(failed) != (code == EXIT_PARTIAL)):
            raise self.broken(
                "counted", f"exit code {code} of {process.name}, {summary.state}, {failed} failed"
            )


def entries_of(problem: Problem) -> int:
    """How many entries a line says to have failed."""
    not_sent = NOT_SENT.fullmatch(problem.detail)
    if not_sent is not None:
        return int(not_sent[1] or not_sent[2])
    return problem.code not in NOTICES
