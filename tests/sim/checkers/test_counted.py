"""A run whose sum, exit code and problems do not agree is found, whichever of two runs it is."""

import asyncio
from contextlib import nullcontext

import pytest

from psync.core.problems import Problem, ProblemCode, entries_not_sent, files_not_sent
from psync.engine.events import Event, ProblemFound, RunState, Summary
from psync.system import System
from sim.checkers.checker import Broken
from sim.checkers.counted import Counted
from sim.machine import Program
from sim.trial import Trial
from tests.sim.checkers.trials import beginning

FAILED = ProblemFound(Problem((b"a",), ProblemCode.PERMISSION))
NOTICE = ProblemFound(Problem((b"pipe",), ProblemCode.SPECIAL_FILE))
FILES = ProblemFound(files_not_sent(3))
ENTRIES = ProblemFound(entries_not_sent((b"sub",), ProblemCode.IO_ERROR, 4))


def summary(state: RunState, failed: int = 0) -> Summary:
    return Summary("job", state, failed=failed)


CONVERGED, PARTIAL, LOST = (
    summary(state) for state in (RunState.CONVERGED, RunState.PARTIAL, RunState.FAILED)
)
ONE_FAILED = summary(RunState.PARTIAL, 1)

# What a run tells, its exit code, and what is wrong with that.
RUNS: dict[str, tuple[list[Event], int, str]] = {
    "nothing has failed": ([CONVERGED], 0, ""),
    "a notice": ([NOTICE, CONVERGED], 0, ""),
    "one has failed": ([FAILED, NOTICE, ONE_FAILED], 1, ""),
    "some were not sent": ([FAILED, FILES, ENTRIES, summary(RunState.PARTIAL, 8)], 1, ""),
    "lost, nothing counted": ([LOST], 3, ""),
    "lost after one has failed": ([FAILED, summary(RunState.FAILED, 1)], 3, ""),
    "interrupted": ([FAILED, summary(RunState.FAILED, 1)], 130, ""),
    "killed after its last word": ([CONVERGED], -9, ""),
    "one has failed and success is claimed": ([FAILED, ONE_FAILED], 0, "exit code 0 of far/1000, partial, 1"),
    "success is called a failure": ([CONVERGED], 1, "exit code 1 of far/1000, converged, 0"),
    "partial without a reason": ([PARTIAL], 1, "exit code 1 of far/1000, partial, 0"),
    "converged though one has failed": ([FAILED, summary(RunState.CONVERGED, 1)], 0, "exit code 0"),
    "lost and called converged": ([CONVERGED], 3, "exit code 3"),
    "told and not counted": ([FAILED, CONVERGED], 0, "far/1000 counts 0 failed, and told 1"),
    "counted and not told": ([ONE_FAILED], 1, "far/1000 counts 1 failed, and told 0"),
    "not all that were not sent": ([FILES, ONE_FAILED], 1, "far/1000 counts 1 failed, and told 3"),
}


def telling(checker: Counted, events: list[Event], exit_code: int | None) -> Program[None]:
    """A program that tells events, and ends if there is an exit code."""

    async def main(_settings: None, system: System) -> int:
        for event in events:
            checker.heard(event)
        return await asyncio.Future[int]() if exit_code is None else exit_code

    return main


def run(trial: Trial, checker: Counted, events: list[Event], exit_code: int) -> None:
    process = trial.machine("far").start(telling(checker, events, exit_code), None)
    trial.world.run(process.wait())
    checker.after_run(exit_code)


@pytest.mark.parametrize(("events", "exit_code", "complaint"), RUNS.values(), ids=RUNS)
def test_a_run_is_held_to_its_own_words(events: list[Event], exit_code: int, complaint: str) -> None:
    with beginning() as trial, pytest.raises(Broken, match=complaint) if complaint else nullcontext():
        run(trial, Counted(trial), events, exit_code)


def test_of_two_runs_at_once_each_is_held_to_its_own_words() -> None:
    with beginning() as trial:
        checker = Counted(trial)
        beside = trial.machine("far").start(telling(checker, [FAILED, ONE_FAILED], None), None)
        run(trial, checker, [NOTICE, CONVERGED], 0)
        beside.end(0)

        with pytest.raises(Broken, match="exit code 0 of far/1000, partial, 1 failed"):
            run(trial, checker, [CONVERGED], 0)
