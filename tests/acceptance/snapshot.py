"""What stands in a folder, found out without psync: a second opinion on every tree that it leaves.

Everything is opened relative to its folder, because a path may be longer than
the system takes in one call.
"""

import hashlib
import os
import stat
from typing import NamedTuple

# Content is compared in blocks, so that a hole and zeros that are written out are the same content.
BLOCK_BYTES = 64 * 1024
ZEROS = bytes(BLOCK_BYTES)

KINDS = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "link"}


class Seen(NamedTuple):
    """One entry: `mode` without the kind, `content` a digest, of a link where it leads."""

    kind: str
    mode: int
    mtime_ns: int
    content: bytes


Snapshot = dict[bytes, Seen]


def snapshot(folder: str | bytes | os.PathLike[str]) -> Snapshot:
    """Give all entries below a folder by their path, and the folder itself as the path of no bytes."""
    seen: Snapshot = {}
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        seen[b""] = _seen(os.fstat(fd), b"")
        _look(fd, b"", seen)
    finally:
        os.close(fd)
    return seen


def differences(left: Snapshot, right: Snapshot) -> dict[bytes, tuple[Seen | None, Seen | None]]:
    """Give what both say of each path on which they disagree."""
    paths = sorted(left.keys() | right.keys())
    return {path: (left.get(path), right.get(path)) for path in paths if left.get(path) != right.get(path)}


def _look(folder: int, path: bytes, seen: Snapshot) -> None:
    with os.scandir(folder) as entries:
        names = [os.fsencode(entry.name) for entry in entries]
    for name in names:
        status = os.stat(name, dir_fd=folder, follow_symlinks=False)
        below = path + name
        if stat.S_ISDIR(status.st_mode):
            seen[below] = _seen(status, b"")
            fd = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            try:
                _look(fd, below + b"/", seen)
            finally:
                os.close(fd)
        elif stat.S_ISLNK(status.st_mode):
            seen[below] = _seen(status, os.readlink(name, dir_fd=folder))
        elif stat.S_ISREG(status.st_mode):
            seen[below] = _seen(status, _digest(name, folder, status.st_size))
        else:
            seen[below] = _seen(status, b"")


def _seen(status: os.stat_result, content: bytes) -> Seen:
    kind = KINDS.get(stat.S_IFMT(status.st_mode), "special")
    return Seen(kind, stat.S_IMODE(status.st_mode), status.st_mtime_ns, content)


def _digest(name: bytes, folder: int, size: int) -> bytes:
    """Digest the size and every block that is not all zeros, with its place."""
    fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=folder)
    digest = hashlib.sha256(str(size).encode())
    try:
        position = 0
        while position < size and (position := _next_data(fd, position, size)) < size:
            block = os.pread(fd, BLOCK_BYTES, position)
            if block != ZEROS[: len(block)]:
                digest.update(str(position).encode() + b":" + block)
            position += BLOCK_BYTES
    finally:
        os.close(fd)
    return digest.digest()


def _next_data(fd: int, position: int, size: int) -> int:
    """Give the block, from `position` on, that holds the next data; `size` if none follows."""
    try:
        return os.lseek(fd, position, os.SEEK_DATA) // BLOCK_BYTES * BLOCK_BYTES
    except OSError:
        return size
