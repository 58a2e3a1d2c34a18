"""What the file system below a folder keeps of times, names and modes, what is free, and its sync.

Times and names. The type of the file system decides (table below); a type that
the table does not name keeps nanoseconds and tells names apart exactly. Only
what a *target* loses matters: a read-only system hands out coarse times, but
they arrive at the other end as they are. Known not to be seen from outside:
ext4 with 128-byte inodes (1 s), ext2 and ext3 with larger ones (finer than
said), cifs to servers older than SMB 2 (1 s or 2 s), directories of ext4, f2fs
or tmpfs made to fold case by `chattr +F`, and what the server of an NFS, 9p or
other FUSE mount does.

Modes. FAT and exFAT hold one bit, read-only. They forget most modes that are set, refuse some, and
refuse all to accounts other than the one that the mount names; what they show comes from options of
the mount. cifs does the same unless the server tells it modes, and so does ntfs-3g unless it was
told to map users. That one cannot be told from a mount with `uid=`, so that both count as keeping
modes: to try in vain each time is less than to lose them. ntfs3 keeps modes beside the file.

Sync. `syncfs` writes the whole file system, for one call a batch instead of one
a file, and it is believed only where it means that the bytes are on the device
and that a failed write is reported:

* Before Linux 5.8 it returns success whatever happened to the pages.
* On overlayfs the errors of the upper file system do not come through.
* On FUSE and network mounts it hands the pages to the server, and stops there;
  fsync makes the server write them.

There, and on types unknown, `sync_volume` syncs nothing and says so (ENOSYS,
EOPNOTSUPP): each file then needs its own fsync.
"""

import errno
import os
import re
from collections.abc import Callable
from functools import cache

from msgspec import Struct

from psync.real.mounts import Mount, mount_of
from psync.system import Volume

_SECOND_NS = 1_000_000_000

# syncfs(2), "HISTORY" and "ERRORS": write errors are reported since this release.
_SYNC_REPORTS_SINCE = (5, 8)


class Keeping(Struct, frozen=True):
    """What a type of file system keeps: the step of its modification times, case, permission bits."""

    time_granularity_ns: int
    names_folded: bool
    modes_kept: bool = True


_EXACT = Keeping(1, names_folded=False)

# The kernel's `s_time_gran` where it is the step on disk; sources are under fs/ of Linux 6.x.
_KEEPING = {
    "vfat": Keeping(
        2 * _SECOND_NS, names_folded=True, modes_kept=False
    ),  # fat/misc.c: 5 bits for the seconds
    "msdos": Keeping(2 * _SECOND_NS, names_folded=True, modes_kept=False),  # the same directory entry
    "exfat": Keeping(10_000_000, names_folded=True, modes_kept=False),  # exfat/super.c: 10 ms
    "ntfs3": Keeping(100, names_folded=False),  # ntfs3/super.c; it folds with `nocase` only
    "ntfs": Keeping(100, names_folded=False),  # the older driver, or ntfs3 under its name
    "fuseblk": Keeping(
        100, names_folded=False, modes_kept=False
    ),  # in practice ntfs-3g, exact unless told otherwise
    "cifs": Keeping(100, names_folded=True, modes_kept=False),  # smb/client/connect.c; a Windows server folds
    "smb3": Keeping(100, names_folded=True, modes_kept=False),  # the same driver
    "ext2": Keeping(_SECOND_NS, names_folded=False),  # alloc_super()'s default, kept by ext2
    "ext3": Keeping(_SECOND_NS, names_folded=False),  # ext4/super.c: 1 s with ext3's 128-byte inodes
    "hfs": Keeping(_SECOND_NS, names_folded=True, modes_kept=False),  # likewise; hfs/string.c folds
    "hfsplus": Keeping(_SECOND_NS, names_folded=True),  # likewise; hfsplus/unicode.c (HFSX may be exact)
    "udf": Keeping(1_000, names_folded=False),  # udf/super.c: 1 µs
    "fuse.sshfs": Keeping(_SECOND_NS, names_folded=False),  # SFTP 3, section 5: times are u32 seconds
}

# With one of these a mount keeps modes all the same: FUSE (fs/fuse/inode.c, where ntfs-3g asks for it),
# the rest of smb/client/cifsfs.c, which shows them where the server takes part.
_OPTIONS_KEEPING_MODES = frozenset({"default_permissions", "unix", "posix", "cifsacl", "modefromsid"})

# Local file systems whose pages go from this kernel's cache to the device: `syncfs` waits for all of
# them and learns of each failure.
_SYNCED_WHOLE = frozenset(
    {"btrfs", "exfat", "ext2", "ext3", "ext4", "f2fs", "msdos", "ntfs3", "ramfs", "tmpfs", "vfat", "xfs"}
)


def volume(fd: int) -> Volume:
    """Describe the file system of an open folder; `free_bytes` leaves out what is reserved for root."""
    free = os.fstatvfs(fd)
    keeping = keeping_of(mount_of(fd))
    return Volume(
        keeping.time_granularity_ns,
        keeping.names_folded,
        free.f_bavail * free.f_frsize,
        keeping.modes_kept,
    )


def keeping_of(mount: Mount | None) -> Keeping:
    """What the file system of a mount keeps; all of it where the mount is unknown."""
    if mount is None:
        return _EXACT
    keeping = _KEEPING.get(mount.kind, _EXACT)
    return Keeping(
        keeping.time_granularity_ns,
        keeping.names_folded or "nocase" in mount.options,
        keeping.modes_kept or not _OPTIONS_KEEPING_MODES.isdisjoint(mount.options),
    )


def sync_volume(fd: int) -> None:
    """Wait until all that was written to the file system of `fd` is on its device.

    Keep `fd` open from before the writes: the kernel owes a failed write, once, to
    each description that was open by then, and not to a later one. Raises
    `OSError`: ENOSYS or EOPNOTSUPP where nothing was synced and each file needs
    its own fsync (see above), any other when a write failed.
    """
    require_whole_sync(mount_of(fd), os.uname().release)
    _system_call()(fd)


def require_whole_sync(mount: Mount | None, release: str) -> None:
    """Raise ENOSYS or EOPNOTSUPP unless `syncfs` keeps its promise on this mount and kernel release."""
    if kernel_version(release) < _SYNC_REPORTS_SINCE:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    if mount is None or mount.kind not in _SYNCED_WHOLE:
        raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))


def kernel_version(release: str) -> tuple[int, ...]:
    """The first two numbers of a kernel release such as `6.1.0-18-amd64` or `6.8-rc1`."""
    return tuple(int(number) for number in re.findall(r"\d+", release)[:2])


@cache
def _system_call() -> Callable[[int], None]:
    # Imported here: ctypes costs start-up time in commands that never write a file.
    import ctypes

    library = ctypes.CDLL(None, use_errno=True)

    def syncfs(fd: int) -> None:
        if library.syncfs(fd) != 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))

    return syncfs
