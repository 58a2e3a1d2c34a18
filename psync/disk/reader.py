"""Reading the content of source files, and noticing when they change meanwhile.

A file is looked at before and after it is read. One that differs is never handed
over as complete: `SourceChanged` is raised before the word that would let the
target commit it.
"""

import errno
import stat
from collections.abc import Generator, Iterable, Iterator
from contextlib import suppress
from functools import cached_property

from blake3 import blake3
from msgspec import Struct

from psync.core.content import (
    HOLE_STEP_BYTES,
    PACK_BYTES_MIN,
    PACK_FILES_MAX,
    PIECE_BYTES_MAX,
    SMALL_BYTES_MAX,
    Begin,
    Content,
    End,
    Pack,
    PackedFile,
    Piece,
    Request,
    Unsupplied,
)
from psync.core.manifest import bounded_time
from psync.core.problems import ProblemCode
from psync.disk.folder import Folder, stamp_of
from psync.disk.problems import EntryRefused, problem_of
from psync.system import StatResult

# A file with less on disk than this below its size has no hole worth keeping.
HOLE_BYTES_MIN = 4096
BLOCK_BYTES = 512  # the unit of st_blocks, whatever the file system's own

ZEROS = bytes(1024 * 1024)


class SourceChanged(Exception):
    """The file was modified while it was read."""


class _PackBuilder:
    """Collects small files until they are worth a message."""

    def __init__(self) -> None:
        self.files: list[PackedFile] = []
        self._data: list[bytes] = []
        self._bytes = 0

    def add(self, file: tuple[PackedFile, bytes]) -> bool:
        """Take one more file; give whether the pack is full."""
        self.files.append(file[0])
        self._data.append(file[1])
        self._bytes += len(file[1])
        return self._bytes >= PACK_BYTES_MIN or len(self.files) >= PACK_FILES_MAX

    def take(self) -> Content:
        """Give the pack and begin another."""
        content = Content(Pack(self.files), self._data)
        self.files, self._data, self._bytes = [], [], 0
        return content


class OpenFile(Struct):
    """A source file held open, with what was known of it before the first byte was read."""

    fd: int
    before: StatResult

    @property
    def size(self) -> int:
        """Bytes, when the file was opened."""
        return self.before.st_size

    @property
    def is_sparse(self) -> bool:
        """Whether the disk holds clearly less than the size says: holes, or a volume that compresses."""
        return self.before.st_blocks * BLOCK_BYTES + HOLE_BYTES_MIN <= self.size


