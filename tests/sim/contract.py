"""One table of file operations, two disks: a real folder through module `os`, and a simulated one.

An operation is a function of a `Side`. It is run on both; its outcome, which is
a result or an error with its number and names, and the tree that it leaves must
be the same.

Differences that are allowed, and therefore not compared: the size of folders,
`st_blocks`, inode and device numbers, the exact present time, holes. Not tried,
because kernels, versions of CPython or groups of users decide: O_CREAT with
O_DIRECTORY, `preadv` of nothing from a folder and at -1, the bit for the group.
"""

import contextlib
import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from psync.system import OperatingSystem, StatResult
from sim.disk import Disk
from sim.machine import EPOCH_NS
from sim.world import World

USER_ID = 1000

# The modification time of all that is planted; anything from EPOCH_NS on counts as now.
OLD_NS = 1_000_000_000_123_456_789

LONG_NAME = b"n" * 255


@dataclass
class Side:
    """A disk, real or simulated: its calls, and an open folder on it."""

    os: OperatingSystem
    root: int
    path: bytes
    make_fifo: Callable[[bytes], None]
    disk: Disk | None = None  # of a simulated side
    opened: set[int] = field(default_factory=set)

    def open(self, name: bytes, flags: int = os.O_RDONLY, mode: int = 0o644) -> int:
        fd = self.os.open(name, flags, mode, dir_fd=self.root)
        self.opened.add(fd)
        return fd

    def close(self, fd: int) -> None:
        self.opened.discard(fd)
        self.os.close(fd)

    def close_all(self) -> None:
        for fd in sorted(self.opened):
            self.close(fd)

    def lstat(self, name: bytes) -> StatResult:
        return self.os.stat(name, dir_fd=self.root, follow_symlinks=False)

    def rename(self, source: bytes, target: bytes) -> None:
        self.os.rename(source, target, src_dir_fd=self.root, dst_dir_fd=self.root)

    def file(self, name: bytes, content: bytes, mode: int = 0o644) -> None:
        fd = self.open(name, os.O_WRONLY | os.O_CREAT)
        self.os.write(fd, content)
        self.os.fchmod(fd, mode)
        self.close(fd)

    def link(self, target: bytes, name: bytes) -> None:
        self.os.symlink(target, name, dir_fd=self.root)

    def folder(self, name: bytes) -> None:
        self.os.mkdir(name, dir_fd=self.root)

    def utime(self, path: int | bytes, time_ns: int, **options: Any) -> None:
        """Errors lose their name: CPython gives one from 3.13 on."""
        try:
            self.os.utime(path, ns=(time_ns, time_ns), **options)
        except OSError as error:
            error.filename = None
            raise

    def chmod(self, name: bytes, mode: int) -> None:
        fd = self.open(name)
        self.os.fchmod(fd, mode)
        self.close(fd)


Operation = Callable[[Side], Any]


def plant(side: Side) -> None:
    """Make one of everything, last modified at OLD_NS."""
    side.file(b"file", b"0123456789")
    side.file(b"empty", b"")
    side.file(b"readonly", b"read", 0o444)
    side.file(b"secret", b"secret", 0o000)
    side.folder(b"folder")
    side.file(b"folder/inner", b"inner")
    side.folder(b"hollow")
    side.folder(b"closed")
    side.file(b"closed/hidden", b"hidden")
    side.folder(b"locked")
    side.file(b"locked/inside", b"inside")
    side.folder(b"locked/below")
    side.link(b"file", b"link")
    side.link(b"folder", b"link-to-folder")
    side.link(b"nothing", b"dangling")
    side.link(b"loop", b"loop")
    side.make_fifo(b"pipe")
    _age(side, b"")
    side.chmod(b"locked", 0o555)
    side.chmod(b"closed", 0o000)


def _age(side: Side, folder: bytes) -> None:
    for name in names(side, folder):
        if stat.S_ISDIR(side.lstat(name).st_mode):
            _age(side, name)
        side.os.utime(name, ns=(OLD_NS, OLD_NS), dir_fd=side.root, follow_symlinks=False)


def names(side: Side, folder: bytes) -> list[bytes]:
    """The paths of a folder's entries, sorted."""
    fd = side.open(folder or b".")
    with side.os.scandir(fd) as entries:
        found = sorted(side.os.fsencode(entry.name) for entry in entries)
    side.close(fd)
    return [folder + b"/" + name if folder else name for name in found]


def tree(side: Side, folder: bytes = b"") -> dict[bytes, object]:
    """All that lies below a folder, as far as both kinds of disk must agree."""
    found: dict[bytes, object] = {}
    for name in names(side, folder):
        status = side.lstat(name)
        content = outcome(partial(_content, name), side)
        found[name] = (stat.filemode(status.st_mode), time_as_compared(status), content)
        if stat.S_ISDIR(status.st_mode):
            with contextlib.suppress(PermissionError):
                found |= tree(side, name)
    return found


