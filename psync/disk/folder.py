"""A folder held open, and everything below it: the jail.

A path that is resolved twice can lead to two places. So nothing here resolves a
path: the folder is opened once, and each component below it is opened relative
to the descriptor of its parent, refusing links. Whoever exchanges a folder for
a link between two steps gains nothing, because the descriptor still names the
folder. Every verb of psync goes through `Folder.directory` or `Folder.locate`,
and these check each name.

On Windows the same calls work with handles. Three things are not the same: nothing
leads up from a handle, so the folders above are opened by their paths; a folder
cannot be synced; and names that Windows would read as others are refused.
"""

import errno
import stat
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property
from types import TracebackType
from typing import Self, TypeAlias

from msgspec import Struct

from psync.core.lineage import LINEAGE_LENGTH_MAX, Lineage, folder_mark
from psync.core.manifest import EntryPath, Stamp, bounded_time
from psync.core.paths import (
    PathStyle,
    component_refusal,
    decode_name,
    folders_of,
    name_refusal,
    parse_host_path,
)
from psync.core.problems import ProblemCode
from psync.disk.problems import EntryRefused
from psync.system import OperatingSystem, StatResult, System

# Depth-first work returns to the same few folders; more would only hold descriptors, of which
# each verb of each session has its own.
DIRECTORIES_MAX = 32

DEPTH_MAX = 255

# What Windows, and some network and user-space file systems, answer to the sync of a folder. They have none.
FOLDER_SYNC_ABSENT = (errno.EINVAL, errno.EOPNOTSUPP)

# Device and inode.
FolderId: TypeAlias = tuple[int, int]


class Directory:
    """An open directory; its descriptor is closed when nobody holds it any more."""

    def __init__(self, system_os: OperatingSystem, fd: int) -> None:
        self.fd = fd
        self._os = system_os
        self._holders = 1

    def hold(self) -> Self:
        """Keep the descriptor open until a matching `release`."""
        self._holders += 1
        return self

    def release(self) -> None:
        """End one hold."""
        self._holders -= 1
        if not self._holders:
            with suppress(OSError):  # the descriptor is gone, and nothing was written through it
                self._os.close(self.fd)

    @cached_property
    def id(self) -> FolderId:
        """What the directory is, whatever it is called."""
        return _id(self._os.fstat(self.fd))

    @property
    def device(self) -> int:
        """The number of the file system that the directory lies on."""
        return self.id[0]


