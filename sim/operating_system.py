"""The file calls of one simulated process: the allow-list of `psync.system.OperatingSystem`.

What is not on the list does not exist here, as it does not in production code.
Where the manual pages leave something open, Linux decides; the contract suite
asks both.
"""

import errno
import os
import stat
import zlib
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import NoReturn, Self

from pyfakefs.fake_file import FakeDirectory, FakeFile

from psync.system import Buffer
from sim.descriptor import Descriptor
from sim.disk import Disk, Status
from sim.entries import check_link_target, make_folder, make_link, remove_file, remove_folder, rename
from sim.failure import NotSimulated, failure
from sim.gate import Gate, system_call
from sim.opening import PERMISSION_BITS, last_of_open, open_inode
from sim.walk import Last, Place, link_target, walk

FIRST_FD = 3  # after the standard streams
DESCRIPTORS_MAX = 1024  # the soft limit of a Linux process that may not raise it

KNOWN_FLAGS = (
    os.O_ACCMODE
    | os.O_CREAT
    | os.O_EXCL
    | os.O_TRUNC
    | os.O_APPEND
    | os.O_NONBLOCK
    | os.O_CLOEXEC
    | os.O_DIRECTORY
    | os.O_NOFOLLOW
    | os.O_PATH
)


class SimOperatingSystem:
    """The files of one machine as one of its processes may use them."""

    O_RDONLY = os.O_RDONLY
    O_WRONLY = os.O_WRONLY
    O_RDWR = os.O_RDWR
    O_CREAT = os.O_CREAT
    O_EXCL = os.O_EXCL
    O_DIRECTORY = os.O_DIRECTORY
    O_NOFOLLOW = os.O_NOFOLLOW
    O_NONBLOCK = os.O_NONBLOCK
    O_CLOEXEC = os.O_CLOEXEC
    O_PATH = os.O_PATH
    SEEK_SET = os.SEEK_SET
    SEEK_DATA = os.SEEK_DATA
    SEEK_HOLE = os.SEEK_HOLE

    def __init__(self, disk: Disk, gate: Gate) -> None:
        self._disk = disk
        self.gate = gate
        self._descriptors: dict[int, Descriptor] = {}

    def __getattr__(self, name: str) -> NoReturn:
        raise NotSimulated(f"os.{name} is not in the allow-list of psync.system")

    @property
    def open_files(self) -> int:
        """How many descriptors the process holds."""
        return len(self._descriptors)

    def drop(self, fd: int) -> None:
        """Give a descriptor back."""
        self.descriptor(fd)
        del self._descriptors[fd]

    def descriptor(self, fd: int) -> Descriptor:
        """What stands behind a descriptor of this process; EBADF if nothing does."""
        found = self._descriptors.get(fd)
        if found is None:
            raise failure(errno.EBADF)
        return found

    def fsencode(self, filename: str) -> bytes:
        """Give the bytes of a name that `scandir` returned."""
        return filename.encode("utf-8", "surrogateescape")

    # Open files

    @system_call
    def open(self, path: bytes, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        """open(2)"""
        if flags & ~KNOWN_FLAGS:
            raise NotSimulated(f"open flags {flags & ~KNOWN_FLAGS:#o}")
        if flags & os.O_PATH:
            flags &= os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW
        if flags & os.O_CREAT and flags & os.O_DIRECTORY:
            raise failure(errno.EINVAL)
        if len(self._descriptors) == DESCRIPTORS_MAX - FIRST_FD:
            raise failure(errno.EMFILE)
        place = self._walk(path, dir_fd, last_of_open(path, flags))
        self._check_open(place, flags)
        node = open_inode(self._disk, place, flags, mode)
        fd = FIRST_FD
        while fd in self._descriptors:
            fd += 1
        self._descriptors[fd] = self._describe(node, flags)
        return fd

    @system_call
    def close(self, fd: int, /) -> None:
        """close(2)"""
        self.drop(fd)

    @system_call
    def read(self, fd: int, length: int, /) -> bytes:
        """read(2)"""
        return self.descriptor(fd).read(length)

    @system_call
    def write(self, fd: int, data: Buffer, /) -> int:
        """write(2); short where the quota ends."""
        return self.descriptor(fd).write(bytes(data))

    @system_call
    def pread(self, fd: int, length: int, offset: int, /) -> bytes:
        """pread(2)"""
        return self.descriptor(fd).read_at(length, offset)

    @system_call
    def preadv(self, fd: int, buffers: list[memoryview], offset: int, /) -> int:
        """preadv(2)"""
        data = memoryview(self.descriptor(fd).read_at(sum(map(len, buffers)), offset))
        position = 0
        for buffer in buffers:
            part = data[position : position + len(buffer)]
            buffer[: len(part)] = part
            position += len(part)
        return len(data)

    @system_call
    def pwrite(self, fd: int, data: Buffer, offset: int, /) -> int:
        """pwrite(2); short where the quota ends."""
        return self.descriptor(fd).write_at(bytes(data), offset)

    @system_call
    def lseek(self, fd: int, position: int, whence: int, /) -> int:
        """lseek(2); SEEK_DATA and SEEK_HOLE are EINVAL, as where a file system does not tell its holes."""
        return self.descriptor(fd).seek(position, whence)

    @system_call
    def ftruncate(self, fd: int, length: int, /) -> None:
        """ftruncate(2)"""
        self.descriptor(fd).truncate(length)

    @system_call
    def posix_fallocate(self, fd: int, offset: int, length: int, /) -> None:
        """posix_fallocate(3)"""
        self.descriptor(fd).allocate(offset, length)

    @system_call
    def fsync(self, fd: int) -> None:
        """fsync(2)"""
        self._sync(self._usable(fd))

    # Attributes

    @system_call
    def fstat(self, fd: int) -> Status:
        """fstat(2)"""
        return self._disk.status(self.descriptor(fd).node)

    @system_call
    def stat(self, path: bytes, *, dir_fd: int | None = None, follow_symlinks: bool = True) -> Status:
        """fstatat(2)"""
        return self._disk.status(self._walk(path, dir_fd, _last(follow_symlinks)).found)

    @system_call
    def fchmod(self, fd: int, mode: int) -> None:
        """fchmod(2)"""
        self._disk.set_mode(self._usable(fd).node, mode & PERMISSION_BITS)

    @system_call
    def utime(
        self,
        path: int | bytes,
        *,
        ns: tuple[int, int],
        dir_fd: int | None = None,
        follow_symlinks: bool = True,
    ) -> None:
        """utimensat(2); the first of both times is forgotten."""
        if isinstance(path, int):
            node = self._usable(path).node
        else:
            node = self._walk(path, dir_fd, _last(follow_symlinks)).found
        self._disk.set_time(node, ns[1])

    # Names

    @system_call
    def scandir(self, path: int) -> "Listing":
        """List an open folder, in an order that is neither sorted nor that of creation."""
        descriptor = self.descriptor(path)
        folder = descriptor.node
        if not isinstance(folder, FakeDirectory) or descriptor.is_path_only:
            number = errno.EBADF if isinstance(folder, FakeDirectory) else errno.ENOTDIR
            raise failure(number, path)
        # Sorted by a hash, as ext4 does: whoever needs an order has to sort.
        names = sorted(folder.entries, key=lambda name: (zlib.crc32(self.fsencode(name)), name))
        return Listing(self, path, names)

    @system_call
    def mkdir(self, path: bytes, mode: int = 0o777, *, dir_fd: int | None = None) -> None:
        """mkdirat(2)"""
        make_folder(self._disk, self._walk(path, dir_fd, Last.ENTRY), mode)

    @system_call
    def rmdir(self, path: bytes, *, dir_fd: int | None = None) -> None:
        """unlinkat(2) with AT_REMOVEDIR"""
        self._remove_folder(self._walk(path, dir_fd, Last.ENTRY))

    @system_call
    def unlink(self, path: bytes, *, dir_fd: int | None = None) -> None:
        """unlinkat(2)"""
        self._remove_file(self._walk(path, dir_fd, Last.ENTRY))

    @system_call
    def rename(self, src: bytes, dst: bytes, *, src_dir_fd: int, dst_dir_fd: int) -> None:
        """renameat(2)"""
        source = self._walk(src, src_dir_fd, Last.LATER)
        self._rename(source, self._walk(dst, dst_dir_fd, Last.LATER))

    @system_call
    def symlink(self, src: bytes, dst: bytes, *, dir_fd: int) -> None:
        """symlinkat(2)"""
        check_link_target(src)
        self._make_link(self._walk(dst, dir_fd, Last.ENTRY), src)

    @system_call
    def readlink(self, path: bytes, *, dir_fd: int) -> bytes:
        """readlinkat(2)"""
        node = self._walk(path, dir_fd, Last.KEPT).found
        if not stat.S_ISLNK(node.stat_result.st_mode):
            raise failure(errno.EINVAL)
        return link_target(node)

    # What the rules of a system decide

    def _check_open(self, place: Place, flags: int) -> None:
        """Linux opens whatever is open elsewhere."""

    def _describe(self, node: FakeFile, flags: int) -> Descriptor:
        return Descriptor(self._disk, node, flags)

    def _sync(self, descriptor: Descriptor) -> None:
        if stat.S_ISREG(descriptor.node.stat_result.st_mode) and descriptor.take_failure():
            raise failure(errno.EIO)
        self._disk.sync(descriptor.node)

    def _remove_folder(self, place: Place) -> None:
        remove_folder(self._disk, place)

    def _remove_file(self, place: Place) -> None:
        remove_file(self._disk, place)

    def _rename(self, source: Place, target: Place) -> None:
        rename(self._disk, source, target)

    def _make_link(self, place: Place, target: bytes) -> None:
        make_link(self._disk, place, target)

    def _usable(self, fd: int) -> Descriptor:
        return self.descriptor(fd).usable()

    def _walk(self, path: bytes, dir_fd: int | None, last: Last) -> Place:
        if dir_fd is None or path.startswith(b"/"):
            return walk(self._disk, self._disk.root, path, last)
        return walk(self._disk, self.descriptor(dir_fd).node, path, last)


def _last(follow_symlinks: bool) -> Last:
    return Last.FOLLOWED if follow_symlinks else Last.KEPT


class Listing:
    """The entries of an open folder; a context manager, as that of `os.scandir`."""

    def __init__(self, system_os: SimOperatingSystem, fd: int, names: Iterable[str]) -> None:
        self._os = system_os
        self._fd = fd
        self._names = iter(names)

    def __iter__(self) -> Iterator["SimEntry"]:
        return self

    def __next__(self) -> "SimEntry":
        return SimEntry(self._os, self._fd, next(self._names))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._names = iter(())


class SimEntry:
    """One entry of a folder."""

    def __init__(self, system_os: SimOperatingSystem, fd: int, name: str) -> None:
        self.name = name
        self._os = system_os
        self._fd = fd

    def stat(self, *, follow_symlinks: bool) -> Status:
        """Look the entry up now; it may be gone."""
        name = self._os.fsencode(self.name)
        try:
            return self._os.stat(name, dir_fd=self._fd, follow_symlinks=follow_symlinks)
        except OSError as error:
            error.filename = self.name
            raise
