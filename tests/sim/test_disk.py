"""What a simulated disk has for scenarios to set: quota, forbidden characters, coarse times; and its exact clock."""

import json
import os
import resource
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from sim.files import Files
from sim.machine import EPOCH_NS, Machine
from sim.world import World
from tests.conftest import MOUNT
from tests.sim import read_only
from tests.sim.contract import Operation, Side, outcome, real_side, simulated_side

NO_SPACE = ("OSError", "ENOSPC", None, None)


@pytest.fixture
def machine() -> Iterator[Machine]:
    with World(seed=1) as world:
        yield world.machine("alpha")


@pytest.fixture
def files(machine: Machine) -> Files:
    machine.files.plant(b"/folder", {b"full": b"x" * 100})
    return machine.files


def _outcome_with_quota(operation: Operation) -> tuple[object, list[bytes]]:
    """Two files of 100 bytes, and room for 10 more."""
    with simulated_side() as side:
        side.file(b"old", b"x" * 100)
        side.file(b"new", b"x" * 100)
        side.disk.quota_bytes = 210
        result = outcome(operation, side)
        sizes = [side.lstat(name).st_size for name in (b"old", b"new")]
    return result, sizes


def _write_on(side: Side) -> list[object]:
    fd = side.open(b"new", 1)
    side.os.lseek(fd, 0, 2)
    return [outcome(lambda side: side.os.write(fd, b"y" * 8), side) for _ in range(3)]


def _free_and_write(side: Side) -> int:
    side.os.unlink(b"old", dir_fd=side.root)
    side.file(b"old", b"")
    return side.os.pwrite(side.open(b"new", 1), b"y" * 105, 100)


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (_write_on, ([8, 2, NO_SPACE], [100, 110])),
        (_free_and_write, (105, [0, 205])),
        (lambda side: side.os.pwrite(side.open(b"new", 1), b"y" * 100, 0), (100, [100, 100])),
        (lambda side: side.os.pwrite(side.open(b"new", 1), b"y", 300), (NO_SPACE, [100, 100])),
        (lambda side: side.os.posix_fallocate(side.open(b"new", 1), 0, 111), (NO_SPACE, [100, 100])),
        (lambda side: side.os.posix_fallocate(side.open(b"new", 1), 0, 110), (None, [100, 110])),
        (lambda side: side.os.ftruncate(side.open(b"new", 1), 111), (NO_SPACE, [100, 100])),
        (lambda side: side.os.ftruncate(side.open(b"new", 1), 1), (None, [100, 1])),
        (lambda side: side.folder(b"below"), (None, [100, 100])),
    ],
    ids=[
        "short, then none",
        "freed",
        "in place",
        "behind",
        "reserve",
        "just fits",
        "extend",
        "cut",
        "folder",
    ],
)
def test_the_quota_ends_what_files_may_hold(operation: Operation, expected: tuple[object, list[int]]):
    assert _outcome_with_quota(operation) == expected


LIMIT = 110

# Of a file of 100 bytes.
GROWTHS: dict[str, Operation] = {
    "short, then none": _write_on,
    "up to the limit": lambda side: side.os.pwrite(side.open(b"new", 1), b"y" * 10, 100),
    "over it in part": lambda side: side.os.pwrite(side.open(b"new", 1), b"y" * 50, 100),
    "behind it": lambda side: side.os.pwrite(side.open(b"new", 1), b"y", LIMIT),
    "nothing, behind it": lambda side: side.os.pwrite(side.open(b"new", 1), b"", LIMIT),
    "reserve": lambda side: side.os.posix_fallocate(side.open(b"new", 1), 0, LIMIT + 1),
    "just fits": lambda side: side.os.posix_fallocate(side.open(b"new", 1), 0, LIMIT),
    "extend": lambda side: side.os.ftruncate(side.open(b"new", 1), LIMIT + 1),
    "cut": lambda side: side.os.ftruncate(side.open(b"new", 1), 1),
}


