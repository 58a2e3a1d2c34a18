"""Locks on folders between processes of one machine.

The lock is an `flock` on the folder itself: it needs no lock file, which would
lie among the user's files and outlive a killed process. It belongs to an open
file description, so each lock opens one of its own: it neither ends when the
caller closes the folder, nor is shared by two runs of one process.

It says nothing to other machines that have the folder mounted, and nothing to
programs that do not ask for it. On NFS the kernel may turn it into a byte-range
lock, which a folder cannot carry: then there is no lock at all (None).
"""

import errno
import fcntl
import os

from psync.real.mounts import mount_of
from psync.system import FolderLocked

# flock(2): no locks left or none known here; EBADF is NFS, which wants the file open for writing.
_LOCKLESS = frozenset({errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EBADF})

_LOCKS = b"/proc/locks"

# The owner that `FolderLocked` names when it is this very process; an engine knows which run that is.
OWN_PROCESS = "this process"


class HeldFolder:
    """A lock that is held until `release`, or until the process ends."""

    def __init__(self, fd: int) -> None:
        self._fd: int | None = fd

    def release(self) -> None:
        """End the lock; a second call does nothing."""
        fd, self._fd = self._fd, None
        if fd is not None:
            # Not by closing alone: a process being started has a copy until it runs its own program.
            fcntl.flock(fd, fcntl.LOCK_UN)
            os.close(fd)


def lock_folder(fd: int, *, exclusive: bool) -> HeldFolder | None:
    """Lock the folder `fd` without waiting; None means that its file system knows no locks.

    `fd` may be opened with O_PATH. Raises `FolderLocked`, which names the
    holder, or `OSError` where the folder cannot be opened again for reading.
    """
    own = os.open(b".", os.O_RDONLY | os.O_DIRECTORY, dir_fd=fd)
    try:
        fcntl.flock(own, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except OSError as error:
        os.close(own)
        if error.errno == errno.EWOULDBLOCK:
            raise FolderLocked(_owner(fd)) from None
        if error.errno in _LOCKLESS:
            return None
        raise
    return HeldFolder(own)


def lock_holders(locks: str, device: str, inode: int) -> list[int]:
    """The process ids that hold an flock on a file, by the text of /proc/locks.

    `device` is `major:minor` in hexadecimal. The kernel translates the ids for
    its reader and puts 0 for a process that has ended (its child has the lock)
    or cannot be seen from here; those are left out. Format: proc(5), "locks".
    """
    rows = (line.split() for line in locks.splitlines())
    # The row of a process that waits has "->" before the kind.
    wanted = [row[4] for row in rows if row[1] == "FLOCK" and row[5] == f"{device}:{inode}"]
    return [int(process) for process in wanted if int(process) > 0]


def _owner(fd: int) -> str:
    holders = lock_holders(_read_locks(), _device(fd), os.fstat(fd).st_ino)
    if os.getpid() in holders:
        return OWN_PROCESS
    return f"process {holders[0]}" if holders else "another process"


def _device(fd: int) -> str:
    # The lock table names the super block's device, which on btrfs is not the one of a folder.
    mount = mount_of(fd)
    device = os.fstat(fd).st_dev
    major, minor = (mount.major, mount.minor) if mount else (os.major(device), os.minor(device))
    return f"{major:02x}:{minor:02x}"


def _read_locks() -> str:
    try:
        with open(_LOCKS, "rb") as file:
            return file.read().decode("ascii")
    except OSError:
        return ""
