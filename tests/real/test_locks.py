"""Locks on folders, between real processes and within one."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from psync.real.locks import OWN_PROCESS, lock_folder, lock_holders
from psync.system import FolderLocked
from tests.real.holder import holding

HOLDER = """
import os, sys
from psync.real.locks import lock_folder
lock = lock_folder(os.open(sys.argv[1], os.O_RDONLY), exclusive=sys.argv[2] == "exclusive")
assert lock is not None
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[int]:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    yield descriptor
    os.close(descriptor)


def owner_of_the_conflict(folder: int, *, exclusive: bool) -> str:
    with pytest.raises(FolderLocked) as raised:
        lock_folder(folder, exclusive=exclusive)
    return raised.value.owner


@pytest.mark.parametrize(
    ("held", "exclusive"),
    [("exclusive", True), ("exclusive", False), ("shared", True)],
    ids=["two writers", "a reader meets a writer", "a writer meets a reader"],
)
def test_a_conflict_names_the_process_that_holds_the_lock(
    folder: int, tmp_path: Path, held: str, exclusive: bool
) -> None:
    with holding(HOLDER, str(tmp_path), held) as process:
        assert owner_of_the_conflict(folder, exclusive=exclusive) == f"process {process}"


def test_shared_locks_agree_with_each_other(folder: int, tmp_path: Path) -> None:
    with holding(HOLDER, str(tmp_path), "shared"):
        lock = lock_folder(folder, exclusive=False)
        assert lock is not None
        lock.release()


def test_a_killed_holder_holds_nothing(folder: int, tmp_path: Path) -> None:
    with holding(HOLDER, str(tmp_path), "exclusive"):
        pass  # killed at the end of the block

    lock = lock_folder(folder, exclusive=True)

    assert lock is not None
    lock.release()


def test_a_second_lock_of_one_process_meets_this_process(folder: int) -> None:
    lock = lock_folder(folder, exclusive=True)
    assert lock is not None
    assert owner_of_the_conflict(folder, exclusive=True) == OWN_PROCESS
    lock.release()


def test_a_lock_outlives_the_descriptor_it_was_asked_for(folder: int, tmp_path: Path) -> None:
    passing = os.open(tmp_path, os.O_RDONLY)
    lock = lock_folder(passing, exclusive=True)
    os.close(passing)

    assert owner_of_the_conflict(folder, exclusive=True) == OWN_PROCESS

    assert lock is not None
    lock.release()


def test_a_folder_held_by_path_only_can_be_locked(folder: int, tmp_path: Path) -> None:
    by_path_only = os.open(tmp_path, os.O_PATH)
    lock = lock_folder(by_path_only, exclusive=True)
    os.close(by_path_only)

    assert lock is not None
    assert owner_of_the_conflict(folder, exclusive=True) == OWN_PROCESS
    lock.release()


def test_a_second_release_does_not_touch_the_lock_of_another(folder: int, tmp_path: Path) -> None:
    first = lock_folder(folder, exclusive=True)
    assert first is not None
    first.release()
    second = lock_folder(folder, exclusive=True)  # on the descriptor number that the first one had

    first.release()

    assert owner_of_the_conflict(folder, exclusive=True) == OWN_PROCESS
    assert second is not None
    second.release()


def test_a_refused_lock_leaves_no_descriptor_open(folder: int, tmp_path: Path) -> None:
    lock = lock_folder(folder, exclusive=True)
    before = descriptors_of(tmp_path)

    owner_of_the_conflict(folder, exclusive=True)

    assert descriptors_of(tmp_path) == before
    assert lock is not None
    lock.release()


def descriptors_of(path: Path) -> list[int]:
    numbers = os.listdir("/proc/self/fd")
    return [int(number) for number in numbers if os.path.realpath(f"/proc/self/fd/{number}") == str(path)]


def test_a_lock_ends_at_its_release_though_a_fork_still_has_its_descriptor(
    folder: int, tmp_path: Path
) -> None:
    lock = lock_folder(folder, exclusive=True)
    copies = [os.dup(number) for number in descriptors_of(tmp_path)]  # what a fork does
    assert lock is not None

    lock.release()

    again = lock_folder(folder, exclusive=True)
    assert again is not None
    again.release()
    for number in copies:
        os.close(number)


def test_a_released_lock_leaves_no_descriptor_open(folder: int, tmp_path: Path) -> None:
    before = descriptors_of(tmp_path)
    lock = lock_folder(folder, exclusive=True)
    assert lock is not None

    lock.release()

    assert descriptors_of(tmp_path) == before


def test_a_program_that_is_started_does_not_inherit_a_lock(folder: int, tmp_path: Path) -> None:
    lock = lock_folder(folder, exclusive=True)
    command = [sys.executable, "-c", "print(flush=True); input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, close_fds=False) as child:
        assert child.stdout is not None
        child.stdout.readline()
        inherited = {os.readlink(entry) for entry in Path(f"/proc/{child.pid}/fd").iterdir()}
        child.kill()
    assert str(tmp_path) not in inherited
    assert lock is not None
    lock.release()


LOCKS = """\
1: POSIX  ADVISORY  WRITE 101 fe:00:77 0 EOF
2: FLOCK  ADVISORY  WRITE 102 fe:00:77 0 EOF
2: -> FLOCK  ADVISORY  WRITE 103 fe:00:77 0 EOF
3: FLOCK  ADVISORY  READ 104 fe:00:78 0 EOF
4: FLOCK  ADVISORY  READ 105 fe:00:78 0 EOF
5: FLOCK  ADVISORY  READ 106 00:1f:77 0 EOF
6: OFDLCK ADVISORY  READ -1 fe:00:79 0 EOF
7: FLOCK  ADVISORY  WRITE 0 fe:00:80 0 EOF
8: LEASE  ACTIVE    READ 107 fe:00:81 0 EOF
"""

HOLDERS = {
    "one writer; neither a byte range nor one that waits": ("fe:00", 77, [102]),
    "two readers": ("fe:00", 78, [104, 105]),
    "the same inode of another device": ("00:1f", 77, [106]),
    "an owner that has ended": ("fe:00", 80, []),
    "a file without a lock": ("fe:00", 7, []),
}


@pytest.mark.parametrize(("device", "inode", "expected"), HOLDERS.values(), ids=HOLDERS.keys())
def test_the_holders_are_found_by_device_and_inode(device: str, inode: int, expected: list[int]) -> None:
    assert lock_holders(LOCKS, device, inode) == expected