@contextmanager
def _limited_in_reality() -> Iterator[None]:
    """A limit of the process, which this kernel answers as it answers one of a file system."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def _growth(operation: Operation, side: Side) -> tuple[object, int]:
    return outcome(operation, side), side.lstat(b"new").st_size


@pytest.mark.parametrize("operation", GROWTHS.values(), ids=GROWTHS)
def test_a_limit_of_size_is_answered_as_a_real_one(operation: Operation, tmp_path: Path) -> None:
    with simulated_side() as side:
        side.file(b"new", b"x" * 100)
        side.disk.file_bytes_max = LIMIT
        simulation = _growth(operation, side)
    with real_side(os.fsencode(tmp_path)) as side:
        side.file(b"new", b"x" * 100)
        with _limited_in_reality():
            reality = _growth(operation, side)

    assert simulation == reality


IN_A_MOUNT = 'mount -t tmpfs tmpfs "$2" && chmod 777 "$2" && exec "$1" -m tests.sim.read_only "$2"'


@pytest.mark.needs_mount
def test_a_disk_that_is_read_only_refuses_what_a_real_one_refuses(tmp_path: Path) -> None:
    command = [*MOUNT, "bash", "-c", IN_A_MOUNT, "bash", sys.executable, str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, check=True, text=True)
    with simulated_side() as side:
        read_only.plant(side)
        side.disk.is_read_only = True
        simulation = read_only.answers(side)

    assert simulation == json.loads(ran.stdout)


def test_what_is_open_when_a_disk_becomes_read_only_cannot_be_written_either() -> None:
    with simulated_side() as side:
        fd = side.open(b"new", os.O_WRONLY | os.O_CREAT)
        side.disk.is_read_only = True
        calls = (partial(side.os.write, fd, b"x"), partial(side.os.ftruncate, fd, 9))
        found = [outcome(lambda side, call=call: call(), side) for call in calls]

    assert found == [("OSError", "EROFS", None, None)] * 2


def test_limits_are_set_aside_for_a_while(machine: Machine, files: Files) -> None:
    machine.disk.quota_bytes, machine.disk.file_bytes_max = 0, 5

    with machine.disk.unlimited():
        files.write(b"/folder/new", b"x" * 50)

    assert (machine.disk.quota_bytes, machine.disk.file_bytes_max) == (0, 5)


@pytest.mark.parametrize(
    "operation",
    [
        lambda side: side.folder(b"a:b"),
        lambda side: side.open(b"a:b", 0o101),
        lambda side: side.link(b"target", b"a:b"),
        lambda side: side.rename(b"file", b"a:b"),
    ],
    ids=["folder", "file", "link", "rename"],
)
def test_a_name_may_not_hold_what_the_disk_forbids(operation: Operation):
    with simulated_side() as side:
        side.file(b"file", b"")
        side.disk.forbidden_characters = frozenset(":")
        error = outcome(operation, side)
        missing = outcome(lambda side: side.lstat(b"a:b"), side)

    assert error[:2] == ("OSError", "EINVAL")
    assert missing[:2] == ("FileNotFoundError", "ENOENT")


@pytest.mark.parametrize(
    ("granularity_ns", "kept_ns"),
    [
        (1, 1_234_567_890_987_654_321),
        (100, 1_234_567_890_987_654_300),
        (2_000_000_000, 1_234_567_890_000_000_000),
    ],
    ids=["ext4", "ntfs", "vfat"],
)
def test_times_are_kept_to_the_nanosecond_or_as_coarse_as_the_disk(machine, files, granularity_ns, kept_ns):
    machine.disk.time_granularity_ns = granularity_ns
    files.os.utime(b"/folder/full", ns=(0, 1_234_567_890_987_654_321))

    assert files.os.stat(b"/folder/full").st_mtime_ns == kept_ns


def test_a_disk_without_modes_shows_the_same_for_all_and_lets_none_be_set(machine: Machine, files: Files):
    machine.disk.modes_kept = False
    fd = files.os.open(b"/folder/new", files.os.O_CREAT | files.os.O_WRONLY, 0o600)

    with pytest.raises(PermissionError):
        files.os.fchmod(fd, 0o755)

    assert files.os.fstat(fd).st_mode == stat.S_IFREG | 0o755


def test_changes_are_stamped_with_the_machines_clock(machine: Machine, files: Files):
    machine.clock_offset_ns = 1_000_000_007
    files.write(b"/folder/full", b"new")
    written = files.os.stat(b"/folder/full")
    machine.clock_offset_ns = 2_000_000_009
    files.os.utime(b"/folder/full", ns=(0, 5))
    dated = files.os.stat(b"/folder/full")

    assert (written.st_mtime_ns, written.st_ctime_ns) == (EPOCH_NS + 1_000_000_007, EPOCH_NS + 1_000_000_007)
    assert (dated.st_mtime_ns, dated.st_ctime_ns) == (5, EPOCH_NS + 2_000_000_009)


def test_a_change_of_attributes_or_name_is_stamped_without_one_of_content(machine: Machine, files: Files):
    machine.clock_offset_ns = 7
    fd = files.os.open(b"/folder/full", files.os.O_RDONLY)
    files.os.fchmod(fd, 0o600)
    chmod = files.os.fstat(fd)
    machine.clock_offset_ns = 9
    files.os.rename(b"/folder/full", b"/folder/new", src_dir_fd=-1, dst_dir_fd=-1)
    renamed = files.os.fstat(fd)
    machine.clock_offset_ns = 11
    files.os.unlink(b"/folder/new")
    unlinked = files.os.fstat(fd)

    assert (chmod.st_mtime_ns, chmod.st_ctime_ns) == (EPOCH_NS, EPOCH_NS + 7)
    assert (renamed.st_mtime_ns, renamed.st_ctime_ns) == (EPOCH_NS, EPOCH_NS + 9)
    assert (unlinked.st_mtime_ns, unlinked.st_ctime_ns) == (EPOCH_NS, EPOCH_NS + 11)


def test_every_entry_has_an_inode_of_its_own_that_a_rename_keeps(files: Files):
    files.plant(b"/folder", {b"a": b"", b"b": b"", b"c": None})
    before = {name: files.os.stat(b"/folder/" + name).st_ino for name in (b"a", b"b", b"c")}
    files.os.rename(b"/folder/a", b"/folder/b", src_dir_fd=-1, dst_dir_fd=-1)

    assert len(set(before.values())) == 3
    assert files.os.stat(b"/folder/b").st_ino == before[b"a"]


@pytest.mark.parametrize(("size", "blocks"), [(0, 0), (1, 8), (4096, 8), (4097, 16)])
def test_every_byte_of_a_file_is_allocated(files: Files, size: int, blocks: int):
    files.write(b"/folder/new", bytes(size))

    assert files.os.stat(b"/folder/new").st_blocks == blocks


def test_all_belongs_to_the_user(files: Files):
    assert {files.os.stat(path).st_uid for path in (b"/", b"/folder", b"/folder/full")} == {1000}


def test_a_file_gets_one_more_name_only_in_a_folder_that_may_be_changed(machine: Machine, files: Files):
    disk = machine.disk
    file = disk.find(b"/folder/full")
    assert file is not None
    disk.add_name(disk.folder(b"/folder"), "again", file)
    disk.set_mode(disk.folder(b"/folder"), 0o555)

    with pytest.raises(PermissionError):
        disk.add_name(disk.folder(b"/folder"), "once more", file)
    assert list(files.tree(b"/folder")) == [b"again", b"full"]
