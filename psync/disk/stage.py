"""Staged files: written beside their target, synced, then renamed over it.

The name of a target therefore holds its whole old or its whole new content at
every moment. Until it is committed, a file is a temporary of psync's own in the
same folder, readable by its owner only.

This module writes; `batch` commits.
"""

import errno
from collections.abc import Iterator
from contextlib import suppress
from itertools import product

from blake3 import blake3
from msgspec import Struct

from psync.core.changes import WriteFile
from psync.core.content import HOLE_STEP_BYTES, Begin, Buffer, End, PackedFile
from psync.core.manifest import MODE_MASK
from psync.core.paths import TEMPORARY_RANDOM_BYTES, TEMPORARY_SUFFIX, temporary_name
from psync.core.problems import ProblemCode
from psync.disk.folder import Directory, Folder
from psync.disk.problems import EntryRefused
from psync.disk.reader import hash_zeros
from psync.system import System

# Reserving the space of a large file at once says early that it does not fit.
RESERVE_BYTES_MIN = 1024 * 1024

# Of a temporary's name, these count: 32,768 names for one random number, of which 115 bits are left.
COUNTED_LETTERS = 3
BASE32_LETTERS = b"abcdefghijklmnopqrstuvwxyz234567"

# What file systems answer that cannot reserve.
RESERVES_NOTHING = (errno.EINVAL, errno.EOPNOTSUPP, errno.ENOSYS)


class StagedFile(Struct):
    """A complete temporary that waits for its commit, still open for a sync."""

    change: WriteFile
    directory: Directory
    temporary: bytes
    fd: int
    size: int


class LargeFile(StagedFile):
    """A temporary that is being filled piece by piece."""

    hasher: blake3
    position: int = 0


class TemporaryNames:
    """Names for staged files: random, but for a few letters that count, so that most cost no entropy."""

    def __init__(self, system: System) -> None:
        self._names = _count_names(system)
        self._live: set[bytes] = set()

    def take(self) -> bytes:
        """Give a name that no other session has."""
        name = next(self._names)
        self._live.add(name)
        return name

    def drop(self, name: bytes) -> None:
        """Forget a temporary that is renamed or removed."""
        self._live.discard(name)

    def is_foreign(self, name: bytes) -> bool:
        """Whether a temporary was left behind by another session."""
        return name not in self._live


def _count_names(system: System) -> Iterator[bytes]:
    while True:
        name = temporary_name(system.random_bytes(TEMPORARY_RANDOM_BYTES))
        start = name[: -COUNTED_LETTERS - len(TEMPORARY_SUFFIX)]
        for letters in product(BASE32_LETTERS, repeat=COUNTED_LETTERS):
            yield start + bytes(letters) + TEMPORARY_SUFFIX


class Stage:
    """Writes files of one folder beside their targets."""

    def __init__(self, folder: Folder, names: TemporaryNames) -> None:
        self.names = names
        self._folder = folder
        self._os = folder.os
        self._flags = (
            self._os.O_WRONLY | self._os.O_CREAT | self._os.O_EXCL | self._os.O_NOFOLLOW | self._os.O_CLOEXEC
        )

    # Small files

    def write_whole(self, change: WriteFile, header: PackedFile, data: Buffer) -> StagedFile:
        """Stage a small file; raise `EntryRefused` if it is not what was sent, or `OSError`."""
        if blake3(data).digest() != header.digest:
            raise EntryRefused(ProblemCode.VERIFY_FAILED)
        file = StagedFile(change, *self._create(change), header.size)
        try:
            self._write(file.fd, data)
            self._complete(file, header.mtime_ns)
        except BaseException:
            self.discard(file)
            raise
        return file

    # Large files

    def begin(self, change: WriteFile, header: Begin) -> LargeFile:
        """Start a large file, with its space reserved where that fills no holes."""
        file = LargeFile(change, *self._create(change), header.size, blake3())
        try:
            if header.size >= RESERVE_BYTES_MIN and not header.is_sparse:
                self._reserve(file.fd, header.size)
        except BaseException:
            self.discard(file)
            raise
        return file

    def skip_to(self, file: LargeFile, offset: int) -> None:
        """Leave a hole up to `offset`."""
        if offset < file.position:
            raise EntryRefused(ProblemCode.VERIFY_FAILED, "pieces out of order")
        if offset - file.position > HOLE_STEP_BYTES:
            raise EntryRefused(ProblemCode.VERIFY_FAILED, "a hole longer than one step")
        hash_zeros(file.hasher, offset - file.position)
        file.position = offset

    def add(self, file: LargeFile, data: Buffer) -> None:
        """Write the bytes that come next."""
        file.hasher.update(data)
        rest = memoryview(data)
        while rest:
            written = self._os.pwrite(file.fd, rest, file.position)
            file.position += written
            rest = rest[written:]

    def end(self, file: LargeFile, header: End) -> StagedFile:
        """Complete a large file; raise `EntryRefused` if it is not what was sent."""
        self.skip_to(file, header.size)
        if file.hasher.digest() != header.digest:
            raise EntryRefused(ProblemCode.VERIFY_FAILED)
        self._os.ftruncate(file.fd, header.size)
        file.size = header.size
        self._complete(file, header.mtime_ns)
        return file

    def discard(self, file: StagedFile) -> None:
        """Remove a temporary that will not be committed."""
        with suppress(OSError):
            self.close(file)
        self.remove(file.directory, file.temporary)
        file.directory.release()

    def remove(self, directory: Directory, temporary: bytes) -> None:
        """Remove an entry that bears a temporary's name; where that fails, the next writer's scan will."""
        with suppress(OSError):
            self._os.unlink(temporary, dir_fd=directory.fd)
        self.names.drop(temporary)

    def close(self, file: StagedFile) -> None:
        """Close the descriptor of a temporary, if it is still open."""
        if file.fd >= 0:
            fd, file.fd = file.fd, -1
            self._os.close(fd)

    # Parts

    def _create(self, change: WriteFile) -> tuple[Directory, bytes, int]:
        directory, _ = self._folder.locate(change.path)
        temporary = self.names.take()
        try:
            fd = self._os.open(temporary, self._flags, 0o600, dir_fd=directory.fd)
        except OSError:
            self.names.drop(temporary)
            raise
        return directory.hold(), temporary, fd

    def _reserve(self, fd: int, size: int) -> None:
        try:
            self._os.posix_fallocate(fd, 0, size)
        except OSError as error:
            if error.errno not in RESERVES_NOTHING:
                raise

    def _write(self, fd: int, data: Buffer) -> None:
        written = self._os.write(fd, data)
        while written < len(data):
            written += self._os.write(fd, memoryview(data)[written:])

    def _complete(self, file: StagedFile, mtime_ns: int) -> None:
        self._folder.set_mode(file.fd, file.change.mode & MODE_MASK)
        self._os.utime(file.fd, ns=(mtime_ns, mtime_ns))