class Folder:
    """The jail: an open folder through which all below it is reached.

    `modes_kept`: whether its file system keeps permission bits. `path`: by which it was reached,
    where the folders above are looked for.
    """

    def __init__(
        self, system: System, root: Directory, path: bytes = b"", *, modes_kept: bool = True
    ) -> None:
        self.os = system.os
        self.system = system
        self.root = root
        self.path = path
        self.is_on_windows = system.path_style is PathStyle.WINDOWS
        self._modes_kept = modes_kept
        self._open: OrderedDict[EntryPath, Directory] = OrderedDict()
        self._flags = folder_flags(system.os)

    def directory(self, path: EntryPath) -> Directory:
        """Open the folder at `path`; it stays open for as long as it is in frequent use.

        Raises `EntryRefused` for a name that must not exist here, `OSError` otherwise.
        """
        if not path:
            return self.root
        found = self._open.get(path)
        if found is not None:
            self._open.move_to_end(path)
            return found
        parent, name = self.locate(path)
        directory = Directory(self.os, self.os.open(name, self._flags, dir_fd=parent.fd))
        self._remember(path, directory)
        return directory

    def locate(self, path: EntryPath) -> tuple[Directory, bytes]:
        """Give the open parent folder and the checked last name of `path`."""
        if not path or len(path) > DEPTH_MAX:
            raise EntryRefused(ProblemCode.NAME_INVALID, "too deep" if path else "the folder itself")
        name = path[-1]
        refusal = component_refusal(name, self.system.path_style)
        if refusal is None and self.is_on_windows:
            refusal = name_refusal(name, PathStyle.WINDOWS)
        if refusal is not None:
            raise EntryRefused(ProblemCode.NAME_INVALID, refusal.value)
        return self.directory(path[:-1]), name

    def check_expected(self, directory: Directory, name: bytes, expected: Stamp | None) -> None:
        """Refuse with CONFLICT unless the entry is what the plan saw; None: nothing stood there."""
        try:
            status = self.os.stat(name, dir_fd=directory.fd, follow_symlinks=False)
        except FileNotFoundError:
            if expected is None:
                return
            raise EntryRefused(ProblemCode.CONFLICT, "gone since the scan") from None
        if expected is None:
            raise EntryRefused(ProblemCode.CONFLICT, "not there at the scan")
        check_same(status, expected)

    def make(self, path: EntryPath) -> None:
        """Make a folder that only its owner can enter, and hold it open."""
        parent, name = self.locate(path)
        self.os.mkdir(name, 0o700, dir_fd=parent.fd)
        self.forget(path)  # of another folder, which somebody has removed
        try:
            fd = self.os.open(name, self._flags, dir_fd=parent.fd)
        except OSError:
            with suppress(OSError):
                self.os.rmdir(name, dir_fd=parent.fd)
            raise
        self._remember(path, Directory(self.os, fd))

    def set_mode(self, fd: int, mode: int) -> None:
        """Set the permission bits of an open entry, where there are any: vfat refuses, or forgets them."""
        if self._modes_kept:
            self.os.fchmod(fd, mode)

    @contextmanager
    def writable(self, directory: Directory) -> Iterator[None]:
        """Let the owner of a folder write to it for a while; its mode may say otherwise."""
        mode = stat.S_IMODE(self.os.fstat(directory.fd).st_mode)
        self.set_mode(directory.fd, mode | stat.S_IRWXU)
        try:
            yield
        finally:
            self.set_mode(directory.fd, mode)

    def forget(self, path: EntryPath) -> None:
        """Let go of a folder, and of all below it, whose name is about to mean something else."""
        for known in [known for known in self._open if known[: len(path)] == path]:
            self._open.pop(known).release()

    def let_go(self) -> None:
        """Let go of all folders below; they are opened again when they are needed."""
        self.forget(())

    def close(self) -> None:
        """Close every descriptor that nobody else holds."""
        self.let_go()
        self.root.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _remember(self, path: EntryPath, directory: Directory) -> None:
        self._open[path] = directory
        if len(self._open) > DIRECTORIES_MAX:
            self._open.popitem(last=False)[1].release()


def stamp_of(status: StatResult) -> Stamp:
    """Give the identity of an entry from its status."""
    size = status.st_size if stat.S_ISREG(status.st_mode) else 0
    return Stamp(status.st_ino, size, bounded_time(status.st_mtime_ns), status.st_ctime_ns)


def check_same(status: StatResult, expected: Stamp) -> None:
    """Refuse with CONFLICT what is not the entry that the plan saw."""
    if not stamp_of(status).matches(expected):
        raise EntryRefused(ProblemCode.CONFLICT, "modified since the scan")


def folder_flags(system_os: OperatingSystem) -> int:
    """Open a folder that is worked in; a link is refused."""
    return system_os.O_RDONLY | system_os.O_DIRECTORY | system_os.O_NOFOLLOW | system_os.O_CLOEXEC


def open_folder(system: System, path: bytes) -> Folder:
    """Open the operator's own path, through links of his, as the root of a jail."""
    flags = folder_flags(system.os) & ~system.os.O_NOFOLLOW
    return Folder(system, Directory(system.os, system.os.open(path, flags)), path)


class FolderAbove(Struct, frozen=True):
    """A folder on the way up; `fd` can be locked and identified, not listed."""

    fd: int
    id: FolderId


@contextmanager
def folders_above(folder: Folder) -> Iterator[list[FolderAbove]]:
    """Open the folders above one, the nearest first, up to the root of the machine or the drive."""
    with ExitStack() as opened:
        yield (_above_by_path if folder.is_on_windows else _above_by_descriptor)(folder, opened)


def _above_by_descriptor(folder: Folder, opened: ExitStack) -> list[FolderAbove]:
    """Climb until a folder is its own parent."""
    above = [FolderAbove(folder.root.fd, folder.root.id)]
    while len(above) < 2 or above[-1].id != above[-2].id:
        above.append(_open_above(folder.os, b"..", above[-1].fd, opened))
    return above[1:-1]


def _above_by_path(folder: Folder, opened: ExitStack) -> list[FolderAbove]:
    """Open each folder that the path names; where a link is among them, those above its target are not seen."""
    return [_open_above(folder.os, path, None, opened) for path in _paths_above(folder)]


