"""`System`: every machine has all of it; whoever is refused is told who holds what he wanted."""

import pytest

from psync.system import Claim, FolderLock, FolderLocked, InstanceClaimed, System
from tests.expectations import does_not_raise
from tests.system.machines import MACHINES, Look, missing_in

# Nobody else on this machine uses it.
INSTANCE = "test-of-the-system"


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES.keys())
def test_a_machine_has_all_that_a_system_is(machine: Look[list[str]]) -> None:
    assert machine(lambda system: missing_in(system, System)) == []


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES.keys())
def test_what_is_held_can_be_released(machine: Look[list[str]]) -> None:
    def look(system: System) -> list[str]:
        claim = system.claim_instance(INSTANCE)
        fd = system.os.open(b"/", system.os.O_RDONLY)
        lock = system.lock_folder(fd, exclusive=False)
        system.os.close(fd)
        lacking = [*missing_in(claim, Claim), *missing_in(lock, FolderLock)]
        assert lock is not None
        lock.release()
        claim.release()
        return lacking

    assert machine(look) == []


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES.keys())
def test_a_name_that_was_released_can_be_claimed_again(machine: Look[None]) -> None:
    def look(system: System) -> None:
        for _ in range(2):
            system.claim_instance(INSTANCE).release()

    with does_not_raise():
        machine(look)


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES.keys())
def test_a_second_claim_names_the_process_that_has_the_first(machine: Look[bool]) -> None:
    def look(system: System) -> bool:
        claim = system.claim_instance(INSTANCE)
        with pytest.raises(InstanceClaimed) as raised:
            system.claim_instance(INSTANCE)
        claim.release()
        return raised.value.owner == system.process_id

    assert machine(look)


@pytest.mark.parametrize(
    "error", [FolderLocked("process 7"), InstanceClaimed(7)], ids=["a locked folder", "a claimed name"]
)
def test_a_refusal_says_who_it_was(error: FolderLocked | InstanceClaimed) -> None:
    assert (str(error.owner).removeprefix("process "), error.args) == ("7", (error.owner,))
