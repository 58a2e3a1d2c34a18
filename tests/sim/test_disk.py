"""What a simulated disk has for scenarios to set: quota, forbidden characters, coarse times; and its exact clock."""

import stat
from collections.abc import Iterator

import pytest

from sim.files import Files
from sim.machine import EPOCH_NS, Machine
from sim.world import World
from tests.sim.contract import Operation, Side, outcome, simulated_side

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
