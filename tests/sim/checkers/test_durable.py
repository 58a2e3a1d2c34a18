"""What is called done, and was not synced, is told at once, without any power cut."""

from contextlib import AbstractContextManager, suppress

import pytest

from psync.core.changes import Delete, WriteFile
from psync.core.manifest import Kind, Stamp
from psync.core.settings import Durability
from psync.engine.events import ChangeDone
from psync.system import System
from sim.checkers.checker import Broken
from sim.checkers.durable import Durable
from sim.trial import Trial
from sim.world import Unhandled
from tests.expectations import does_not_raise
from tests.sim.checkers.trials import beginning
from tests.sim.plans import with_faults

NAMED_TOO_EARLY = "durable: b'a' has its name, and was not synced"
NEW = b"/srv/data/made/new"
WRITTEN = ChangeDone(WriteFile(1, (b"made", b"new"), 0o644, 3), 3)
OLD_DELETED = ChangeDone(Delete(2, (b"old",), Kind.FILE, Stamp(1, 1, 1, 1)), 0)


def told(complaint: str) -> AbstractContextManager[object]:
    return pytest.raises(Broken, match=f"durable: {complaint}")


def write_new(trial: Trial) -> Durable:
    """Write a file in a new folder of the target, before the checker looks."""
    files = trial.machine("far").files
    trial.machine("far").disk.watchers.clear()
    files.make_folder(b"/srv/data/made")
    files.write(NEW, b"new")
    return Durable(trial)


def test_what_is_synced_may_be_called_done() -> None:
    with beginning() as trial:
        checker = write_new(trial)
        trial.machine("far").disk.journal.sync_all()
        with does_not_raise():
            checker.heard(WRITTEN)


def test_names_that_are_not_synced_are_told() -> None:
    with beginning() as trial, told("b'made/new' is called done, the name b'made' was not synced"):
        write_new(trial).heard(WRITTEN)


def test_content_that_is_not_synced_is_told() -> None:
    with beginning() as trial:
        checker, disk = write_new(trial), trial.machine("far").disk
        for folder in (b"/srv/data", b"/srv/data/made"):
            disk.journal.sync_folder(disk.folder(folder))
        with told("b'made/new' is called done and was not synced"):
            checker.heard(WRITTEN)


def test_a_deletion_that_is_not_synced_is_told() -> None:
    with beginning() as trial:
        trial.machine("far").files.remove(b"/srv/data/old")
        with told("b'old' is called done, the name b'old' was not synced"):
            Durable(trial).heard(OLD_DELETED)


def test_a_file_that_is_not_there_is_told() -> None:
    with beginning() as trial, told("b'made/new' is called done and is not there"):
        Durable(trial).heard(WRITTEN)


@pytest.mark.parametrize("durability", Durability)
def test_a_file_that_gets_its_name_before_it_is_synced_is_told(durability: Durability) -> None:
    async def main(_settings: None, system: System) -> int:
        fd = system.os.open(b"/srv/data/a", system.os.O_WRONLY)
        return system.os.write(fd, trial.tree_of_source()[b"a"])

    with beginning(with_faults(durability=durability)) as trial, suppress(Unhandled):
        trial.world.run(trial.machine("far").start(main, None).wait())

    expected = None if durability is Durability.NONE else NAMED_TOO_EARLY
    assert str(trial.first_broken) == str(expected)
