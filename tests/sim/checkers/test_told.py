"""What cannot be replicated must be told, for its reason."""

from collections.abc import Iterator
from contextlib import nullcontext

import pytest
from msgspec import structs

from psync.core.problems import Problem, ProblemCode
from psync.engine.events import ProblemFound
from sim.checkers.checker import Broken
from sim.checkers.told import Told
from sim.faults.unfit import EntryUnfit, Unfit
from sim.trial import Trial
from tests.sim.checkers.trials import beginning
from tests.sim.plans import PLAN

PIPE = EntryUnfit(Unfit.PIPE, "pipe")
NAME = EntryUnfit(Unfit.NAME, "nul")

TOLD = ProblemFound(Problem((b"nul",), ProblemCode.NAME_INVALID))
OTHERWISE = ProblemFound(Problem((b"nul",), ProblemCode.PERMISSION))
ELSEWHERE = ProblemFound(Problem((b"a",), ProblemCode.NAME_INVALID))
NOTICE = ProblemFound(Problem((b"pipe",), ProblemCode.SPECIAL_FILE))


@pytest.fixture
def trial() -> Iterator[Trial]:
    with beginning(structs.replace(PLAN, windows=("far",))) as trial:
        yield trial


# What stands, what is told, the exit code, and what is wrong with that.
RUNS = {
    "told": (NAME, [TOLD], 1, ""),
    "silence": (NAME, [], 0, "told: 'nul' is not told as NAME_INVALID"),
    "another reason": (NAME, [OTHERWISE], 1, "told: 'nul' is not told"),
    "another path": (NAME, [ELSEWHERE], 1, "told: 'nul' is not told"),
    "told and called success": (NAME, [TOLD], 0, "told: exit code 0"),
    "a notice": (PIPE, [NOTICE], 0, ""),
    "a notice called a failure": (PIPE, [NOTICE], 1, "told: exit code 1"),
    "no run at all": (NAME, [], 3, ""),
}


@pytest.mark.parametrize(("fault", "events", "exit_code", "complaint"), RUNS.values(), ids=RUNS)
def test_a_run_is_judged_by_what_it_says(trial: Trial, fault, events, exit_code: int, complaint: str) -> None:
    fault.arm(trial)
    checker = Told(trial)
    checker.before_run()
    for event in events:
        checker.heard(event)

    with pytest.raises(Broken, match=complaint) if complaint else nullcontext():
        checker.after_run(exit_code)


def test_where_something_else_has_failed_nothing_is_held_against_a_run(trial: Trial) -> None:
    NAME.arm(trial)
    trial.effects["DiskFull"] = 1
    checker = Told(trial)
    checker.before_run()

    checker.after_run(1)

    assert trial.first_broken is None
