"""The files of a machine in the hands of its user, for scenarios: to arrange and to look."""

import contextlib
import ntpath
import posixpath

from psync.core.paths import PathStyle
from sim.disk import Disk
from sim.operating_system import SimOperatingSystem
from sim.trees import Link, Tree, read_tree

# An absolute path is relative to no folder.
NO_FOLDER = -1


class Files:
    """What a user does at the machine itself. Paths are absolute; `os` is for all that has no method here."""

    def __init__(self, disk: Disk, system_os: SimOperatingSystem, style: PathStyle = PathStyle.POSIX) -> None:
        self.os = system_os
        self._disk = disk
        self._style = style
        self._paths = ntpath if style is PathStyle.WINDOWS else posixpath

    def plant(self, root: bytes, tree: Tree) -> None:
        """Make what `tree` lists below `root`, and the folders on the way."""
        self.make_folder(root)
        for name, content in tree.items():
            path = self._paths.join(root, self._own(name))
            self.make_folder(path if content is None else self._paths.dirname(path))
            if isinstance(content, Link):
                self.os.symlink(content.target, path, dir_fd=NO_FOLDER)
            elif content is not None:
                self.write(path, content)

    def tree(self, root: bytes) -> Tree:
        """What lies below `root`, in the order of paths."""
        return read_tree(self._disk.folder(self._on_disk(root)))

    def make_folder(self, path: bytes) -> None:
        """Make a folder and those above it, unless they are there."""
        if self._disk.find(self._on_disk(path)) is not None:
            return
        self.make_folder(self._paths.dirname(path))
        with contextlib.suppress(FileExistsError):  # behind a link
            self.os.mkdir(path)

    def write(self, path: bytes, content: bytes) -> None:
        """Make a file, or exchange the content of one."""
        fd = self.os.open(path, self.os.O_WRONLY | self.os.O_CREAT, 0o644)
        try:
            self.os.ftruncate(fd, 0)
            written = 0
            while written < len(content):
                written += self.os.write(fd, content[written:])
        finally:
            self.os.close(fd)

    def put(self, path: bytes, content: bytes) -> None:
        """Write a file, whose folder is made if it is missing."""
        self.make_folder(self._paths.dirname(path))
        self.write(path, content)

    def add_name(self, path: bytes, name: bytes) -> None:
        """Give a file of a POSIX machine one more name, both from the root on."""
        folder, _, last = name.rpartition(b"/")
        node = self._disk.find(path)
        assert node is not None, f"no file at {path!r}"
        self._disk.add_name(self._disk.folder(folder), last.decode("utf-8", "surrogateescape"), node)

    def set_time(self, path: bytes, mtime_ns: int) -> None:
        """Set the modification time of a file."""
        self.os.utime(path, ns=(mtime_ns, mtime_ns))

    def remove(self, path: bytes) -> None:
        """Remove a file."""
        self.os.unlink(path)

    def read(self, path: bytes) -> bytes:
        """The content of a file."""
        fd = self.os.open(path, self.os.O_RDONLY)
        try:
            return self.os.pread(fd, self.os.fstat(fd).st_size, 0)
        finally:
            self.os.close(fd)

    def _on_disk(self, path: bytes) -> bytes:
        return path.replace(b"\\", b"/") if self._style is PathStyle.WINDOWS else path

    def _own(self, name: bytes) -> bytes:
        """A relative path as this machine writes it; trees are written alike for all machines."""
        return name.replace(b"/", b"\\") if self._style is PathStyle.WINDOWS else name