class Reader:
    """Reads files of one folder. Its piece buffer is reused: finish with a piece before the next."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._os = folder.os
        self._flags = self._os.O_RDONLY | self._os.O_NOFOLLOW | self._os.O_NONBLOCK | self._os.O_CLOEXEC

    @cached_property
    def _buffer(self) -> memoryview:
        return memoryview(bytearray(PIECE_BYTES_MAX))

    def read(self, requests: Iterable[Request], changed: list[Request]) -> Generator[Content]:
        """Give the content of each file, or the problem; those that changed meanwhile go to `changed`."""
        pack = _PackBuilder()
        for request in requests:
            try:
                file = self._open(request)
            except (OSError, EntryRefused) as error:
                yield unsupplied(request, error)
                continue
            try:
                if not self._is_small(file):
                    yield from self._read_pieces(request, file)
                elif pack.add(self._read_whole(request, file)):
                    yield pack.take()
            except SourceChanged:
                changed.append(request)
            except OSError as error:
                yield unsupplied(request, error)
            finally:
                self._close(file.fd)
        if pack.files:
            yield pack.take()

    def _open(self, request: Request) -> OpenFile:
        """Open a regular file; a fifo, link or device that took its place is refused."""
        directory, name = self._folder.locate(request.path)
        fd = self._os.open(name, self._flags, dir_fd=directory.fd)
        try:
            before = self._os.fstat(fd)
            if not stat.S_ISREG(before.st_mode):
                raise EntryRefused(ProblemCode.SPECIAL_FILE)
        except BaseException:
            self._close(fd)
            raise
        return OpenFile(fd, before)

    def _close(self, fd: int) -> None:
        with suppress(OSError):  # what was read has been read
            self._os.close(fd)

    def _is_small(self, file: OpenFile) -> bool:
        """Whether the file travels whole, in a pack; what has holes travels in pieces, to keep them."""
        return file.size <= SMALL_BYTES_MAX and not (file.is_sparse and self._has_hole(file))

    def _has_hole(self, file: OpenFile) -> bool:
        try:
            return self._os.lseek(file.fd, 0, self._os.SEEK_HOLE) < file.size
        except OSError:
            return False  # a file system that does not tell its holes

    def _read_whole(self, request: Request, file: OpenFile) -> tuple[PackedFile, bytes]:
        """Read a small file in one call; raise `SourceChanged`."""
        data = self._os.pread(file.fd, file.size + 1, 0)
        if len(data) != file.size:
            raise SourceChanged
        self._check_unchanged(file)
        header = PackedFile(
            request.id, len(data), bounded_time(file.before.st_mtime_ns), blake3(data).digest()
        )
        return header, data

    def _read_pieces(self, request: Request, file: OpenFile) -> Iterator[Content]:
        """Read a large or sparse file: `Begin`, its pieces, `End`; raise `SourceChanged` before `End`."""
        yield Content(Begin(request.id, file.size, file.is_sparse))
        hasher = blake3()
        position = 0
        for start, stop in self._extents(file):
            yield from self._read_hole(request, hasher, position, start)
            yield from self._read_extent(request, hasher, file, (start, stop))
            position = stop
        yield from self._read_hole(request, hasher, position, file.size)
        self._check_unchanged(file)
        yield Content(End(request.id, file.size, bounded_time(file.before.st_mtime_ns), hasher.digest()))

    def _read_hole(self, request: Request, hasher: blake3, start: int, stop: int) -> Iterator[Content]:
        """Hash a hole; a piece without bytes now and then keeps both sides responsive."""
        for position in range(start, stop, HOLE_STEP_BYTES):
            if position > start:
                yield Content(Piece(request.id, position))
            hash_zeros(hasher, min(HOLE_STEP_BYTES, stop - position))

    def _read_extent(
        self, request: Request, hasher: blake3, file: OpenFile, extent: tuple[int, int]
    ) -> Iterator[Content]:
        for position in range(*extent, PIECE_BYTES_MAX):
            piece = self._buffer[: min(PIECE_BYTES_MAX, extent[1] - position)]
            if self._os.preadv(file.fd, [piece], position) != len(piece):
                raise SourceChanged
            hasher.update(piece)
            yield Content(Piece(request.id, position), (piece,))

    def _extents(self, file: OpenFile) -> Iterator[tuple[int, int]]:
        """Give the stretches that hold data, as (start, stop)."""
        if not file.is_sparse:
            yield 0, file.size
            return
        stop = 0
        while stop < file.size:
            try:
                start = self._os.lseek(file.fd, stop, self._os.SEEK_DATA)
                stop = self._os.lseek(file.fd, start, self._os.SEEK_HOLE)
            except OSError as error:
                if error.errno == errno.EINVAL:  # a file system that does not tell its holes
                    yield stop, file.size
                elif error.errno != errno.ENXIO:  # ENXIO: nothing but a hole up to the end
                    raise
                return
            yield start, min(stop, file.size)

    def _check_unchanged(self, file: OpenFile) -> None:
        if stamp_of(self._os.fstat(file.fd)) != stamp_of(file.before):
            raise SourceChanged


def unsupplied(request: Request, error: OSError | EntryRefused) -> Content:
    """Say that a file cannot be read."""
    return Content(Unsupplied(request.id, problem_of(request.path, error)))


def hash_zeros(hasher: blake3, length: int) -> None:
    """Feed a hole to the digest, as the zeros that a reader of the file would see."""
    whole, rest = divmod(length, len(ZEROS))
    for _ in range(whole):
        hasher.update(ZEROS)
    hasher.update(ZEROS[:rest])
