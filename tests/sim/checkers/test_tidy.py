"""What is left behind is told."""

import asyncio

import pytest

from psync.core.manifest import EntryPath
from psync.core.paths import temporary_name
from psync.core.problems import Problem, ProblemCode
from psync.engine.events import ProblemFound, SessionEnded
from psync.system import System
from sim.checkers.checker import Broken
from sim.checkers.tidy import Tidy
from sim.planting import plant
from sim.trial import Trial
from tests.expectations import does_not_raise
from tests.sim.checkers.trials import beginning


def test_a_temporary_that_stays_is_told() -> None:
    with beginning() as trial:
        checker = Tidy(trial)
        checker.finish()
        trial.machine("far").files.write(b"/srv/data/" + temporary_name(bytes(16)), b"left")

        with pytest.raises(Broken, match="tidy: temporaries are left"):
            checker.finish()


def left_behind(trial: Trial, folder: bytes = b"") -> Tidy:
    plant(trial.machine("far").disk, b"/srv/data", {folder + temporary_name(bytes(16)): b"left"})
    return Tidy(trial)


def test_a_temporary_that_stays_after_a_run_to_its_end_is_told() -> None:
    with beginning() as trial, pytest.raises(Broken, match="tidy: temporaries are left"):
        left_behind(trial).after_run(1)


def test_a_run_that_was_lost_may_leave_a_temporary_for_the_next_one() -> None:
    with beginning() as trial, does_not_raise():
        left_behind(trial).after_run(3)


@pytest.mark.parametrize(
    "hindrance", ["CallFails unlink EACCES", "CallFails scandir EIO", "PowerCut unsynced"]
)
def test_a_temporary_that_nobody_finds_or_may_remove_may_stay_for_a_while(hindrance: str) -> None:
    with beginning() as trial, does_not_raise():
        checker = left_behind(trial)
        trial.effects[hindrance] += 1
        checker.after_run(1)


@pytest.mark.parametrize(
    ("told", "excused"), [((), True), ((b"sub",), True), ((b"sub", b"deep"), True), ((b"other",), False)]
)
def test_a_temporary_below_a_folder_that_could_not_be_listed_may_stay_for_a_while(
    told: EntryPath, excused: bool
) -> None:
    with beginning() as trial, does_not_raise() if excused else pytest.raises(Broken, match="tidy"):
        checker = left_behind(trial, b"sub/deep/")
        checker.heard(ProblemFound(Problem(told, ProblemCode.NO_SPACE)))
        checker.after_run(1)


def test_what_was_told_in_an_earlier_run_is_no_excuse() -> None:
    with beginning() as trial:
        checker = left_behind(trial)
        checker.heard(ProblemFound(Problem((), ProblemCode.NO_SPACE)))
        checker.before_run()

        with pytest.raises(Broken, match="tidy: temporaries are left"):
            checker.after_run(1)


def test_what_has_hindered_an_earlier_run_is_no_excuse() -> None:
    with beginning() as trial:
        checker = left_behind(trial)
        trial.effects["CallFails unlink EACCES"] += 1
        checker.before_run()

        with pytest.raises(Broken, match="tidy: temporaries are left"):
            checker.after_run(1)


def test_a_program_that_waits_with_files_open_is_told_in_the_end() -> None:
    async def main(_settings: None, system: System) -> int:
        return system.os.open(b"/srv", system.os.O_RDONLY) + await asyncio.Future[int]()

    with beginning() as trial:
        process = trial.machine("far").start(main, None)
        trial.world.run(asyncio.sleep(1))

        with pytest.raises(Broken, match="far/1000 holds files of sessions that are over"):
            Tidy(trial).finish()
        process.kill()


@pytest.mark.parametrize("kept", [0, 1])
def test_a_listener_that_counts_a_session_without_a_client_is_told(kept: int) -> None:
    with beginning() as trial:
        process = trial.replication.start_listener(trial.machine("far"), "/srv")
        trial.world.run(asyncio.sleep(1))
        trial.replication.listeners[process].sessions += kept

        with pytest.raises(Broken, match="far/1000 counts 1 sessions") if kept else does_not_raise():
            Tidy(trial).finish()
        process.kill()
        Tidy(trial).finish()


@pytest.mark.parametrize("leaks", [False, True])
def test_a_program_that_ends_with_open_files_is_told(leaks: bool) -> None:
    async def main(_settings: None, system: System) -> int:
        fd = system.os.open(b"/srv", system.os.O_RDONLY)
        if not leaks:
            system.os.close(fd)
        return 0

    with beginning() as trial:
        trial.world.run(trial.machine("far").start(main, None).wait())

        if leaks:
            with pytest.raises(Broken, match="far/1000 of far ended with open files"):
                Tidy(trial).after_run(0)
        else:
            Tidy(trial).after_run(0)


def test_a_session_that_ends_by_a_defect_is_told() -> None:
    ended = SessionEnded("near", "", "job", "/srv", False, 0, 0, 0.0, "", ZeroDivisionError())

    with beginning() as trial, pytest.raises(Broken, match="ended by a defect: ZeroDivisionError"):
        Tidy(trial).heard(ended)
