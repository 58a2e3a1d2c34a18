"""Folder trees as values, how they are put on a disk, and how random ones grow.

A value says all that psync replicates. The same seed grows the same tree.
"""

import os
from random import Random
from typing import NamedTuple, TypeAlias

from tests.acceptance.names import HOSTILE_NAMES

# Set-id bits are missing on purpose: psync strips them. Folders can be entered by their owner,
# so that the tests need no root.
FILE_MODES = (0o644, 0o644, 0o600, 0o755, 0o444, 0o400, 0o777, 0o664, 0o1644)
FOLDER_MODES = (0o755, 0o755, 0o700, 0o555, 0o500, 0o711, 0o1777)

# From 1970 to 2037, what every file system holds.
TIME_NS_MAX = 2_130_000_000 * 10**9

SIZES = (0, 0, 1, 2, 511, 4096, 20_000, 262_144, 262_145, 1_200_000)
SIZE_WEIGHTS = (4, 4, 8, 8, 8, 4, 2, 1, 1, 1)
SPARSE_BYTES = 5_000_000

LINK_TARGETS = (b"/etc/hostname", b"/nowhere", b".", b"..", b"../..", b"missing", b"caf\xe9", b"a/../b\n ")
ENTRIES_MAX = 9
DEPTH_MAX = 4


class File(NamedTuple):
    """Random bytes from `seed`; a sparse one has them at its start and its end only."""

    size: int
    seed: int
    mode: int
    mtime_ns: int
    is_sparse: bool = False


class Link(NamedTuple):
    """A symbolic link."""

    leads_to: bytes
    mtime_ns: int


class Fifo(NamedTuple):
    """Something that is never replicated, only removed."""


class Folder(NamedTuple):
    """A folder and all below it."""

    entries: "dict[bytes, Node]"
    mode: int
    mtime_ns: int


Node: TypeAlias = File | Link | Fifo | Folder


def plant(tree: Folder, path: str | bytes | os.PathLike[str]) -> None:
    """Put a tree on the disk as a new folder."""
    os.mkdir(path)
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _fill(tree, fd)
    finally:
        os.close(fd)


def _fill(tree: Folder, fd: int) -> None:
    for name, node in tree.entries.items():
        if isinstance(node, File):
            _plant_file(node, name, fd)
        elif isinstance(node, Link):
            os.symlink(node.leads_to, name, dir_fd=fd)
            os.utime(name, ns=(node.mtime_ns, node.mtime_ns), dir_fd=fd, follow_symlinks=False)
        elif isinstance(node, Fifo):
            os.mkfifo(name, dir_fd=fd)
        else:
            os.mkdir(name, dir_fd=fd)
            below = os.open(name, os.O_RDONLY | os.O_DIRECTORY, dir_fd=fd)
            try:
                _fill(node, below)
            finally:
                os.close(below)
    os.fchmod(fd, tree.mode)
    os.utime(fd, ns=(tree.mtime_ns, tree.mtime_ns))


def _plant_file(file: File, name: bytes, folder: int) -> None:
    fd = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600, dir_fd=folder)
    try:
        length = min(file.size, 4096) if file.is_sparse else file.size
        data = Random(file.seed).randbytes(length)
        os.pwrite(fd, data, 0)
        if file.is_sparse:
            os.pwrite(fd, data, file.size - length)
        os.fchmod(fd, file.mode)
        os.utime(fd, ns=(file.mtime_ns, file.mtime_ns))
    finally:
        os.close(fd)


def writable(folder: Folder) -> Folder:
    """Give the tree with the right to write to all its folders."""
    entries = {
        name: writable(node) if isinstance(node, Folder) else node for name, node in folder.entries.items()
    }
    return folder._replace(entries=entries, mode=folder.mode | 0o200)


class Grower:
    """Grows trees from a seed, and other trees out of them."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def pair(self) -> tuple[Folder, Folder | None]:
        """Give a source and a target: mostly its own past, sometimes empty, unrelated, equal or missing."""
        source = self.folder()
        match self._random.randrange(12):
            case 0:
                return source, None
            case 1:
                return source, Folder({}, 0o755, self._time_ns())
            case 2:
                return source, source
            case 3:
                return source, self.folder()
            case 4:
                return Folder({}, 0o755, self._time_ns()), source
            case _:
                return source, self.changed(source)

    def folder(self, depth: int = 0) -> Folder:
        """Grow a folder with all below it."""
        count = self._random.randrange(ENTRIES_MAX + 1) if depth else ENTRIES_MAX
        entries = {self._name(): self._node(depth + 1) for _ in range(count)}
        return Folder(entries, self._random.choice(FOLDER_MODES), self._time_ns())

    def changed(self, folder: Folder) -> Folder:
        """Grow what may have stood in place of a folder before it was last replicated."""
        entries: dict[bytes, Node] = {}
        for name, node in folder.entries.items():
            if self._random.random() > 0.15:
                entries[name] = self._changed_node(node)
        for _ in range(self._random.randrange(4)):
            entries.setdefault(self._name(), self._node(2))
        if self._random.random() < 0.2:
            entries.setdefault(self._name(), Fifo())
        mode = self._random.choice([folder.mode, self._random.choice(FOLDER_MODES)])
        return Folder(entries, mode, self._random.choice([folder.mtime_ns, self._near(folder.mtime_ns)]))

    def _changed_node(self, node: Node) -> Node:
        if self._random.random() < 0.15:
            return self._random.choice([self._file(), self._link(), Fifo(), self.folder(DEPTH_MAX - 1)])
        if isinstance(node, Folder):
            return self.changed(node)
        if isinstance(node, File):
            return self._changed_file(node)
        if isinstance(node, Link):
            return self._random.choice([node, self._link(), Link(node.leads_to, self._near(node.mtime_ns))])
        return node

    def _changed_file(self, file: File) -> File:
        """Change one thing or none; equal sizes and times hide another content, from psync as from rsync."""
        changes = (
            {},
            {},
            {"seed": file.seed + 1},
            {"seed": file.seed + 1, "mtime_ns": self._time_ns()},
            {"size": file.size + 1},
            {"mode": self._random.choice(FILE_MODES)},
            {"mtime_ns": self._near(file.mtime_ns)},
        )
        return file._replace(**self._random.choice(changes))

    def _node(self, depth: int) -> Node:
        kind = self._random.random()
        if kind < 0.25 and depth < DEPTH_MAX:
            return self.folder(depth)
        return self._link() if kind < 0.4 else self._file()

    def _file(self) -> File:
        random = self._random
        seed, mode = random.getrandbits(32), random.choice(FILE_MODES)
        if random.random() < 0.03:
            return File(SPARSE_BYTES, seed, mode, self._time_ns(), is_sparse=True)
        return File(random.choices(SIZES, SIZE_WEIGHTS)[0], seed, mode, self._time_ns())

    def _link(self) -> Link:
        return Link(self._random.choice(LINK_TARGETS), self._time_ns())

    def _name(self) -> bytes:
        if self._random.random() < 0.5:
            return self._random.choice(list(HOSTILE_NAMES.values()))
        return b"name-%d" % self._random.randrange(20)

    def _near(self, time_ns: int) -> int:
        """Give another time: that a file system, or a program, might take for the same."""
        return time_ns + self._random.choice((1, 999, 999_999, 10**9))

    def _time_ns(self) -> int:
        return self._random.randrange(TIME_NS_MAX)
