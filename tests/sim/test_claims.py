"""Locks on folders and instance names."""

from collections.abc import Callable

import pytest

from psync.system import FolderLocked, InstanceClaimed
from sim.claims import Claims, Held
from sim.process import Process
from sim.world import World


class Rivals:
    """Two processes of one machine, and two folders."""

    def __init__(self, world: World) -> None:
        machine = world.machine("alpha")
        self.claims = Claims()
        self.first, self.second = [
            Process(machine.stack, number, world.loop, world.trace) for number in (1000, 1001)
        ]
        self.folders = [machine.disk.make_folder(machine.disk.root, name, 0o755) for name in ("a", "b")]

    def lock(self, process: Process, folder: int = 0, *, is_exclusive: bool = True) -> Held:
        return self.claims.lock(process, self.folders[folder], is_exclusive=is_exclusive)


@pytest.fixture
def rivals():
    with World(seed=1) as world:
        yield Rivals(world)


def _outcome(attempt: Callable[[], object]) -> object:
    try:
        attempt()
    except (FolderLocked, InstanceClaimed) as error:
        return error.owner
    return "held"


@pytest.mark.parametrize(
    ("first", "second", "outcome"),
    [
        (True, True, "process 1000"),
        (True, False, "process 1000"),
        (False, True, "process 1000"),
        (False, False, "held"),
    ],
    ids=["both alone", "shared after alone", "alone after shared", "both shared"],
)
def test_only_shared_locks_agree(rivals: Rivals, first: bool, second: bool, outcome: str):
    rivals.lock(rivals.first, is_exclusive=first)

    assert _outcome(lambda: rivals.lock(rivals.second, is_exclusive=second)) == outcome


def test_a_second_lock_of_the_same_process_conflicts(rivals: Rivals):
    rivals.lock(rivals.first)

    assert _outcome(lambda: rivals.lock(rivals.first)) == "this process"


def test_a_lock_is_on_one_folder(rivals: Rivals):
    rivals.lock(rivals.first, 0)

    assert _outcome(lambda: rivals.lock(rivals.second, 1)) == "held"


def test_a_released_lock_is_free_and_a_second_release_does_nothing(rivals: Rivals):
    lock = rivals.lock(rivals.first)
    lock.release()
    rivals.lock(rivals.second)
    lock.release()

    assert _outcome(lambda: rivals.lock(rivals.first)) == "process 1001"


def test_a_name_is_claimed_once_on_a_machine(rivals: Rivals):
    claim = rivals.claims.claim(rivals.first, "default")
    taken = _outcome(lambda: rivals.claims.claim(rivals.second, "default"))
    other = _outcome(lambda: rivals.claims.claim(rivals.second, "other"))
    claim.release()
    freed = _outcome(lambda: rivals.claims.claim(rivals.second, "default"))

    assert (taken, other, freed) == (1000, "held", "held")


def test_all_that_a_process_held_is_free_when_it_is_killed(rivals: Rivals):
    rivals.lock(rivals.first)
    rivals.claims.claim(rivals.first, "default")
    rivals.first.kill()

    assert _outcome(lambda: rivals.lock(rivals.second)) == "held"
    assert _outcome(lambda: rivals.claims.claim(rivals.second, "default")) == "held"
