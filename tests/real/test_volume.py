"""What volumes keep, and when a sync of the whole file system is believed."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from psync.real.mounts import Mount
from psync.real.volume import Keeping, keeping_of, kernel_version, require_whole_sync, sync_volume, volume
from tests.expectations import does_not_raise

SHARED_MEMORY = Path("/dev/shm")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[int]:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    yield descriptor
    os.close(descriptor)


def mounted(kind: str, *options: str) -> Mount:
    return Mount(kind, 8, 1, frozenset(options))


KEEPING = {
    "FAT counts two seconds and knows no modes": (mounted("vfat", "rw"), Keeping(2_000_000_000, True, False)),
    "exFAT counts 10 ms and knows no modes": (mounted("exfat"), Keeping(10_000_000, True, False)),
    "NTFS counts 100 ns, and is exact as Linux mounts it": (mounted("ntfs3", "rw"), Keeping(100, False)),
    "NTFS told to fold": (mounted("ntfs3", "rw", "nocase"), Keeping(100, True)),
    "NTFS by ntfs-3g, which drops modes": (mounted("fuseblk", "rw", "user_id=0"), Keeping(100, False, False)),
    "NTFS by ntfs-3g, which may keep modes": (mounted("fuseblk", "default_permissions"), Keeping(100, False)),
    "a share, whose server folds": (mounted("cifs", "rw", "vers=3.1.1"), Keeping(100, True, False)),
    "a share of a server that knows modes": (mounted("smb3", "rw", "posix"), Keeping(100, True)),
    "ext3 has no room for more than seconds": (mounted("ext3"), Keeping(1_000_000_000, False)),
    "HFS+": (mounted("hfsplus"), Keeping(1_000_000_000, True)),
    "SFTP carries whole seconds": (mounted("fuse.sshfs"), Keeping(1_000_000_000, False)),
    "ext4 keeps all": (mounted("ext4", "rw"), Keeping(1, False)),
    "a type that the table does not know": (mounted("newfs2030"), Keeping(1, False)),
    "an unknown mount": (None, Keeping(1, False)),
}


@pytest.mark.parametrize(("mount", "expected"), KEEPING.values(), ids=KEEPING.keys())
def test_a_file_system_keeps_what_its_type_allows(mount: Mount | None, expected: Keeping) -> None:
    assert keeping_of(mount) == expected


def test_the_free_space_is_what_an_ordinary_user_may_write(folder: int) -> None:
    before = os.fstatvfs(folder)

    found = volume(folder).free_bytes

    after = os.fstatvfs(folder)
    bounds = sorted(state.f_bavail * state.f_frsize for state in (before, after))
    # Others write to the same disk meanwhile; blocks kept for root would be a hundred times more.
    assert bounds[0] - 2**26 <= found <= bounds[1] + 2**26


def test_shared_memory_keeps_nanoseconds_and_exact_names() -> None:
    descriptor = os.open(SHARED_MEMORY, os.O_RDONLY)
    try:
        found = volume(descriptor)
    finally:
        os.close(descriptor)
    assert (found.time_granularity_ns, found.names_folded, found.modes_kept) == (1, False, True)


def test_a_time_written_to_the_temporary_folder_comes_back_in_its_granularity(
    folder: int, tmp_path: Path
) -> None:
    written_ns = 1_700_000_001_123_456_789
    (tmp_path / "file").write_bytes(b"")

    os.utime(tmp_path / "file", ns=(written_ns, written_ns))

    granularity_ns = volume(folder).time_granularity_ns
    assert (tmp_path / "file").stat().st_mtime_ns == written_ns // granularity_ns * granularity_ns


def test_a_folder_held_by_path_only_is_described_too(folder: int, tmp_path: Path) -> None:
    by_path_only = os.open(tmp_path, os.O_PATH)
    try:
        assert volume(by_path_only).time_granularity_ns == volume(folder).time_granularity_ns
    finally:
        os.close(by_path_only)


def test_shared_memory_is_synced_as_a_whole() -> None:
    descriptor = os.open(SHARED_MEMORY, os.O_RDONLY)
    try:
        with does_not_raise():
            sync_volume(descriptor)
    finally:
        os.close(descriptor)


def test_an_error_of_the_kernel_is_raised_with_its_number() -> None:
    by_path_only = os.open(SHARED_MEMORY, os.O_PATH)
    try:
        with pytest.raises(OSError, match=rf"\[Errno {errno.EBADF}\]"):
            sync_volume(by_path_only)
    finally:
        os.close(by_path_only)


def test_a_sync_that_would_promise_nothing_is_refused() -> None:
    descriptor = os.open("/proc", os.O_RDONLY)
    try:
        with pytest.raises(OSError, match=rf"\[Errno {errno.EOPNOTSUPP}\]"):
            sync_volume(descriptor)
    finally:
        os.close(descriptor)


BELIEVED = {
    "a local disk": (mounted("ext4"), "6.1.0-18-amd64"),
    "the first kernel that reports": (mounted("xfs"), "5.8.0"),
    "two digits are a number": (mounted("btrfs"), "5.10.0-28"),
}


@pytest.mark.parametrize(("mount", "release"), BELIEVED.values(), ids=BELIEVED.keys())
def test_a_whole_sync_is_believed(mount: Mount, release: str) -> None:
    with does_not_raise():
        require_whole_sync(mount, release)


REFUSED = {
    "errors were swallowed before 5.8": (mounted("ext4"), "5.4.0-150-generic", errno.ENOSYS),
    "an old kernel of two digits": (mounted("ext4"), "4.18.0-553.el8", errno.ENOSYS),
    "the errors of the upper layer get lost": (mounted("overlay"), "6.8.0", errno.EOPNOTSUPP),
    "the server keeps the pages": (mounted("fuseblk"), "6.8.0", errno.EOPNOTSUPP),
    "the share keeps the pages": (mounted("cifs"), "6.8.0", errno.EOPNOTSUPP),
    "an unknown mount": (None, "6.8.0", errno.EOPNOTSUPP),
}


@pytest.mark.parametrize(("mount", "release", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_a_whole_sync_is_refused(mount: Mount | None, release: str, code: int) -> None:
    with pytest.raises(OSError, match=rf"\[Errno {code}\]"):
        require_whole_sync(mount, release)


RELEASES = {
    "Debian": ("6.1.0-18-amd64", (6, 1)),
    "a candidate": ("6.8-rc1", (6, 8)),
    "a vendor's suffix with digits": ("5.15.146.1-microsoft-standard-WSL2", (5, 15)),
}


@pytest.mark.parametrize(("release", "expected"), RELEASES.values(), ids=RELEASES.keys())
def test_a_kernel_release_begins_with_two_numbers(release: str, expected: tuple[int, int]) -> None:
    assert kernel_version(release) == expected
