"""A file that is open elsewhere and called something else is found, and one that is not and is called so."""

from collections.abc import Iterator
from contextlib import nullcontext

import pytest
from msgspec import structs

from psync.core.problems import Problem, ProblemCode
from psync.engine.events import ProblemFound
from psync.system import System
from sim.checkers.checker import Broken
from sim.checkers.locked import Locked
from sim.faults import FileLocked
from sim.plan import Topology
from sim.trial import Trial
from sim.windows import EXCLUSIVE, MARKED, READING
from tests.sim.checkers.trials import beginning
from tests.sim.plans import PLAN

LOCK = FileLocked("far", "/C:/srv/data/old", 60.0)
SHOWN = "C:\\srv\\data\\old"

TOLD = ProblemFound(Problem((b"old",), ProblemCode.LOCKED), SHOWN)
OTHERWISE = ProblemFound(Problem((b"old",), ProblemCode.PERMISSION), SHOWN)
ELSEWHERE = ProblemFound(Problem((b"a",), ProblemCode.LOCKED), "C:\\srv\\data\\a")
MAPPED = structs.replace(TOLD, path_on_host="C:\\data\\old")
NO_TEXT = structs.replace(TOLD, path_on_host="")


@pytest.fixture
def trial() -> Iterator[Trial]:
    with beginning(structs.replace(PLAN, windows=("far",), faults=(LOCK,))) as trial:
        yield trial


def delete(trial: Trial, state: str) -> None:
    """Have a program try to delete a file that is open elsewhere."""

    async def main(_settings: None, system: System) -> int:
        folder = system.os.open(b"C:\\srv\\data", system.os.O_RDONLY | system.os.O_DIRECTORY)
        try:
            system.os.unlink(b"old", dir_fd=folder)
        except OSError:
            system.os.close(folder)
        return 0

    structs.replace(LOCK, state=state).arm(trial)
    trial.world.run(trial.machine("far").start(main, None).wait())


# How the file is open, what is told, the exit code, and what is wrong with that.
RUNS = {
    "told": (EXCLUSIVE, [TOLD], 1, ""),
    "told, mapped": ("mapped for reading", [TOLD], 1, ""),
    "silence": (EXCLUSIVE, [], 0, "locked: b'old' is told as .., and should be as .'PSListener responded"),
    "another reason": (EXCLUSIVE, [OTHERWISE], 1, "locked: b'old' is told as .., and should be"),
    "another path": (EXCLUSIVE, [TOLD, ELSEWHERE], 1, "locked: b'a' is told as .* and should be as ..$"),
    "the path that it was mapped to": (EXCLUSIVE, [MAPPED], 1, "locked: b'old' is told as .*: C:.{2}data"),
    "no text": (EXCLUSIVE, [NO_TEXT], 1, "locked: b'old' is told as ...., and should be as .'PSListener"),
    "shared": (READING, [], 0, ""),
    "shared and called locked": (READING, [TOLD], 1, "locked: b'old' .* and should be as ..$"),
    "marked, of which nobody knows why": (MARKED, [OTHERWISE], 1, ""),
    "no run at all": (EXCLUSIVE, [], 3, ""),
}


@pytest.mark.parametrize(("state", "events", "exit_code", "complaint"), RUNS.values(), ids=RUNS)
def test_a_run_is_judged_by_what_it_calls_locked(
    trial: Trial, state: str, events: list[ProblemFound], exit_code: int, complaint: str
) -> None:
    checker = Locked(trial)
    checker.before_run()
    delete(trial, state)
    for event in events:
        checker.heard(event)

    with pytest.raises(Broken, match=complaint) if complaint else nullcontext():
        checker.after_run(exit_code)


def test_where_something_else_has_failed_nothing_is_held_against_a_run(trial: Trial) -> None:
    checker = Locked(trial)
    delete(trial, EXCLUSIVE)
    trial.effects["DiskFull"] = 1

    checker.after_run(1)

    assert trial.first_broken is None


def test_what_an_earlier_run_has_met_is_not_asked_of_the_next_one(trial: Trial) -> None:
    checker = Locked(trial)
    delete(trial, EXCLUSIVE)
    checker.before_run()

    checker.after_run(0)

    assert trial.first_broken is None


def test_of_a_source_the_code_is_told_and_no_text() -> None:
    plan = structs.replace(PLAN, windows=("far",), faults=(LOCK,), topology=Topology.PULL, source=PLAN.target)
    with beginning(plan) as trial:
        checker = Locked(trial)
        delete(trial, EXCLUSIVE)
        checker.heard(NO_TEXT)
        checker.after_run(1)
        checker.heard(structs.replace(NO_TEXT, problem=Problem((b"a",), ProblemCode.LOCKED)))

        with pytest.raises(Broken, match="locked: b'a'"):
            checker.after_run(1)