def _paths_above(folder: Folder) -> Sequence[bytes]:
    path = parse_host_path(decode_name(folder.path, PathStyle.WINDOWS), PathStyle.WINDOWS)
    return folders_of(path)[-2::-1]


def _open_above(os: OperatingSystem, path: bytes, dir_fd: int | None, opened: ExitStack) -> FolderAbove:
    fd = os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=dir_fd)
    opened.callback(_close, os, fd)
    return FolderAbove(fd, _id(os.fstat(fd)))


def _close(os: OperatingSystem, fd: int) -> None:
    with suppress(OSError):  # the descriptor is gone, and nothing was written through it
        os.close(fd)


def _id(status: StatResult) -> FolderId:
    return status.st_dev, status.st_ino


def ids_above(folder: Folder) -> list[FolderId]:
    """Identify a folder and at least its nearest 2,047 folders above, the folder first, without opening them."""
    ids = [folder.root.id]
    if folder.is_on_windows:
        return ids + [_id(folder.os.stat(path)) for path in _paths_above(folder)]
    while len(ids) < LINEAGE_LENGTH_MAX:
        above = _id(folder.os.stat(b"/".join([b".."] * len(ids)), dir_fd=folder.root.fd))
        if above == ids[-1]:
            break
        ids.append(above)
    return ids


def lineage_of(folder: Folder) -> Lineage:
    """Identify a folder and all above it to whoever can identify folders of this machine."""
    boot_id = folder.system.boot_id
    ids = ids_above(folder)[:LINEAGE_LENGTH_MAX]
    return Lineage(tuple(folder_mark(boot_id, device, inode) for device, inode in ids))


def make_folder(system: System, path: bytes) -> None:
    """Make an operator's own folder, unless it is there."""
    try:
        system.os.mkdir(path)
    except FileExistsError:
        pass
    except PermissionError:  # what Windows says of a drive
        if not _exists(system.os, path):
            raise


def make_way(system: System, path: bytes, mode: int) -> None:
    """Make each folder of a complete path of this machine, unless it is there."""
    style = system.path_style
    make_folders(system, folders_of(parse_host_path(decode_name(path, style), style))[1:], mode)


def make_folders(system: System, paths: Sequence[bytes], mode: int = 0o777) -> None:
    """Make each folder of a path, from the top down, unless it is there."""
    for path in paths:
        try:
            system.os.mkdir(path, mode)
        except OSError:
            # A read-only or foreign part of the way is fine as long as it exists.
            if not _exists(system.os, path):
                raise


def _exists(system_os: OperatingSystem, path: bytes) -> bool:
    try:
        system_os.stat(path)
    except OSError:
        return False
    return True


def open_below(root: Folder, path: EntryPath, *, create: bool) -> Folder:
    """Open a folder below a jail's root as a jail of its own, following no link on the way.

    With `create`, folders that are missing are made (guide: "create that folder
    structure at runtime below the root path"). A link is refused with LINK_REFUSED.
    """
    try:
        for length in range(1, len(path) + 1) if create else ():
            _make_if_missing(root, path[:length])
        way = _path_below(root, path) if root.is_on_windows else b""
        return Folder(root.system, root.directory(path).hold(), way)
    except NotADirectoryError:  # the system answers so for a link, too
        if _passes_link(root, path):
            raise EntryRefused(ProblemCode.LINK_REFUSED) from None
        raise


def _passes_link(root: Folder, path: EntryPath) -> bool:
    """Whether a link stands on a walk that failed, or at its end."""
    with suppress(OSError):
        for length in range(1, len(path) + 1):
            parent, name = root.locate(path[:length])
            if stat.S_ISLNK(root.os.stat(name, dir_fd=parent.fd, follow_symlinks=False).st_mode):
                return True
    return False


def _make_if_missing(root: Folder, path: EntryPath) -> None:
    parent, name = root.locate(path)
    try:
        root.os.mkdir(name, 0o755, dir_fd=parent.fd)
    except FileExistsError:
        return


def _path_below(root: Folder, path: EntryPath) -> bytes:
    return b"\\".join([root.path.rstrip(b"\\"), *path]) if path else root.path


def sync_folder(system_os: OperatingSystem, fd: int) -> None:
    """Sync the names of an open folder, where there is such a thing."""
    try:
        system_os.fsync(fd)
    except OSError as error:
        if error.errno not in FOLDER_SYNC_ABSENT:
            raise
