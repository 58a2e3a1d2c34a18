"""What open(2) does with the place that a path leads to."""

import errno
import os
import stat

from pyfakefs.fake_file import FakeDirectory, FakeFile

from sim.disk import READ, WRITE, Disk, permits
from sim.failure import failure
from sim.walk import Last, Place

UMASK = 0o022
PERMISSION_BITS = 0o7777

_WANTED = {os.O_RDONLY: READ, os.O_WRONLY: WRITE, os.O_RDWR: READ | WRITE}


class BlockedForever(RuntimeError):
    """A call would never return, on a real machine either."""


def last_of_open(path: bytes, flags: int) -> Last:
    """What becomes of a link at the end of a path that is to be opened."""
    if flags & os.O_CREAT and path.endswith(b"/"):
        return Last.LATER
    is_exclusive = flags & os.O_CREAT and flags & os.O_EXCL
    return Last.KEPT if flags & os.O_NOFOLLOW or is_exclusive else Last.FOLLOWED


def open_inode(disk: Disk, place: Place, flags: int, mode: int) -> FakeFile:
    """Give the inode that shall be open from now on, made or emptied as the flags say."""
    if not flags & os.O_CREAT:
        _check_access(disk, place.found, flags)
        return _emptied(disk, place.found, flags)
    if place.name and place.is_folder:
        raise failure(errno.EISDIR)
    if place.node is None:
        return disk.make_file(place.folder, place.name, mode & PERMISSION_BITS & ~UMASK)
    if flags & os.O_EXCL:
        raise failure(errno.EEXIST)
    if isinstance(place.node, FakeDirectory):
        raise failure(errno.EISDIR)
    _check_access(disk, place.node, flags)
    return _emptied(disk, place.node, flags)


def _check_access(disk: Disk, node: FakeFile, flags: int) -> None:
    if flags & os.O_DIRECTORY and not isinstance(node, FakeDirectory):
        raise failure(errno.ENOTDIR)
    if flags & os.O_PATH:
        return
    if stat.S_ISLNK(node.stat_result.st_mode):
        raise failure(errno.ELOOP)
    wanted = _WANTED[flags & os.O_ACCMODE] | (WRITE if flags & os.O_TRUNC else 0)
    if isinstance(node, FakeDirectory) and wanted & WRITE:
        raise failure(errno.EISDIR)
    if wanted & WRITE and not stat.S_ISFIFO(node.stat_result.st_mode):
        disk.check_writable()
    if not permits(node, wanted):
        raise failure(errno.EACCES)
    if stat.S_ISFIFO(node.stat_result.st_mode):
        _check_fifo(flags)


def _check_fifo(flags: int) -> None:
    if not flags & os.O_NONBLOCK:
        raise BlockedForever("nobody holds the other end of this named pipe: open it with O_NONBLOCK")
    if flags & os.O_ACCMODE == os.O_WRONLY:
        raise failure(errno.ENXIO)


def _emptied(disk: Disk, node: FakeFile, flags: int) -> FakeFile:
    if flags & os.O_TRUNC and stat.S_ISREG(node.stat_result.st_mode):
        disk.store(node, b"")
    return node
