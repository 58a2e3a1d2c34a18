"""An open file of a simulated process: an inode, how it was opened, and a position."""

import errno
import os
import stat
import sys

from pyfakefs.fake_file import FakeDirectory, FakeFile

from sim.disk import Disk
from sim.failure import failure


class Descriptor:
    """What a kernel keeps of an open file. All calls return at once or raise `OSError`."""

    def __init__(self, disk: Disk, node: FakeFile, flags: int) -> None:
        self.node = node
        self._disk = disk
        self._flags = flags
        self._position = 0
        self._failures_told = disk.journal.failures(node)

    @property
    def is_path_only(self) -> bool:
        """Whether it was opened with O_PATH, and can only be named, not used."""
        return bool(self._flags & os.O_PATH)

    @property
    def is_writable(self) -> bool:
        """Whether it was opened for writing."""
        return self._is_open_for(os.O_WRONLY)

    def take_failure(self) -> bool:
        """Whether pages of the file were lost, and nobody has said so on this description; asking is being told."""
        told, self._failures_told = self._failures_told, self._disk.journal.failures(self.node)
        return told != self._failures_told

    def usable(self) -> "Descriptor":
        """The descriptor itself, unless it is for naming only (EBADF)."""
        if self.is_path_only:
            raise failure(errno.EBADF)
        return self

    def read(self, length: int) -> bytes:
        """Read at the position, and move it."""
        _check_length(length)
        data = self._readable_content()[self._position : self._position + length]
        self._position += len(data)
        return data

    def read_at(self, length: int, offset: int) -> bytes:
        """Read at `offset`."""
        _check_length(length)
        self._check_position(offset)
        return self._readable_content()[offset : offset + length]

    def write(self, data: bytes) -> int:
        """Write at the position, and move it; give how much has found room."""
        if self._flags & os.O_APPEND:
            self._position = self.node.stat_result.st_size
        written = self._put(data, self._position)
        self._position += written
        return written

    def write_at(self, data: bytes, offset: int) -> int:
        """Write at `offset`, except that Linux appends where O_APPEND says so."""
        self._check_position(offset)
        return self._put(data, self.node.stat_result.st_size if self._flags & os.O_APPEND else offset)

    def seek(self, position: int, whence: int) -> int:
        """Move the position; where the holes are is not told."""
        self.usable()
        origins = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.node.stat_result.st_size}
        if whence not in origins:
            raise failure(errno.EINVAL)
        self._check_position(0)
        if origins[whence] + position < 0:
            raise failure(errno.EINVAL)
        self._position = origins[whence] + position
        return self._position

    def truncate(self, length: int) -> None:
        """Cut or extend to `length`."""
        if length < 0:
            raise failure(errno.EINVAL)
        self.usable()
        if not (stat.S_ISREG(self.node.stat_result.st_mode) and self._is_open_for(os.O_WRONLY)):
            raise failure(errno.EINVAL)
        self._disk.check_writable()
        self._reserve(length)
        self._disk.store(self.node, self._content()[:length].ljust(length, b"\0"))

    def allocate(self, offset: int, length: int) -> None:
        """Extend to hold `length` bytes at `offset`, if it is shorter."""
        self.usable()
        if offset < 0 or length <= 0:
            raise failure(errno.EINVAL)
        self._check_writable()
        self._reserve(offset + length)
        self._disk.store(self.node, self._content().ljust(offset + length, b"\0"))

    def _content(self) -> bytes:
        return self.node.byte_contents or b""

    def _readable_content(self) -> bytes:
        if not self._is_open_for(os.O_RDONLY):
            raise failure(errno.EBADF)
        if isinstance(self.node, FakeDirectory):
            raise failure(errno.EISDIR)
        return self._content()

    def _is_open_for(self, access: int) -> bool:
        return not self.is_path_only and self._flags & os.O_ACCMODE in (access, os.O_RDWR)

    def _check_writable(self) -> None:
        if not self._is_open_for(os.O_WRONLY):
            raise failure(errno.EBADF)
        self._disk.check_writable()

    def _check_position(self, offset: int) -> None:
        if offset < 0:
            raise failure(errno.EINVAL)
        if stat.S_ISFIFO(self.usable().node.stat_result.st_mode):
            raise failure(errno.ESPIPE)

    def _reserve(self, length: int) -> None:
        """Raise what keeps the file from having that length."""
        growth = length - self.node.stat_result.st_size
        if growth > 0 and length > self._length_max:
            raise failure(errno.EFBIG)
        if self._disk.missing_bytes(growth):
            raise failure(errno.ENOSPC)

    @property
    def _length_max(self) -> int:
        limit = self._disk.file_bytes_max
        return sys.maxsize if limit is None else limit

    def _put(self, data: bytes, offset: int) -> int:
        self._check_writable()
        if not data:
            return 0
        content = self._content()
        fitting = self._fitting(len(data), offset)
        before, after = content[:offset].ljust(offset, b"\0"), content[offset + fitting :]
        self._disk.store(self.node, before + data[:fitting] + after)
        return fitting

    def _fitting(self, length: int, offset: int) -> int:
        """How much of what is to be written there finds room; some of it does, or an error says why not."""
        if offset >= self._length_max:
            raise failure(errno.EFBIG)
        allowed = min(length, self._length_max - offset)
        fitting = allowed - self._disk.missing_bytes(offset + allowed - self.node.stat_result.st_size)
        if fitting <= 0:
            raise failure(errno.ENOSPC)
        return fitting


def _check_length(length: int) -> None:
    if length < 0:
        raise failure(errno.EINVAL)