def time_as_compared(status: StatResult) -> int | str:
    """A modification time, or that it is of this test."""
    return status.st_mtime_ns if status.st_mtime_ns < EPOCH_NS else "now"


def _content(name: bytes, side: Side) -> object:
    mode = side.lstat(name).st_mode
    if stat.S_ISLNK(mode):
        return side.os.readlink(name, dir_fd=side.root)
    if not stat.S_ISREG(mode):
        return None
    fd = side.open(name)
    content = side.os.read(fd, 1 << 20)
    side.close(fd)
    return content


def outcome(operation: Operation, side: Side) -> object:
    """The result of an operation, or its error: class, number and names."""
    try:
        result = operation(side)
    except OSError as error:
        number = errno.errorcode[error.errno or 0]
        name = "a descriptor" if isinstance(error.filename, int) else error.filename
        return type(error).__name__, number, name, error.filename2
    except ValueError:
        return "ValueError"
    return result


@contextlib.contextmanager
def simulated_side() -> Iterator[Side]:
    """An empty folder on a simulated disk."""
    path = b"/home/user/folder"
    with World(seed=1) as world:
        machine = world.machine("alpha")
        machine.files.make_folder(path)
        system_os = machine.files.os
        root = system_os.open(path, os.O_RDONLY)
        folder = system_os.descriptor(root).node
        disk = machine.disk
        yield Side(system_os, root, path, lambda name: disk.make_fifo(folder, name.decode(), 0o644), disk)


@contextlib.contextmanager
def real_side(path: bytes) -> Iterator[Side]:
    """An empty real folder."""
    calls: Any = UnprivilegedCalls()
    root = os.open(path, os.O_RDONLY)
    if os.geteuid() == 0:
        os.fchown(root, USER_ID, -1)
    side = Side(calls, root, path, lambda name: calls.mkfifo(name, 0o644, dir_fd=root))
    umask = os.umask(0o022)
    try:
        yield side
    finally:
        os.umask(umask)
        for folder in _folders(root):
            os.chmod(folder, 0o700, dir_fd=root)  # else whoever removes them stumbles
        side.close_all()
        os.close(root)


class UnprivilegedCalls:
    """Module `os` in the hands of an ordinary user: nothing is forbidden to root."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return partial(self._call, getattr(os, name))

    def _call(self, function: Callable[..., Any], *args: Any, **options: Any) -> Any:
        user = os.geteuid()
        os.seteuid(USER_ID if user == 0 else user)
        try:
            return function(*args, **options)
        finally:
            os.seteuid(user)


def _folders(root: int) -> list[str]:
    with os.scandir(root) as entries:
        return [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]


def differences(operations: dict[str, Operation], real_folder: Path) -> dict[str, object]:
    """Run each operation on both kinds of disk; give what the simulated one does differently."""
    bench = _Bench(real_folder)
    with bench.held:
        return {name: found for name, operation in operations.items() if (found := bench.compare(operation))}


class _Bench:
    """A simulated and a real side, planted anew whenever an operation has changed one of them."""

    def __init__(self, real_folder: Path) -> None:
        self.held = ExitStack()
        self._folders = (real_folder / str(number) for number in count())
        self._sides: list[Side] = []
        self._planted: dict[bytes, object] = {}

    def compare(self, operation: Operation) -> dict[bytes, object]:
        """What of the outcome (under the name b"") and of the trees that are left differs."""
        if not self._sides:
            self._set_up()
        outcomes = [outcome(operation, side) for side in self._sides]
        trees = [tree(side) for side in self._sides]
        for side in self._sides:
            side.close_all()
        if trees != [self._planted, self._planted]:
            self._sides = []
        simulation, reality = ({b"": result} | found for result, found in zip(outcomes, trees, strict=True))
        return {
            path: {"simulation": simulation.get(path), "reality": reality.get(path)}
            for path in simulation.keys() | reality.keys()
            if simulation.get(path) != reality.get(path)
        }

    def _set_up(self) -> None:
        self.held.close()
        folder = next(self._folders)
        folder.mkdir()
        self._sides = [
            self.held.enter_context(simulated_side()),
            self.held.enter_context(real_side(os.fsencode(folder))),
        ]
        for side in self._sides:
            plant(side)
        self._planted = tree(self._sides[0])


def on_each(paths: Iterable[bytes], operation: Callable[[Side, bytes], Any]) -> dict[str, Operation]:
    """One operation for every path."""
    return {repr(path[:20]): partial(_on_path, operation, path) for path in paths}


def _on_path(operation: Callable[[Side, bytes], Any], path: bytes, side: Side) -> Any:
    return operation(side, path)
